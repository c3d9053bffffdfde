import { afterEach, beforeEach, expect, test } from "vitest";
import { describeSource, withoutCredentials } from "../../providers/git/describe-source.ts";
import { commitAll, type Folder, git, makeFolder } from "./git-project.ts";

const never = new AbortController().signal;
let folder: Folder;

beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

test("the commit and the address of origin, without the login in it", async () => {
  git(folder.root, "init", "-q");
  git(folder.root, "remote", "add", "origin", "https://me:hunter2@git.example/catalog.git?token=hunter2");
  folder.write("catalog/a/Dockerfile", "FROM scratch\n");
  commitAll(folder.root);
  expect(await describeSource(folder.root, never)).toEqual({
    source: "https://git.example/catalog.git",
    revision: git(folder.root, "rev-parse", "HEAD").trim(),
  });
});

test.each([
  ["a changed file", "catalog/a/Dockerfile", false],
  ["a file that git does not know", "catalog/b/Dockerfile", false],
  ["the lock", "lamina.lock", true],
])("beside the commit %s: whether it is still told", async (_, path, isTold) => {
  git(folder.root, "init", "-q");
  folder.write("catalog/a/Dockerfile", "FROM scratch\n");
  folder.write("lamina.lock", "{}\n");
  commitAll(folder.root);
  folder.write(path, "other\n");
  expect((await describeSource(folder.root, never)).revision !== undefined).toBe(isTold);
});

test("outside of any repository nothing is known", async () => {
  expect(await describeSource(folder.root, never)).toEqual({ source: undefined, revision: undefined });
});

test.each([
  ["git@git.example:team/catalog.git", "git@git.example:team/catalog.git"],
  ["ssh://git:pw@git.example/catalog", "ssh://git.example/catalog"],
  ["/srv/git/catalog", undefined],
  ["file:///srv/git/catalog", undefined],
])("of the address %s others see %s", (address, shown) => {
  expect(withoutCredentials(address)).toBe(shown);
});
