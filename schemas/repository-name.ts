// The name of a repository within its registry, such as "lamina/rust" (OCI distribution spec, "Pulling manifests").

declare const brand: unique symbol;
/** Without the registry. */
export type RepositoryName = string & { readonly [brand]: "RepositoryName" };

const component = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*";
const pattern = new RegExp(`^${component}(/${component})*$`);
/** The limit that clients have in common. */
const maxLength = 255;

function isRepositoryName(text: string): text is RepositoryName {
  return text.length <= maxLength && pattern.test(text);
}

/** `undefined` where the specification's grammar has no such name. */
export function parseRepositoryName(text: string): RepositoryName | undefined {
  return isRepositoryName(text) ? text : undefined;
}
