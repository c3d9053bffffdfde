// What a registry asks for in the WWW-Authenticate header of a 401 (RFC 9110, 11.6.1; distribution's docs/spec/auth/token.md).

export type Challenge =
  | { readonly kind: "basic" }
  | {
      readonly kind: "bearer";
      /** Where tokens are given out; absolute. */
      readonly realm: URL;
      readonly service: string | undefined;
      readonly scopes: readonly string[];
    };

/** Of several, the first that can be met with a token, else with a password; undefined where there is neither. */
export function parseChallenge(header: string): Challenge | undefined {
  // Each scheme starts a challenge; its fields follow, quoted or bare, joined by commas.
  const parts = Array.from(
    header.matchAll(/\b(Bearer|Basic)\b\s*((?:[\w-]+\s*=\s*(?:"[^"]*"|[^\s,"]+)\s*,?\s*)*)/gi),
  );
  let basic: Challenge | undefined;
  for (const [, scheme = "", text = ""] of parts) {
    if (scheme.toLowerCase() === "basic") basic ??= { kind: "basic" };
    else {
      const fields = readFields(text);
      const realm = fields.get("realm") ?? "";
      if (URL.canParse(realm) && /^https?:$/.test(new URL(realm).protocol))
        return {
          kind: "bearer",
          realm: new URL(realm),
          service: fields.get("service"),
          scopes: (fields.get("scope") ?? "").split(" ").filter((scope) => scope !== ""),
        };
    }
  }
  return basic;
}

function readFields(text: string): ReadonlyMap<string, string> {
  return new Map(
    Array.from(text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/g), ([, name = "", quoted, bare]) => [
      name.toLowerCase(),
      quoted ?? bare ?? "",
    ]),
  );
}
