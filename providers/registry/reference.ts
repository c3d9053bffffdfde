// Image references as people write them, taken apart (github.com/distribution/reference, the normalized form).

export interface Reference {
  /** As in full references: "docker.io", "ghcr.io", "127.0.0.1:5000". */
  readonly registry: string;
  /** Such as "library/debian". */
  readonly repository: string;
  /** A tag, or a digest where the reference has one. */
  readonly version: string;
}

/** `undefined` when the text is no reference. */
export function parseReference(text: string): Reference | undefined {
  const [named = "", digest] = text.split("@", 2);
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  const slash = named.indexOf("/");
  const first = named.slice(0, Math.max(slash, 0));
  // A first part is a host when it looks like one; otherwise it belongs to Docker Hub's names.
  const isHost = /[.:]/.test(first) || first === "localhost";
  const rest = isHost ? named.slice(slash + 1) : named;
  const found = /^([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([A-Za-z0-9_][\w.-]{0,127}))?$/.exec(rest);
  const path = found?.[1];
  if (path === undefined) return undefined;
  const version = digest ?? found?.[2] ?? "latest";
  if (isHost && first !== "index.docker.io" && first !== "docker.io")
    return { registry: first, repository: path, version };
  return { registry: "docker.io", repository: path.includes("/") ? path : `library/${path}`, version };
}

/** Where a registry's API listens. Plain HTTP is spoken to this machine alone, as BuildKit does. */
export function apiBase(registry: string): string {
  if (registry === "docker.io") return "https://registry-1.docker.io/v2";
  const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(registry);
  return `${isLocal ? "http" : "https"}://${registry}/v2`;
}
