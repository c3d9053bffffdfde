// The catalog that edits.test.ts edits: eight layers that use all that a layer can be made of.
//
//   busybox:1 ── base ─┬─ left ──┐
//                      ├─ right ─┴─ top ── leaf          (top stands on left and copies from right)
//                      └─ site
//   alpine:3 ─── other ── tail

const workflow = (name: string, fields: string): string => `{
  name = "${name}",
  kind = 'utility,
  language = "none",
  tools_provided = ["${name}"],
${fields}}
`;

export const editsCatalog: Readonly<Record<string, string>> = {
  ".gitignore": "*.log\n",
  "README.md": "A catalog.\n",
  // A comment, a value that counts, one that does not.
  "shared/defaults.ncl": `# What most layers have.
{
  artifact_paths | default = ["/usr/bin/top"],
  time_budget_min | default = 20,
}
`,
  "catalog/build_directives.ncl": '{ workspace = "lamina" }\n',
  "catalog/levels.ncl": '{ used = "1", unused = "2" }\n',

  "catalog/base/workflow.ncl": workflow(
    "base",
    '  build_base = { image = "busybox:1" },\n  artifact_paths = [],\n  time_budget_min = 10,\n',
  ),
  "catalog/base/Dockerfile": `# syntax=docker/dockerfile:1@sha256:${"1".repeat(64)}
FROM busybox:1
# What is said at the door.
COPY etc/ /etc/base/
COPY *.conf /etc/
RUN <<EOF
echo hello
EOF
`,
  "catalog/base/etc/motd": "Welcome.\n",
  "catalog/base/etc/issue": "1\n",
  "catalog/base/a.conf": "a = 1\n",
  "catalog/base/NOTES.md": "Nobody copies this.\n",

  "catalog/left/workflow.ncl": `let levels = import "../levels.ncl" in
${workflow("left", '  build_base = "base",\n  artifact_paths = [],\n  args = { LEVEL = levels.used },\n')}`,
  "catalog/left/Dockerfile": `FROM lamina/base
ARG LEVEL
RUN --mount=type=bind,source=recipe,target=/recipe sh /recipe/run.sh
`,
  "catalog/left/recipe/run.sh": "echo $LEVEL\n",
  "catalog/left/other.sh": "echo other\n",

  "catalog/right/workflow.ncl": workflow(
    "right",
    '  build_base = "base",\n  artifact_paths = [],\n  target = "final",\n',
  ),
  "catalog/right/Dockerfile": `FROM lamina/base AS fetch
COPY fetch.sh /
RUN sh /fetch.sh
FROM lamina/base AS unused
COPY unused.txt /
RUN cat /unused.txt
FROM lamina/base AS final
COPY --from=fetch /fetched /
FROM final AS debug
RUN true
`,
  "catalog/right/fetch.sh": "echo fetched > /fetched\n",
  "catalog/right/unused.txt": "unused\n",

  "catalog/top/workflow.ncl": `(import "../../shared/defaults.ncl") & ${workflow(
    "top",
    '  build_base = "left",\n  copies_from = ["right"],\n',
  )}`,
  "catalog/top/Dockerfile": "FROM lamina/left\nCOPY --from=lamina/right /fetched /\n",

  "catalog/leaf/workflow.ncl": workflow("leaf", '  build_base = "top",\n  artifact_paths = [],\n'),
  "catalog/leaf/Dockerfile": "FROM lamina/top\nRUN true\n",

  "catalog/site/workflow.ncl": workflow("site", '  build_base = "base",\n  artifact_paths = [],\n'),
  "catalog/site/Dockerfile": "FROM lamina/base\nCOPY . /site\n",
  "catalog/site/.dockerignore": "*\n!public\npublic/draft*\n",
  "catalog/site/public/index.html": "<p>1\n",
  "catalog/site/public/draft.html": "<p>not yet\n",
  "catalog/site/sketch.txt": "hidden\n",

  "catalog/other/workflow.ncl": workflow(
    "other",
    '  build_base = { image = "alpine:3" },\n  artifact_paths = [],\n  platforms = ["linux/amd64", "linux/arm64"],\n',
  ),
  "catalog/other/Dockerfile": "FROM alpine:3\nRUN true\n",

  "catalog/tail/workflow.ncl": workflow(
    "tail",
    '  build_base = "other",\n  artifact_paths = [],\n  platforms = ["linux/amd64"],\n',
  ),
  "catalog/tail/Dockerfile": "FROM lamina/other\nRUN true\n",
};
