// A tag in a repository, such as "l-0123456789abcdef" (OCI distribution spec, "Pulling manifests").

declare const brand: unique symbol;
export type ImageTag = string & { readonly [brand]: "ImageTag" };

const pattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** What clients write where a registry lists no referrers (same, "Referrers Tag Schema"), and signatures' names beside it. */
const referrersPattern = /^sha(256|512)-[0-9a-fA-F]+(\.[A-Za-z0-9._-]*)?$/;

function isImageTag(text: string): text is ImageTag {
  return pattern.test(text) && !referrersPattern.test(text);
}

/** `undefined` where the specification's grammar has no such tag, and for tags that mean the referrers of a digest. */
export function parseImageTag(text: string): ImageTag | undefined {
  return isImageTag(text) ? text : undefined;
}
