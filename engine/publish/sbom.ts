// What is in a layer's image, as SPDX has it (spdx.github.io/spdx-spec/v2.3): the packages that its managers recorded, and the
// tools that were proven.

import { sha256 } from "../core/digest.ts";
import type { ImageContent, InstalledPackage } from "../ports/image-inventory.ts";
import {
  hexOf,
  nameOfImage,
  type StatedImage,
  type Statement,
  sortedEntries,
  stateOf,
  timeOf,
} from "./statement.ts";

export const sbomPredicate = "https://spdx.dev/Document";

export interface SbomFacts {
  readonly image: StatedImage;
  readonly content: ImageContent;
  /** Of lamina. */
  readonly version: string;
  readonly runId: string;
  readonly createdMs: number;
}

export function stateSbom({ image, content, version, runId, createdMs }: SbomFacts): Statement {
  const name = nameOfImage(image);
  const { distribution } = content;
  const contained = [
    ...content.packages.map((each) => describePackage(each, distribution)),
    ...sortedEntries(image.entry.tools).map(([tool, seen]) => describeTool(tool, seen)),
  ];
  return stateOf(image, sbomPredicate, {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: documentId,
    name: `${name} ${image.platform}`,
    documentNamespace: `urn:uuid:${makeUuid(`${image.digest} ${runId}`)}`,
    creationInfo: { created: timeOf(createdMs), creators: [`Tool: lamina-${version}`] },
    packages: [
      {
        SPDXID: imageId,
        name,
        versionInfo: image.digest,
        downloadLocation: "NOASSERTION",
        filesAnalyzed: false,
        primaryPackagePurpose: "CONTAINER",
        checksums: [{ algorithm: "SHA256", checksumValue: hexOf(image.digest) }],
      },
      ...contained,
    ],
    relationships: [
      relate(documentId, "DESCRIBES", imageId),
      ...contained.map(({ SPDXID }) => relate(imageId, "CONTAINS", SPDXID)),
    ],
  });
}

const documentId = "SPDXRef-DOCUMENT";
const imageId = "SPDXRef-Image";

interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo?: string;
  readonly downloadLocation: string;
  readonly filesAnalyzed: boolean;
  readonly supplier?: string;
  readonly primaryPackagePurpose?: string;
  readonly comment?: string;
  readonly externalRefs: readonly object[];
}

function describePackage(
  { manager, name, version, architecture, source }: InstalledPackage,
  distribution: ImageContent["distribution"],
): SpdxPackage {
  const isSystem = manager !== "cargo";
  const system = distribution && isSystem ? distribution : undefined;
  const qualifiers = {
    arch: architecture,
    distro: system && (system.version === undefined ? system.id : `${system.id}-${system.version}`),
    upstream: isSystem ? source : undefined,
    vcs_url: isSystem ? undefined : source,
  };
  const type = isSystem ? `${manager}/${distribution?.id ?? unnamedSystem[manager]}` : manager;
  return {
    SPDXID: makeId(manager, name, `${version} ${architecture ?? ""}`),
    name,
    ...describeVersion(version),
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    ...(system === undefined ? {} : { supplier: `Organization: ${system.id}` }),
    ...referTo(makePurl(type, name, version, qualifiers)),
  };
}

/** Where an image does not say what it is. */
const unnamedSystem: Readonly<Record<"deb" | "apk", string>> = { deb: "debian", apk: "alpine" };

/** The version is what the tool told of itself; "" where it told none. */
function describeTool(name: string, version: string): SpdxPackage {
  return {
    SPDXID: makeId("tool", name, version),
    name,
    ...describeVersion(version),
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    primaryPackagePurpose: "APPLICATION",
    comment: "A tool of the layer's, run in the image before it was published.",
    ...referTo(makePurl("generic", name, version, {})),
  };
}

function describeVersion(version: string): Pick<SpdxPackage, "versionInfo"> {
  return version === "" ? {} : { versionInfo: version };
}

function referTo(purl: string): Pick<SpdxPackage, "externalRefs"> {
  return {
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
  };
}

/** A package URL (package-url/purl-spec): qualifiers in order of their keys, without those that are not known. */
function makePurl(
  type: string,
  name: string,
  version: string,
  qualifiers: Readonly<Record<string, string | undefined>>,
): string {
  const known = Object.entries(qualifiers)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encode(value)}`]))
    .sort();
  const tail = known.length === 0 ? "" : `?${known.join("&")}`;
  return `pkg:${type}/${encode(name)}${version === "" ? "" : `@${encode(version)}`}${tail}`;
}

/** Colons stay as they are. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%3A", ":")
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Letters, digits, "." and "-" are all that an identifier may have: the digest tells apart what has become alike. */
function makeId(kind: string, name: string, rest: string): string {
  const digits = hexOf(sha256(`${kind} ${name} ${rest}`)).slice(0, 12);
  return `SPDXRef-${kind}-${name.replace(/[^A-Za-z0-9.-]/g, "-")}-${digits}`;
}

/** Of version 8, whose digits are anybody's (RFC 9562). */
function makeUuid(text: string): string {
  const hex = hexOf(sha256(text));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function relate(spdxElementId: string, relationshipType: string, relatedSpdxElement: string): object {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}
