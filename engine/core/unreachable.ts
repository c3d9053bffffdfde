// The end of an exhaustive switch: a case that the types exclude.

/** Throws, naming the value that the types said could not occur. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
