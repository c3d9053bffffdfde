// How build caches are written, wherever: as an image of OCI's media types. An index of blobs, BuildKit's older form, is refused by
// several registries, and lost by others (moby/buildkit#1143, #1550, goharbor/harbor#14774).

export const cacheOptions = { "image-manifest": "true", "oci-mediatypes": "true" } as const;
