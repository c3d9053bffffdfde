// What runs `buildctl build` on a leased machine: a script, and what it gets on stdin, which no argument list may hold and
// no disk there: secrets. They stand in the environment of buildctl alone, from where BuildKit asks for them.

import { basename, join } from "node:path/posix";

/**
 * $1 is the folder on the machine, $2 the solve's id, the rest are buildctl's arguments, its --addr first. Makes work/<id>; a solve that ends
 * well leaves it, with what it has to say on stdout, as `readAnswer` takes it; one that writes a cache makes no image.
 *
 * A solve that has secrets leaves its ref: what the daemon recorded of it, all that its steps wrote among it, is removed.
 *
 * The store's blobs are shared: BuildKit commits a blob by renaming it into its place.
 */
export const solveScript = `
export LC_ALL=C
umask 077
store=$1/store/blobs work=$1/work/$2
shift 2
addr=$1 address=$2
remove_record() {
  [ -s "$work/ref" ] && buildctl "$addr" "$address" debug ctl --delete "$(cat "$work/ref")" </dev/null >/dev/null 2>&1
}
trap 'remove_record; rm -rf "$work"' EXIT
trap 'exit 143' HUP INT TERM
mkdir -p "$work/dockerfile" "$work/images" "$work/out" || exit
ln -s "$store" "$work/images/blobs" && ln -s "$store" "$work/out/blobs" || exit
while read -r kind name value; do
  name=$(printf '%b' "$name")
  case $kind in
  file) printf '%b' "$value" >"$work/dockerfile/$name" || exit ;;
  env)
    value=$(printf '%b.' "$value")
    export "$name=\${value%.}"
    ;;
  esac
done
# A value of the user's own would be taken for a build argument.
unset SOURCE_DATE_EPOCH value
buildctl "$@" </dev/null || exit
remove_record
cat "$work/metadata.json" || exit
digest=$(sed -n 's/.*"containerimage.digest": "sha256:\\([0-9a-f]*\\)".*/\\1/p' "$work/metadata.json")
printf '\\n${"-".repeat(8)}\\n'
[ -z "$digest" ] || cat "$store/sha256/$digest" || exit
trap - EXIT
`;
const separator = `\n${"-".repeat(8)}\n`;

/** Paths of a solve on the machine. */
export interface SolvePlaces {
  /** A folder for one more solve's own files. */
  readonly work: string;
  readonly dockerfile: string;
  /** A layout that shows all the blobs that are there. */
  readonly images: string;
  readonly out: string;
  readonly metadataFile: string;
  readonly refFile: string;
}

export function placesOf(root: string, id: string, dockerfileName: string): SolvePlaces {
  const work = join(root, "work", id);
  return {
    work,
    dockerfile: join(work, "dockerfile", basename(dockerfileName)),
    images: join(work, "images"),
    out: join(work, "out"),
    metadataFile: join(work, "metadata.json"),
    refFile: join(work, "ref"),
  };
}

export interface SolveInput {
  /** Beside the Dockerfile, by name, itself included. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Variables of buildctl's environment. None holds a NUL. */
  readonly env: ReadonlyMap<string, Uint8Array>;
}

/** The script's stdin: a line for each, its bytes as printf's %b reads them, which every shell has built in. */
export function writeInput({ files, env }: SolveInput): string {
  return [
    ...Array.from(files, ([name, bytes]) => writeLine("file", name, bytes)),
    ...Array.from(env, ([name, bytes]) => writeLine("env", name, bytes)),
  ].join("");
}

function writeLine(kind: "file" | "env", name: string, bytes: Uint8Array): string {
  return `${kind} ${escapeBytes(Buffer.from(name))} ${escapeBytes(bytes)}\n`;
}

function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9]/.test(char) ? char : `\\0${byte.toString(8).padStart(3, "0")}`;
  }).join("");
}

export interface SolveAnswer {
  /** The text of buildctl's --metadata-file. */
  readonly metadata: string;
  /** The text of the image's manifest; "" where none was made. */
  readonly manifest: string;
}

/** Takes the script's stdout apart. */
export function readAnswer(stdout: string): SolveAnswer {
  const at = stdout.indexOf(separator);
  if (at < 0) return { metadata: stdout, manifest: "" };
  return { metadata: stdout.slice(0, at), manifest: stdout.slice(at + separator.length) };
}
