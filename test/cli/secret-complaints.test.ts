// A value that was written where the source of a secret belongs is complained of, and shown by nobody.

import { expect, test } from "vitest";
import { exitCode } from "../../cli/exit-code.ts";
import { callCli, layerFiles, writeProject } from "./run-cli.ts";

const layer = layerFiles("a", '{ image = "busybox:1" }');
const makers =
  'let D = import "lamina/build_directives.ncl" in\nD.make_ci_build {\n  workspace = "w",\n  artifact = { image = "w" },\n';
const place =
  "must be { env = VARIABLE }, { file = PATH } or { sops = PATH }: a value never stands here, a command in .lamina/local.json";

test.each<[string, string, string, string, number?]>([
  [
    "this machine's settings",
    ".lamina/local.json",
    '{ "secrets": { "t": "hunter2-x", "u": { "env": "hunter2-x" }, "v": { "env": "A", "value": "hunter2-x" } } }',
    `error[E0307]: \`secrets.t\` must be { "env": VARIABLE }, { "file": PATH }, { "command": [PROGRAM, ...] } or { "sops": PATH }
 --> .lamina/local.json:1:21
error[E0307]: \`secrets.u.env\` must be the name of an environment variable
 --> .lamina/local.json:1:48
error[E0306]: \`secrets.v.value\` is not a field of a secret from a variable
 --> .lamina/local.json:1:82
  |
  = help: fields are env
3 errors
`,
    exitCode.usage,
  ],
  [
    "plain directives",
    "catalog/build_directives.ncl",
    '{\n  secrets = { t = "hunter2-x" },\n}\n',
    `error[E0307]: \`secrets.t\` ${place}
 --> catalog/build_directives.ncl:2:19
1 error
`,
  ],
  [
    "directives with a contract",
    "catalog/build_directives.ncl",
    `${makers}  secrets = { t = "hunter2-x" },\n}\n`,
    `error[E0210]: the value of \`secrets.t\` breaks its contract: ${place}
   --> catalog/build_directives.ncl:5:19
note: expected by this contract
`,
  ],
  [
    "a source within those",
    "catalog/build_directives.ncl",
    `${makers}  secrets = { t = { env = "hunter2-x" } },\n}\n`,
    `error[E0210]: the value of \`secrets.t.env\` breaks its contract: must be the name of an environment variable
 --> catalog/build_directives.ncl:5:27
note: expected by this contract
`,
  ],
])("in %s", async (_where, path, text, complaint, code = exitCode.failed) => {
  const project = writeProject({ ...layer, [path]: text });
  try {
    const { exitCode: exit, stdout, stderr } = await callCli(["plan"], project.root);
    expect(exit).toBe(code);
    expect(stderr.replaceAll(/\n\n/g, "\n")).toContain(complaint);
    expect(stdout + stderr).not.toContain("hunter2");
    const json = await callCli(["catalog-validate", "--json"], project.root);
    expect(json.stdout + json.stderr).not.toContain("hunter2");
  } finally {
    project.remove();
  }
});
