// A tree object of git as `git cat-file` gives it: "<octal mode> <name>", a zero byte, the bytes of the id; and so on.

export interface TreeEntry {
  readonly name: string;
  readonly kind: "directory" | "file" | "symlink" | "repository";
  readonly isExecutable: boolean;
  readonly id: string;
}

/** Reads the entries, by name. `idBytes` is 20, or 32 in repositories of SHA-256. */
export function readTreeObject(content: Uint8Array, idBytes: number): ReadonlyMap<string, TreeEntry> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const zero = bytes.indexOf(0, space);
    const mode = Number.parseInt(bytes.toString("latin1", at, space), 8);
    const name = bytes.toString("utf8", space + 1, zero);
    const id = bytes.toString("hex", zero + 1, zero + 1 + idBytes);
    entries.set(name, { name, kind: kindOf(mode), isExecutable: (mode & 0o100) !== 0, id });
    at = zero + 1 + idBytes;
  }
  return entries;
}

function kindOf(mode: number): TreeEntry["kind"] {
  switch (mode & 0o170000) {
    case 0o040000:
      return "directory";
    case 0o120000:
      return "symlink";
    case 0o160000:
      return "repository";
    default:
      return "file";
  }
}
