// What people read when a catalog is wrong, whole: one fault at a time, then many at once. Long because each text stands here as
// it is read, and in one file because they are to be read beside one another: same words for the same thing.

import { expect, test } from "vitest";
import { edit, judgeCatalog } from "./written-catalog.ts";

test("a sound catalog has nothing to say", async () => {
  expect(await judgeCatalog({})).toBe("");
});

test("a base misspelt by a letter is told once, with the fix", async () => {
  expect(
    await judgeCatalog(edit("rust/workflow.ncl", ['build_base = "debian"', 'build_base = "debain"'])),
  ).toMatchInlineSnapshot(`
    "error[E0401]: there is no layer "debain" to build on
     --> catalog/rust/workflow.ncl:4:16
      |
    4 |   build_base = "debain",
      |                ^^^^^^^^ unknown layer
      |
      = help: did you mean "debian"?"
  `);
});

test("a base that is like no layer may be meant as an image", async () => {
  expect(
    await judgeCatalog(edit("rust/workflow.ncl", ['build_base = "debian"', 'build_base = "archlinux"'])),
  ).toMatchInlineSnapshot(`
    "error[E0401]: there is no layer "archlinux" to build on
     --> catalog/rust/workflow.ncl:4:16
      |
    4 |   build_base = "archlinux",
      |                ^^^^^^^^^^^ unknown layer
      |
      = help: the layers are debian, nushell, rust, rust-deps; an image from outside is written build_base = { image = "archlinux" }"
  `);
});

test("a cycle of three is told once, by its trail, each edge with its place", async () => {
  expect(
    await judgeCatalog({
      ...edit("debian/workflow.ncl", ['{ image = "debian:trixie-slim" }', '"rust-deps"']),
      ...edit("debian/Dockerfile", ["debian:trixie-slim", "lamina/rust-deps"]),
    }),
  ).toMatchInlineSnapshot(`
    "error[E0403]: layers stand on one another in a circle: debian -> rust-deps -> rust -> debian
     --> catalog/debian/workflow.ncl:4:16
      |
    4 |   build_base = "rust-deps",
      |                ^^^^^^^^^^^ "debian" needs "rust-deps"
    note: "rust-deps" needs "rust"
     --> catalog/rust-deps/workflow.ncl:4:16
      |
    4 |   build_base = "rust",
      |                ------
    note: "rust" needs "debian"
     --> catalog/rust/workflow.ncl:4:16
      |
    4 |   build_base = "debian",
      |                --------
      |
      = help: take one of these edges out"
  `);
});

test("a layer that stands on itself", async () => {
  expect(
    await judgeCatalog({
      ...edit("nushell/workflow.ncl", ['build_base = "debian"', 'build_base = "nushell"']),
      ...edit("nushell/Dockerfile", ["lamina/debian", "lamina/nushell"]),
    }),
  ).toMatchInlineSnapshot(`
    "error[E0403]: layers stand on one another in a circle: nushell -> nushell
     --> catalog/nushell/workflow.ncl:4:16
      |
    4 |   build_base = "nushell",
      |                ^^^^^^^^^ "nushell" needs "nushell"
      |
      = help: let it stand on another layer, or on an image from outside"
  `);
});

test("a Nickel syntax error is told, and not that others stand on what could not be read", async () => {
  expect(
    await judgeCatalog(edit("debian/workflow.ncl", ["kind = 'utility,", "kind = = 'utility,"])),
  ).toMatchInlineSnapshot(`
    "error[E0100]: unexpected \`=\`
     --> catalog/debian/workflow.ncl:3:10
      |
    3 |   kind = = 'utility,
      |          ^ expected an expression
      |
      = help: equality is \`==\`; a field is defined inside braces, a name with \`let … = … in\`"
  `);
});

test("a fault in a file that several layers import is told once", async () => {
  const imported = ['language = "rust",', 'language = (import "../language.ncl").rust,'] as const;
  expect(
    await judgeCatalog({
      "language.ncl": '{ rust = "rust" + 1 }\n',
      ...edit("rust/workflow.ncl", imported),
      ...edit("nushell/workflow.ncl", imported),
    }),
  ).toMatchInlineSnapshot(`
    "error[E0219]: \`+\` expects a Number as its first operand
     --> catalog/language.ncl:1:10
      |
    1 | { rust = "rust" + 1 }
      |          ^^^^^^ this is the string "rust"
      |
      = help: strings are joined with \`++\`"
  `);
});

test("a number where a string belongs", async () => {
  expect(
    await judgeCatalog(edit("rust/workflow.ncl", ['["rustc", {', "[1.96, {"], ['["/usr/bin/cargo"]', "[7]"])),
  ).toMatchInlineSnapshot(`
    "error[E0307]: \`tools_provided[0]\` must be the name of an executable or a record { name, check, version }
     --> catalog/rust/workflow.ncl:5:21
      |
    5 |   tools_provided = [1.96, { name = "cargo", version = ">=1.80" }],
      |                     ^^^^ this is a number

    error[E0307]: \`artifact_paths[0]\` must be an absolute path without "." and ".." and no slash at the end
     --> catalog/rust/workflow.ncl:6:21
      |
    6 |   artifact_paths = [7],
      |                     ^ this is a number"
  `);
});

test("a missing field shows how to write it", async () => {
  expect(
    await judgeCatalog(edit("rust/workflow.ncl", ["  kind = 'toolchain,\n", ""])),
  ).toMatchInlineSnapshot(`
    "error[E0305]: \`kind\` is missing
     --> catalog/rust/workflow.ncl:2:10
      |
    2 |   name = "rust",
      |          ^^^^^^ missing here
      |
      = help: write kind = 'toolchain, or 'deps, or 'utility"
  `);
});

test("an unknown field is underlined at its name, with what was meant", async () => {
  expect(
    await judgeCatalog(edit("rust/workflow.ncl", ["tools_provided", "tools_provide"])),
  ).toMatchInlineSnapshot(`
    "error[E0306]: \`tools_provide\` is not a field of a layer
     --> catalog/rust/workflow.ncl:5:3
      |
    5 |   tools_provide = ["rustc", { name = "cargo", version = ">=1.80" }],
      |   ^^^^^^^^^^^^^ unknown field
      |
      = help: did you mean "tools_provided"?"
  `);
});

test("an unknown kind", async () => {
  expect(await judgeCatalog(edit("rust/workflow.ncl", ["'toolchain", "'toolchian"]))).toMatchInlineSnapshot(`
    "error[E0307]: \`kind\` must be one of 'toolchain, 'deps, 'utility
     --> catalog/rust/workflow.ncl:3:10
      |
    3 |   kind = 'toolchian,
      |          ^^^^^^^^^^
      |
      = help: did you mean 'toolchain?"
  `);
});

test("a name that is not its folder's", async () => {
  expect(
    await judgeCatalog(edit("nushell/workflow.ncl", ['name = "nushell"', 'name = "nu"'])),
  ).toMatchInlineSnapshot(`
    "error[E0308]: the layer in catalog/nushell is named "nu"
     --> catalog/nushell/workflow.ncl:2:10
      |
    2 |   name = "nu",
      |          ^^^^ must be "nushell", like its folder
      |
      = help: write name = "nushell", or rename the folder to catalog/nu"
  `);
});

test("a name that is taken", async () => {
  expect(
    await judgeCatalog(edit("nushell/workflow.ncl", ['name = "nushell"', 'name = "rust"'])),
  ).toMatchInlineSnapshot(`
    "error[E0309]: two layers are named "rust"
     --> catalog/nushell/workflow.ncl:2:10
      |
    2 |   name = "rust",
      |          ^^^^^^ taken already
    note: the other "rust" is here
     --> catalog/rust/workflow.ncl:2:10
      |
    2 |   name = "rust",
      |          ------
      |
      = help: write name = "nushell", like its folder"
  `);
});

/** A layer of that name in the folder "Go Lang". */
function inGoLang(name: string) {
  const declared = edit("nushell/workflow.ncl", ['name = "nushell"', `name = "${name}"`]);
  return {
    "Go Lang/workflow.ncl": declared["nushell/workflow.ncl"],
    "Go Lang/Dockerfile": "FROM lamina/debian\n",
  };
}

test("a folder whose name no layer can have is to be renamed, not the layer", async () => {
  expect(await judgeCatalog(inGoLang("golang"))).toMatchInlineSnapshot(`
    "error[E0308]: the layer in catalog/Go Lang is named "golang"
     --> catalog/Go Lang/workflow.ncl:2:10
      |
    2 |   name = "golang",
      |          ^^^^^^^^ must be like its folder
      |
      = help: rename the folder to catalog/golang"
  `);
  expect(await judgeCatalog(inGoLang("rust"))).toMatchInlineSnapshot(`
    "error[E0309]: two layers are named "rust"
     --> catalog/Go Lang/workflow.ncl:2:10
      |
    2 |   name = "rust",
      |          ^^^^^^ taken already
    note: the other "rust" is here
     --> catalog/rust/workflow.ncl:2:10
      |
    2 |   name = "rust",
      |          ------
      |
      = help: rename the folder to a name that a layer can have, and write the same name here"
  `);
});

test("a Dockerfile without a declaration", async () => {
  expect(await judgeCatalog({ "zig/Dockerfile": "FROM lamina/debian\n" })).toMatchInlineSnapshot(`
    "error[E0303]: catalog/zig has a Dockerfile, but no workflow.ncl that declares it
      = help: write catalog/zig/workflow.ncl with name, kind, build_base, tools_provided, artifact_paths and language"
  `);
});

test("a declaration without a Dockerfile", async () => {
  expect(await judgeCatalog({ "nushell/Dockerfile": undefined })).toMatchInlineSnapshot(`
    "error[E0320]: there is no catalog/nushell/Dockerfile
     --> catalog/nushell/workflow.ncl:2:10
      |
    2 |   name = "nushell",
      |          ^^^^^^^^^ this layer has no Dockerfile
      |
      = help: write catalog/nushell/Dockerfile, or name another file of the folder with dockerfile = "…""
  `);
});

test("a Dockerfile with a misspelt instruction and an unfinished COPY", async () => {
  expect(
    await judgeCatalog(edit("nushell/Dockerfile", ["RUN fetch-nu", "RNU fetch-nu\nCOPY --from=$STAGE nu\n"])),
  ).toMatchInlineSnapshot(`
    "error[E0321]: Dockerfile: unknown instruction RNU
     --> catalog/nushell/Dockerfile:2:1
      |
    2 | RNU fetch-nu
      | ^^^
      |
      = help: did you mean RUN?

    error[E0321]: Dockerfile: COPY needs a source and a destination
     --> catalog/nushell/Dockerfile:3:1
      |
    3 | COPY --from=$STAGE nu
      | ^^^^^^^^^^^^^^^^^^^^^"
  `);
});

test("a Dockerfile that stands on another layer than declared", async () => {
  expect(
    await judgeCatalog(
      edit("rust-deps/Dockerfile", ["FROM lamina/rust AS final", "FROM lamina/debian AS final"]),
    ),
  ).toMatchInlineSnapshot(`
    "error[E0330]: declared to stand on the layer "rust", but the Dockerfile stands on lamina/debian
     --> catalog/rust-deps/workflow.ncl:4:16
      |
    4 |   build_base = "rust",
      |                ^^^^^^ declared here
    note: the Dockerfile stands on lamina/debian here
     --> catalog/rust-deps/Dockerfile:6:6
      |
    6 | FROM lamina/debian AS final
      |      -------------
      |
      = help: write FROM lamina/rust in the Dockerfile, or declare build_base = "debian""
  `);
});

test("a Dockerfile that stands on an image, where a layer is declared", async () => {
  expect(
    await judgeCatalog(edit("nushell/Dockerfile", ["lamina/debian", "debian:bookworm"])),
  ).toMatchInlineSnapshot(`
    "error[E0330]: declared to stand on the layer "debian", but the Dockerfile stands on debian:bookworm
     --> catalog/nushell/workflow.ncl:4:16
      |
    4 |   build_base = "debian",
      |                ^^^^^^^^ declared here
    note: the Dockerfile stands on debian:bookworm here
     --> catalog/nushell/Dockerfile:1:6
      |
    1 | FROM debian:bookworm
      |      ---------------
      |
      = help: write FROM lamina/debian in the Dockerfile, or declare build_base = { image = "debian:bookworm" }"
  `);
});

test("a base misspelt in the Dockerfile is told once", async () => {
  expect(
    await judgeCatalog(edit("nushell/Dockerfile", ["lamina/debian", "lamina/debain"])),
  ).toMatchInlineSnapshot(`
    "error[E0330]: declared to stand on the layer "debian", but the Dockerfile stands on lamina/debain
     --> catalog/nushell/workflow.ncl:4:16
      |
    4 |   build_base = "debian",
      |                ^^^^^^^^ declared here
    note: the Dockerfile stands on lamina/debain here
     --> catalog/nushell/Dockerfile:1:6
      |
    1 | FROM lamina/debain
      |      -------------
      |
      = help: write FROM lamina/debian in the Dockerfile"
  `);
});

test("a COPY --from of a layer that is not declared", async () => {
  expect(
    await judgeCatalog(edit("rust-deps/workflow.ncl", ['  copies_from = ["nushell"],\n', ""])),
  ).toMatchInlineSnapshot(`
    "error[E0331]: the Dockerfile takes from lamina/nushell, which workflow.ncl does not declare
     --> catalog/rust-deps/Dockerfile:8:13
      |
    8 | COPY --from=lamina/nushell /usr/local/bin/nu /usr/local/bin/nu
      |             ^^^^^^^^^^^^^^ undeclared
    note: workflow.ncl declares this
     --> catalog/rust-deps/workflow.ncl:4:16
      |
    4 |   build_base = "rust",
      |                ------
      |
      = help: add copies_from = ["nushell"]"
  `);
});

test("a COPY --from of a layer that is misspelt is told once", async () => {
  expect(
    await judgeCatalog(edit("rust-deps/Dockerfile", ["lamina/nushell", "lamina/nushel"])),
  ).toMatchInlineSnapshot(`
    "error[E0331]: the Dockerfile takes from lamina/nushel, but there is no such layer
     --> catalog/rust-deps/Dockerfile:8:13
      |
    8 | COPY --from=lamina/nushel /usr/local/bin/nu /usr/local/bin/nu
      |             ^^^^^^^^^^^^^ unknown layer
    note: workflow.ncl declares this
     --> catalog/rust-deps/workflow.ncl:5:17
      |
    5 |   copies_from = ["nushell"],
      |                 -----------
      |
      = help: did you mean "lamina/nushell"?"
  `);
});

test("a copies_from that is misspelt is told once", async () => {
  expect(
    await judgeCatalog(edit("rust-deps/workflow.ncl", ['["nushell"]', '["nushel"]'])),
  ).toMatchInlineSnapshot(`
    "error[E0402]: there is no layer "nushel" to copy from
     --> catalog/rust-deps/workflow.ncl:5:18
      |
    5 |   copies_from = ["nushel"],
      |                  ^^^^^^^^ unknown layer
      |
      = help: did you mean "nushell"?"
  `);
});

test("a copies_from that the Dockerfile does not use", async () => {
  expect(
    await judgeCatalog(
      edit("rust-deps/Dockerfile", ["COPY --from=lamina/nushell", "# COPY --from=lamina/nushell"]),
    ),
  ).toMatchInlineSnapshot(`
    "error[E0332]: copies_from names "nushell", but the Dockerfile takes nothing from lamina/nushell
     --> catalog/rust-deps/workflow.ncl:5:18
      |
    5 |   copies_from = ["nushell"],
      |                  ^^^^^^^^^ not used
    note: the Dockerfile stands on this
     --> catalog/rust-deps/Dockerfile:6:6
      |
    6 | FROM lamina/rust AS final
      |      -----------
      |
      = help: write COPY --from=lamina/nushell … in the Dockerfile, or take "nushell" out of copies_from"
  `);
});

test("a target that is no stage", async () => {
  expect(
    await judgeCatalog(edit("rust-deps/workflow.ncl", ['target = "final"', 'target = "finale"'])),
  ).toMatchInlineSnapshot(`
    "error[E0322]: the Dockerfile has no stage "finale"
      --> catalog/rust-deps/workflow.ncl:11:12
       |
    11 |   target = "finale",
       |            ^^^^^^^^ no such stage
    note: the first of its stages
      --> catalog/rust-deps/Dockerfile:1:1
       |
     1 | FROM lamina/rust AS cooker
       | --------------------------
       |
       = help: did you mean "final"?"
  `);
});

test("a secret that is mounted but not declared", async () => {
  expect(
    await judgeCatalog(edit("rust/workflow.ncl", ['  secrets = ["sccache_creds"],\n', ""])),
  ).toMatchInlineSnapshot(`
    "error[E0333]: the Dockerfile mounts the secret "sccache_creds", which workflow.ncl does not declare
     --> catalog/rust/Dockerfile:2:28
      |
    2 | RUN --mount=type=secret,id=sccache_creds install-rust
      |                            ^^^^^^^^^^^^^ undeclared
      |
      = help: add secrets = ["sccache_creds"] to workflow.ncl"
  `);
});

test("a secret that is misspelt is told once", async () => {
  expect(
    await judgeCatalog(edit("rust/workflow.ncl", ['["sccache_creds"]', '["sccache_cred"]'])),
  ).toMatchInlineSnapshot(`
    "error[E0333]: the Dockerfile mounts the secret "sccache_creds", which workflow.ncl does not declare
     --> catalog/rust/Dockerfile:2:28
      |
    2 | RUN --mount=type=secret,id=sccache_creds install-rust
      |                            ^^^^^^^^^^^^^ undeclared
    note: workflow.ncl declares this
     --> catalog/rust/workflow.ncl:8:13
      |
    8 |   secrets = ["sccache_cred"],
      |             ----------------
      |
      = help: did you mean "sccache_cred"?"
  `);
});

test("declared, but not used: secret, SSH, build argument", async () => {
  expect(
    await judgeCatalog(
      edit("rust-deps/workflow.ncl", [
        'PROFILE = "release" },',
        'PROFIL = "release" },\n  ssh = true,\n  secrets = ["token"],',
      ]),
    ),
  ).toMatchInlineSnapshot(`
    "warning[W0337]: the build argument "PROFIL" is declared, but the Dockerfile has no ARG PROFIL
      --> catalog/rust-deps/workflow.ncl:10:12
       |
    10 |   args = { PROFIL = "release" },
       |            ^^^^^^ not used
       |
       = help: did you mean "PROFILE"?

    warning[W0336]: an SSH agent is declared, but the Dockerfile does not mount it
      --> catalog/rust-deps/workflow.ncl:11:9
       |
    11 |   ssh = true,
       |         ^^^^ not used
       |
       = help: write RUN --mount=type=ssh …, or take it out

    warning[W0334]: the secret "token" is declared, but the Dockerfile does not mount it
      --> catalog/rust-deps/workflow.ncl:12:14
       |
    12 |   secrets = ["token"],
       |              ^^^^^^^ not used
       |
       = help: write RUN --mount=type=secret,id=token …, or take it out"
  `);
});

test("files that the build would not find, or not see", async () => {
  expect(
    await judgeCatalog({
      ...edit("rust-deps/Dockerfile", ["COPY Cargo.toml .", "COPY Cargo.tom Cargo.lock* ."]),
      "debian/.dockerignore": "# everything but the Dockerfile\n*\n!Dockerfile\n[a-\n",
      "rust/.dockerignore": "*\n",
      ...edit("rust/Dockerfile", ["RUN", "COPY install ./\nRUN"]),
      "rust/install": "",
    }),
  ).toMatchInlineSnapshot(`
    "error[E0325]: .dockerignore holds a pattern that cannot be read: [a-
     --> catalog/debian/.dockerignore:4:1
      |
    4 | [a-
      | ^^^ malformed pattern
      |
      = help: close every [ and write a backslash as \\\\

    error[E0323]: "Cargo.tom" is not in the layer's folder
     --> catalog/rust-deps/Dockerfile:3:6
      |
    3 | COPY Cargo.tom Cargo.lock* .
      |      ^^^^^^^^^ no such file or folder
      |
      = help: did you mean "Cargo.toml"?

    error[E0324]: "install" is kept out of the build by .dockerignore
     --> catalog/rust/Dockerfile:2:6
      |
    2 | COPY install ./
      |      ^^^^^^^ the build cannot see this
      |
      = help: add the line !install to .dockerignore, or do not copy it"
  `);
});

test("a platform that a base does not have", async () => {
  expect(
    await judgeCatalog({
      ...edit("debian/workflow.ncl", ["language", 'platforms = ["linux/amd64"],\n  language']),
      ...edit("rust/workflow.ncl", ["language", 'platforms = ["linux/amd64", "linux/arm64"],\n  language']),
      ...edit("nushell/workflow.ncl", ["language", 'platforms = ["linux/amd64"],\n  language']),
      ...edit("rust-deps/workflow.ncl", ["language", 'platforms = ["linux/amd64"],\n  language']),
    }),
  ).toMatchInlineSnapshot(`
    "error[E0404]: "rust" is declared for linux/arm64, but "debian", which it takes from, is not
     --> catalog/rust/workflow.ncl:7:31
      |
    7 |   platforms = ["linux/amd64", "linux/arm64"],
      |                               ^^^^^^^^^^^^^ not a platform of "debian"
    note: the platforms of "debian"
     --> catalog/debian/workflow.ncl:7:15
      |
    7 |   platforms = ["linux/amd64"],
      |               ---------------
      |
      = help: add "linux/arm64" to the platforms of "debian" (now linux/amd64), or take it out here"
  `);
});

test("a tool that is provided twice in a chain, and one that nobody provides", async () => {
  expect(
    await judgeCatalog(
      edit("rust-deps/workflow.ncl", ['["cook"]', '["cook", "rustc"]'], ['["cargo"]', '["cargo", "node"]']),
    ),
  ).toMatchInlineSnapshot(`
    "error[E0405]: "rust-deps" provides the tool "rustc", which it has from "rust" already
     --> catalog/rust-deps/workflow.ncl:6:29
      |
    6 |   tools_provided = ["cook", "rustc"],
      |                             ^^^^^^^ shadows another
    note: "rust" provides it here
     --> catalog/rust/workflow.ncl:5:21
      |
    5 |   tools_provided = ["rustc", { name = "cargo", version = ">=1.80" }],
      |                     -------
      |
      = help: take "rustc" out of the tools_provided of "rust-deps" or of "rust": only one of the two is found

    error[E0406]: "rust-deps" requires "node", which is in none of the images that it takes from
     --> catalog/rust-deps/workflow.ncl:7:30
      |
    7 |   tools_required = ["cargo", "node"],
      |                              ^^^^^^ not provided
      |
      = help: add "node" to the tools_provided of a layer that it builds on"
  `);
});

test("faults of several files at once, in order of files and places", async () => {
  expect(
    await judgeCatalog({
      ...edit("debian/workflow.ncl", ["language", "langauge"]),
      ...edit(
        "nushell/workflow.ncl",
        ['build_base = "debian"', 'build_base = "debiann"'],
        ["'utility", "'tool"],
      ),
      ...edit("rust/Dockerfile", ["id=sccache_creds", "id=sccache_credentials"]),
      ...edit("rust-deps/workflow.ncl", ['"rust",\n  copies', '"rusty",\n  copies']),
    }),
  ).toMatchInlineSnapshot(`
    "error[E0306]: \`langauge\` is not a field of a layer
     --> catalog/debian/workflow.ncl:7:3
      |
    7 |   langauge = "none",
      |   ^^^^^^^^ unknown field
      |
      = help: did you mean "language"?

    error[E0307]: \`kind\` must be one of 'toolchain, 'deps, 'utility
     --> catalog/nushell/workflow.ncl:3:10
      |
    3 |   kind = 'tool,
      |          ^^^^^

    error[E0401]: there is no layer "debiann" to build on
     --> catalog/nushell/workflow.ncl:4:16
      |
    4 |   build_base = "debiann",
      |                ^^^^^^^^^ unknown layer
      |
      = help: did you mean "debian"?

    error[E0401]: there is no layer "rusty" to build on
     --> catalog/rust-deps/workflow.ncl:4:16
      |
    4 |   build_base = "rusty",
      |                ^^^^^^^ unknown layer
      |
      = help: did you mean "rust"?

    error[E0333]: the Dockerfile mounts the secret "sccache_credentials", which workflow.ncl does not declare
     --> catalog/rust/Dockerfile:2:28
      |
    2 | RUN --mount=type=secret,id=sccache_credentials install-rust
      |                            ^^^^^^^^^^^^^^^^^^^ undeclared
    note: workflow.ncl declares this
     --> catalog/rust/workflow.ncl:8:13
      |
    8 |   secrets = ["sccache_creds"],
      |             -----------------
      |
      = help: did you mean "sccache_creds"?"
  `);
});

test("a file that is no record", async () => {
  expect(await judgeCatalog({ "nushell/workflow.ncl": "[1, 2]\n" })).toMatchInlineSnapshot(`
    "error[E0304]: what this file evaluates to must be a record: a layer
     --> catalog/nushell/workflow.ncl:1:1
      |
    1 | [1, 2]
      | ^^^^^^ this is an array"
  `);
});

test("faults within a record: a tool without a name, a key that cannot be", async () => {
  expect(
    await judgeCatalog(
      edit(
        "rust-deps/workflow.ncl",
        ['["cook"]', '[{ check = ["cook"], vers = "1" }]'],
        ["PROFILE =", '"1 x" ='],
      ),
    ),
  ).toMatchInlineSnapshot(`
    "error[E0305]: \`tools_provided[0].name\` is missing
     --> catalog/rust-deps/workflow.ncl:6:21
      |
    6 |   tools_provided = [{ check = ["cook"], vers = "1" }],
      |                     ^ missing here
      |
      = help: it must be the name of an executable, such as "cargo"

    error[E0306]: \`tools_provided[0].vers\` is not a field of a tool
     --> catalog/rust-deps/workflow.ncl:6:41
      |
    6 |   tools_provided = [{ check = ["cook"], vers = "1" }],
      |                                         ^^^^ unknown field
      |
      = help: did you mean "version"?

    error[E0307]: \`args."1 x"\` must be the name of a build argument: letters, digits and underscores
      --> catalog/rust-deps/workflow.ncl:10:12
       |
    10 |   args = { "1 x" = "release" },
       |            ^^^^^"
  `);
});

test("half a size, and a list in which something stands twice", async () => {
  expect(
    await judgeCatalog(
      edit("nushell/workflow.ncl", ["language", "cpu = 4,\n  language"], ['["nu"]', '["nu", "nu"]']),
    ),
  ).toMatchInlineSnapshot(`
    "error[E0307]: \`tools_provided[1]\` stands twice in the list: "nu"
     --> catalog/nushell/workflow.ncl:5:27
      |
    5 |   tools_provided = ["nu", "nu"],
      |                           ^^^^

    error[E0307]: \`cpu\` needs memory_gb beside it: a size is both, or a runner_type
     --> catalog/nushell/workflow.ncl:7:9
      |
    7 |   cpu = 4,
      |         ^"
  `);
});

test("the catalog's own directives: fields that are there must be right", async () => {
  expect(
    await judgeCatalog({ "build_directives.ncl": '{ workspace = "La Mina", compute_provder = \'hcloud }\n' }),
  ).toMatchInlineSnapshot(`
    "error[E0307]: \`workspace\` must be a workspace: lower-case letters and digits, in words joined by - or _, such as "lamina"
     --> catalog/build_directives.ncl:1:15
      |
    1 | { workspace = "La Mina", compute_provder = 'hcloud }
      |               ^^^^^^^^^

    error[E0306]: \`compute_provder\` is not a field of build directives
     --> catalog/build_directives.ncl:1:26
      |
    1 | { workspace = "La Mina", compute_provder = 'hcloud }
      |                          ^^^^^^^^^^^^^^^ unknown field
      |
      = help: did you mean "compute_provider"?"
  `);
});

test("SSH that is not declared", async () => {
  expect(
    await judgeCatalog(edit("nushell/Dockerfile", ["RUN ", "RUN --mount=type=ssh "])),
  ).toMatchInlineSnapshot(`
    "error[E0335]: the Dockerfile mounts an SSH agent, which workflow.ncl does not declare
     --> catalog/nushell/Dockerfile:2:13
      |
    2 | RUN --mount=type=ssh fetch-nu
      |             ^^^^^^^^ undeclared
      |
      = help: add ssh = true to workflow.ncl"
  `);
});

test("an open here-document is told, and not what follows from it", async () => {
  expect(
    await judgeCatalog(edit("rust-deps/Dockerfile", ["RUN cargo", "RUN <<END cargo"])),
  ).toMatchInlineSnapshot(`
    "error[E0321]: Dockerfile: the here-document "END" is never closed
     --> catalog/rust-deps/Dockerfile:4:1
      |
    4 | RUN <<END cargo chef cook --profile $PROFILE
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
  `);
});

test("a stage named like the image that it stands on, which BuildKit would put in its place", async () => {
  expect(
    await judgeCatalog({
      ...edit("debian/workflow.ncl", ["debian:trixie-slim", "debian"]),
      ...edit("debian/Dockerfile", ["debian:trixie-slim", "docker.io/library/debian AS Debian"]),
    }),
  ).toMatchInlineSnapshot(`
    "error[E0326]: the stage "debian" has the name of the image docker.io/library/debian, which BuildKit would take in its place
     --> catalog/debian/Dockerfile:1:1
      |
    1 | FROM docker.io/library/debian AS Debian
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this stage would be lost
      |
      = help: give the stage a name of its own, such as debian-stage"
  `);
});

test("a stage named like an image that another stage copies from", async () => {
  expect(
    await judgeCatalog(
      edit("nushell/Dockerfile", [
        "FROM lamina/debian\n",
        "FROM lamina/debian AS alpine\nRUN true\nFROM lamina/debian\nCOPY --from=alpine:latest /etc /\nCOPY --from=alpine /etc /\n",
      ]),
    ),
  ).toMatchInlineSnapshot(`
    "error[E0326]: the stage "alpine" has the name of the image alpine:latest, which BuildKit would take in its place
     --> catalog/nushell/Dockerfile:1:1
      |
    1 | FROM lamina/debian AS alpine
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this stage would be lost
    note: alpine:latest is taken from here
     --> catalog/nushell/Dockerfile:4:13
      |
    4 | COPY --from=alpine:latest /etc /
      |             -------------
      |
      = help: give the stage a name of its own, such as alpine-stage"
  `);
});

test("a frontend that is fetched, and is not pinned", async () => {
  expect(
    await judgeCatalog(
      edit("debian/Dockerfile", ["FROM debian", "# syntax=docker/dockerfile:1\n# why\nFROM debian"]),
    ),
  ).toMatchInlineSnapshot(`
    "warning[W0350]: docker/dockerfile:1 reads this Dockerfile: another one of that name may build another image
     --> catalog/debian/Dockerfile:1:1
      |
    1 | # syntax=docker/dockerfile:1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fetched by BuildKit, and in no lock
      |
      = help: leave it out, or pin it: # syntax=docker/dockerfile:1@sha256:<digest>"
  `);
  const pinned = `# syntax=docker/dockerfile:1@sha256:${"0".repeat(64)}\nFROM debian`;
  expect(await judgeCatalog(edit("debian/Dockerfile", ["FROM debian", pinned]))).toBe("");
});

test("ONBUILD that reads the files of whoever stands on the image", async () => {
  const text =
    "FROM debian:trixie-slim\nONBUILD COPY Cargo.toml /src/\nONBUILD COPY --from=x a b\nONBUILD RUN true\n";
  expect(await judgeCatalog({ "debian/Dockerfile": text })).toMatchInlineSnapshot(`
    "warning[W0351]: ONBUILD COPY reads the files of each layer that stands on this one, where no digest counts them
     --> catalog/debian/Dockerfile:2:9
      |
    2 | ONBUILD COPY Cargo.toml /src/
      |         ^^^^^^^^^^^^^^^^^^^^^ read by layers whose Dockerfiles do not say so
      |
      = help: write COPY in the Dockerfiles of the layers that need it"
  `);
});

test("what a declaration says of tools that cannot work", async () => {
  expect(
    await judgeCatalog(
      edit("rust/workflow.ncl", [
        '["rustc", { name = "cargo", version = ">=1.80" }]',
        `[
    "rustc",
    { name = "cargo", version = ">=2 <1.80" },
    { name = "sccache", check = ["sccache --version"] },
    { name = "gcc", check = ["gcc", "-v", "&&", "true"] },
    { name = "cargo-chef", check = ["rustc", "--version"] },
  ]`,
      ]),
    ),
  ).toMatchInlineSnapshot(`
    "error[E0340]: no version of "cargo" can be >=2 <1.80
     --> catalog/rust/workflow.ncl:7:33
      |
    7 |     { name = "cargo", version = ">=2 <1.80" },
      |                                 ^^^^^^^^^^^ these exclude each other
      |
      = help: words side by side must all hold; put || between alternatives

    warning[W0341]: the check of "sccache" is written for a shell, but is run without one
     --> catalog/rust/workflow.ncl:8:33
      |
    8 |     { name = "sccache", check = ["sccache --version"] },
      |                                 ^^^^^^^^^^^^^^^^^^^^^ one word is one argument
      |
      = help: write check = ["sccache", "--version"]

    warning[W0341]: the check of "gcc" is written for a shell, but is run without one
     --> catalog/rust/workflow.ncl:9:29
      |
    9 |     { name = "gcc", check = ["gcc", "-v", "&&", "true"] },
      |                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^ one word is one argument
      |
      = help: write check = ["sh", "-c", "gcc -v && true"]

    warning[W0342]: the check of "cargo-chef" runs "rustc", which proves another tool
      --> catalog/rust/workflow.ncl:10:36
       |
    10 |     { name = "cargo-chef", check = ["rustc", "--version"] },
       |                                    ^^^^^^^^^^^^^^^^^^^^^^ says nothing of "cargo-chef"
       |
       = help: write check = ["cargo-chef", "--version"], or leave it out"
  `);
});

test("images without a version, at the place that declares them or takes from them", async () => {
  expect(
    await judgeCatalog({
      ...edit("debian/workflow.ncl", ["debian:trixie-slim", "docker.io/library/debian:latest"]),
      ...edit("debian/Dockerfile", ["debian:trixie-slim\n", "debian\nCOPY --from=busybox /bin/sh /\n"]),
    }),
  ).toMatchInlineSnapshot(`
    "warning[W0343]: busybox stands for whatever is the latest on the day that it is pinned
     --> catalog/debian/Dockerfile:2:13
      |
    2 | COPY --from=busybox /bin/sh /
      |             ^^^^^^^ no version
      |
      = help: name one: busybox:<tag>; what that stands for is pinned in the lock

    warning[W0343]: debian stands for whatever is the latest on the day that it is pinned
     --> catalog/debian/workflow.ncl:4:26
      |
    4 |   build_base = { image = "docker.io/library/debian:latest" },
      |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no version
    note: the Dockerfile takes from it here
     --> catalog/debian/Dockerfile:1:6
      |
    1 | FROM debian
      |      ------
      |
      = help: name one: debian:<tag>; what that stands for is pinned in the lock"
  `);
});

test("what says nothing, or not what is meant", async () => {
  expect(
    await judgeCatalog({
      ...edit(
        "rust-deps/workflow.ncl",
        ['["nushell"]', '["nushell", "rust"]'],
        ['["/deps"]', '["/deps/target", "/deps"]'],
        ['PROFILE = "release"', 'PROFILE = "release", CARGO_TOKEN = "x"'],
        [
          "  target",
          "  runner_type = 'cax31,\n  cpu = 2,\n  memory_gb = 4,\n  time_budget_min = 3600,\n  target",
        ],
      ),
      ...edit("rust-deps/Dockerfile", [
        "FROM lamina/rust AS final\n",
        "FROM --platform=$BUILDPLATFORM lamina/rust AS final\nARG CARGO_TOKEN\n",
      ]),
    }),
  ).toMatchInlineSnapshot(`
    "warning[W0348]: the image stands on a stage that is always for $BUILDPLATFORM, whatever platform is asked for
     --> catalog/rust-deps/Dockerfile:6:17
      |
    6 | FROM --platform=$BUILDPLATFORM lamina/rust AS final
      |                 ^^^^^^^^^^^^^^ not the platform that is built for
      |
      = help: leave --platform out: it is for stages that are copied from, never for what the image stands on

    warning[W0345]: copies_from names "rust", which the layer stands on already
     --> catalog/rust-deps/workflow.ncl:5:29
      |
    5 |   copies_from = ["nushell", "rust"],
      |                             ^^^^^^ says nothing new
    note: and is the base here
     --> catalog/rust-deps/workflow.ncl:4:16
      |
    4 |   build_base = "rust",
      |                ------
      |
      = help: take "rust" out of copies_from: a base may be copied from as it is

    warning[W0347]: /deps/target is promoted with /deps already
     --> catalog/rust-deps/workflow.ncl:8:21
      |
    8 |   artifact_paths = ["/deps/target", "/deps"],
      |                     ^^^^^^^^^^^^^^ says nothing new
    note: this holds it
     --> catalog/rust-deps/workflow.ncl:8:37
      |
    8 |   artifact_paths = ["/deps/target", "/deps"],
      |                                     -------
      |
      = help: take /deps/target out of artifact_paths

    warning[W0344]: the build argument "CARGO_TOKEN" seems to be a secret, but whoever has the image can read it
      --> catalog/rust-deps/workflow.ncl:10:33
       |
    10 |   args = { PROFILE = "release", CARGO_TOKEN = "x" },
       |                                 ^^^^^^^^^^^ kept in the image's history
       |
       = help: declare secrets = ["cargo_token"] and mount it: RUN --mount=type=secret,id=cargo_token …

    warning[W0349]: cpu and memory_gb say nothing beside runner_type = 'cax31
      --> catalog/rust-deps/workflow.ncl:12:9
       |
    12 |   cpu = 2,
       |         ^ not heard
    note: the runner is chosen here
      --> catalog/rust-deps/workflow.ncl:11:17
       |
    11 |   runner_type = 'cax31,
       |                 ------
       |
       = help: keep either of the two: cpu and memory_gb choose the smallest runner that holds them

    warning[W0346]: a build may take 3600 minutes, which is more than a day
      --> catalog/rust-deps/workflow.ncl:14:21
       |
    14 |   time_budget_min = 3600,
       |                     ^^^^ in minutes, not in seconds
       |
       = help: write time_budget_min = 60 if seconds were meant"
  `);
});

test("an argument that is taken beside the way to the target only", async () => {
  expect(
    await judgeCatalog(
      edit("rust-deps/Dockerfile", ["COPY --from=cooker /deps /deps\n", "RUN cargo chef cook\n"]),
    ),
  ).toMatchInlineSnapshot(`
    "warning[W0337]: the build argument "PROFILE" is declared, but no stage that the target takes from has an ARG PROFILE
      --> catalog/rust-deps/workflow.ncl:10:12
       |
    10 |   args = { PROFILE = "release" },
       |            ^^^^^^^ not used
       |
       = help: write ARG PROFILE in the stage that needs it, or take it out"
  `);
});

test("a layer without platforms on one that has some, and a platform that is missing further down", async () => {
  expect(
    await judgeCatalog({
      ...edit("debian/workflow.ncl", ["language", 'platforms = ["linux/amd64", "linux/arm64"],\n  language']),
      ...edit("nushell/workflow.ncl", ["language", 'platforms = ["linux/amd64"],\n  language']),
      ...edit("rust-deps/workflow.ncl", ["language", 'platforms = ["linux/riscv64"],\n  language']),
    }),
  ).toMatchInlineSnapshot(`
    "error[E0404]: "rust-deps" is declared for linux/riscv64, but "debian", which it stands on, is not
     --> catalog/rust-deps/workflow.ncl:9:16
      |
    9 |   platforms = ["linux/riscv64"],
      |                ^^^^^^^^^^^^^^^ not a platform of "debian"
    note: the platforms of "debian"
     --> catalog/debian/workflow.ncl:7:15
      |
    7 |   platforms = ["linux/amd64", "linux/arm64"],
      |               ------------------------------
      |
      = help: add "linux/riscv64" to the platforms of "debian" (now linux/amd64, linux/arm64), or take it out here

    error[E0404]: "rust-deps" is declared for linux/riscv64, but "nushell", which it takes from, is not
     --> catalog/rust-deps/workflow.ncl:9:16
      |
    9 |   platforms = ["linux/riscv64"],
      |                ^^^^^^^^^^^^^^^ not a platform of "nushell"
    note: the platforms of "nushell"
     --> catalog/nushell/workflow.ncl:7:15
      |
    7 |   platforms = ["linux/amd64"],
      |               ---------------
      |
      = help: add "linux/riscv64" to the platforms of "nushell" (now linux/amd64), or take it out here

    warning[W0408]: "rust" declares no platforms, but "debian", which it takes from, is declared for certain ones
     --> catalog/rust/workflow.ncl:4:16
      |
    4 |   build_base = "debian",
      |                ^^^^^^^^ built for the builder's own platform, whichever that is
    note: the platforms of "debian"
     --> catalog/debian/workflow.ncl:7:15
      |
    7 |   platforms = ["linux/amd64", "linux/arm64"],
      |               ------------------------------
      |
      = help: declare platforms = ["linux/amd64", "linux/arm64"], or some of them"
  `);
});

test("a tool of a layer that the base only copied from is not at hand", async () => {
  expect(
    await judgeCatalog({
      ...edit("nushell/Dockerfile", ["lamina/debian", "lamina/rust-deps"]),
      ...edit("rust-deps/workflow.ncl", ['  copies_from = ["nushell"],\n', '  copies_from = ["zig"],\n']),
      ...edit("rust-deps/Dockerfile", ["--from=lamina/nushell", "--from=lamina/zig"]),
      ...edit(
        "nushell/workflow.ncl",
        ['build_base = "debian"', 'build_base = "rust-deps"'],
        ["language", 'tools_required = ["cargo", "zig"],\n  language'],
      ),
      "zig/workflow.ncl": `{
  name = "zig",
  kind = 'toolchain,
  build_base = "debian",
  tools_provided = ["zig"],
  artifact_paths = [],
  language = "zig",
}
`,
      "zig/Dockerfile": "FROM lamina/debian\n",
    }),
  ).toMatchInlineSnapshot(`
    "error[E0406]: "nushell" requires "zig", which is in none of the images that it takes from
     --> catalog/nushell/workflow.ncl:7:30
      |
    7 |   tools_required = ["cargo", "zig"],
      |                              ^^^^^ not provided
      |
      = help: "zig" provides it: build on that, or name it in copies_from"
  `);
});

test("of many layers that a base could be no more are listed than one reads", async () => {
  const more = Array.from({ length: 20 }, (_, index) => `zz-${index}`).flatMap((name): [string, string][] => [
    [
      `${name}/workflow.ncl`,
      `{ name = "${name}", kind = 'utility, build_base = "debian", tools_provided = [], artifact_paths = [], language = "none" }\n`,
    ],
    [`${name}/Dockerfile`, "FROM lamina/debian\n"],
  ]);
  expect(
    await judgeCatalog({
      ...Object.fromEntries(more),
      ...edit("rust/workflow.ncl", ['build_base = "debian"', 'build_base = "alpinelinux"']),
    }),
  ).toMatchInlineSnapshot(`
    "error[E0401]: there is no layer "alpinelinux" to build on
     --> catalog/rust/workflow.ncl:4:16
      |
    4 |   build_base = "alpinelinux",
      |                ^^^^^^^^^^^^^ unknown layer
      |
      = help: the layers are debian, nushell, rust, rust-deps, zz-0, zz-1, zz-10, zz-11, zz-12, zz-13, zz-14, zz-15 and 12 more; an image from outside is written build_base = { image = "alpinelinux" }"
  `);
});
