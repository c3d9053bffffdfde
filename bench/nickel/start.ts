// What a user waits for who exports one small file: mostly the start of a process. The bare runtime beside them is the floor of
// whatever runs in it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lamina, laminaCold, reference } from "./commands.ts";
import type { Contest } from "./contest.ts";

const small = `{ name = "small", value = 1 + 2, list | Array Number = [1, 2, 3], nested = { a | default = 1, b = a } }
`;
const withLibrary = `std.array.map (fun x => "item %{std.string.from_number x}") [1, 2, 3]
`;
const underContract = `let W = import "lamina/workflow.ncl" in
{
  name = "one",
  kind = 'utility,
  build_base = { image = "debian:trixie-slim" },
  tools_provided = [{ name = "one", version = ">=1" }],
  artifact_paths = ["/opt/one"],
  language = "shell",
} | W.Workflow
`;

export function prepareStart(directory: string, binary: string): readonly Contest[] {
  const texts = {
    "a small file": small,
    "a file that uses std": withLibrary,
    "a workflow.ncl": underContract,
  };
  return Object.entries(texts).map(([name, text], index) => {
    const file = `start-${index}.ncl`;
    writeFileSync(join(directory, file), text);
    return {
      name: `one start, ${name}`,
      directory,
      contestants: [
        lamina(directory, "nickel", "export", file),
        laminaCold(directory, "nickel", "export", file),
        { label: "node -e 0", argv: [process.execPath, "-e", "0"], env: {}, isAside: true },
        reference(binary, file),
      ],
    };
  });
}
