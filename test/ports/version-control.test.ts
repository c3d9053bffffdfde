import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { openGit } from "../../providers/git/git.ts";
import { systemFiles } from "../../providers/host/files.ts";
import { type Seed } from "../fakes/files.ts";
import { git, makeFolder } from "../integration/git-project.ts";
import { describeVersionControl, type VersionControlRig } from "./version-control.ts";

describeVersionControl("git", () => openRig("", []));
describeVersionControl("git, in a folder of the repository", () => openRig("some where/project", []));
describeVersionControl("git, of SHA-256", () => openRig("", ["--object-format=sha256"]));
describeVersionControl("git, through a link", () => {
  const rig = openRig("real", []);
  const link = join(dirname(rig.root), "link");
  symlinkSync("real", link);
  return { ...rig, root: link };
});

function openRig(below: string, init: readonly string[]): VersionControlRig {
  const folder = makeFolder();
  const root = join(folder.root, below);
  mkdirSync(root, { recursive: true });
  git(folder.root, "init", "-q", "-b", "main", ...init);
  folder.write(".gitignore", "*.log\n");
  const at = (file: string) => join(root, file);
  return {
    root,
    control: openGit(systemFiles),
    put: (file, seed) => {
      rmSync(at(file), { recursive: true, force: true });
      if (seed !== undefined) put(at(file), seed);
    },
    touch: (file) => utimesSync(at(file), 1, 1),
    commit: () => {
      git(folder.root, "add", "-A");
      git(folder.root, "commit", "-q", "-m", "x");
      return git(folder.root, "rev-parse", "HEAD").trim();
    },
    stage: () => git(folder.root, "add", "-A"),
    branch: (name, from) => git(folder.root, "switch", "-q", "-c", name, from),
    innerState: () => {
      const inner = join(folder.root, ".git");
      return `${readdirSync(inner).join(" ")} ${readFileSync(join(inner, "index"), "base64")}`;
    },
    close: () => folder.remove(),
  };
}

function put(file: string, seed: Seed): void {
  if (typeof seed === "string" || seed instanceof Uint8Array) {
    put(file, { content: seed, mode: 0o644 });
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  if ("folder" in seed) mkdirSync(file);
  else if ("link" in seed) symlinkSync(seed.link, file);
  else {
    writeFileSync(file, seed.content);
    chmodSync(file, seed.mode);
  }
}
