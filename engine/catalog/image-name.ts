// Names of images as Dockerfiles spell them, read as Docker reads them: the default registry and tag may be left out.

/** The layer that an image name stands for: "rust" of "lamina/rust:any" in workspace "lamina"; undefined for other images. */
export function layerOfImage(image: string, workspace: string): string | undefined {
  const { repository } = readImageName(image);
  const prefix = `${workspace}/`;
  if (!repository.startsWith(prefix)) return undefined;
  const layer = repository.slice(prefix.length);
  return layer === "" || layer.includes("/") ? undefined : layer;
}

/** Whether two names mean the same image: "debian" and "docker.io/library/debian:latest" do. */
export function isSameImage(a: string, b: string): boolean {
  const [one, other] = [readImageName(a), readImageName(b)];
  return one.repository === other.repository && one.version === other.version;
}

/**
 * The shortest spelling of an image name, as BuildKit's frontend looks named contexts up: without the default registry and
 * without ":latest" (distribution/reference, FamiliarString).
 */
export function familiarName(image: string): string {
  const { repository, version } = readImageName(image);
  return version === ":latest" ? repository : repository + version;
}

/** Whether a name leaves the version to whoever pushes next: its tag is "latest", or left out. */
export function followsLatest(image: string): boolean {
  return readImageName(image).version === ":latest";
}

/** `repository` is without the default registry; `version` is ":tag", "@digest" or both. */
function readImageName(image: string): { readonly repository: string; readonly version: string } {
  const digestAt = image.indexOf("@");
  const digest = digestAt === -1 ? "" : image.slice(digestAt);
  const named = digestAt === -1 ? image : image.slice(0, digestAt);
  const tagAt = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = tagAt === -1 ? "" : named.slice(tagAt);
  const repository = (tagAt === -1 ? named : named.slice(0, tagAt)).replace(
    /^(index\.)?docker\.io\/(library\/)?/,
    "",
  );
  return {
    repository: repository.replace(/^library\//, ""),
    version: tag === "" && digest === "" ? ":latest" : tag + digest,
  };
}
