// A shape as a workspace of npm packages, for the engines that know these: the same nodes and edges as a catalog of lamina, three
// files a package, and a task that copies a file and whose output they cache.

import type { FileTree } from "./lamina-catalog.ts";
import { parentsOf, type Shape, type ShapeNode } from "./shape.ts";

/** What a tool wants in the workspace beside the packages. */
export interface WorkspaceStyle {
  /** Configuration at the root, by path. */
  readonly rootFiles: Readonly<Record<string, string>>;
  /** How packages declare their task: as a script of npm, or in a way of the tool's own. */
  readonly tasks: "npm" | "nx" | "wireit";
}

export function writeWorkspace(shape: Shape, { rootFiles, tasks }: WorkspaceStyle): FileTree {
  const root = {
    name: "workspace",
    private: true,
    packageManager: "npm@11.0.0",
    workspaces: ["packages/*"],
    ...(tasks === "wireit" ? wireitAll(shape) : {}),
  };
  const files = new Map<string, string>([
    ["package.json", toJson(root)],
    ["package-lock.json", toJson(lockOf(shape))],
    [".gitignore", "node_modules\ndist\n.turbo\n.nx\n.wireit\n"],
    ...Object.entries(rootFiles),
  ]);
  for (const node of shape) {
    const folder = `packages/${node.name}`;
    files.set(
      `${folder}/package.json`,
      toJson({
        name: node.name,
        version: "1.0.0",
        ...declareTask[tasks](node),
        dependencies: dependenciesOf(node),
      }),
    );
    files.set(`${folder}/src/index.js`, `export const name = "${node.name}";\n`);
    files.set(`${folder}/tsconfig.json`, toJson({ compilerOptions: { checkJs: true } }));
  }
  return files;
}

const buildCommand = "mkdir -p dist && cp src/index.js dist/index.js";

const declareTask: Readonly<Record<WorkspaceStyle["tasks"], (node: ShapeNode) => object>> = {
  npm: () => ({ scripts: { build: buildCommand } }),
  nx: () => ({ nx: { targets: { build: { command: buildCommand, options: { cwd: "{projectRoot}" } } } } }),
  wireit: (node) => ({
    scripts: { build: "wireit" },
    wireit: {
      build: {
        command: buildCommand,
        files: ["src/**"],
        output: ["dist/**"],
        dependencies: parentsOf(node).map((parent) => `../${parent}:build`),
      },
    },
  }),
};

function wireitAll(shape: Shape): object {
  return {
    scripts: { build: "wireit" },
    wireit: { build: { dependencies: shape.map(({ name }) => `./packages/${name}:build`) } },
  };
}

function dependenciesOf(node: ShapeNode): Readonly<Record<string, string>> {
  return Object.fromEntries(parentsOf(node).map((parent) => [parent, "*"]));
}

/** As npm writes it for packages that stand on one another alone. */
function lockOf(shape: Shape): object {
  const packages = shape.flatMap((node) => [
    [`node_modules/${node.name}`, { resolved: `packages/${node.name}`, link: true }] as const,
    [`packages/${node.name}`, { version: "1.0.0", dependencies: dependenciesOf(node) }] as const,
  ]);
  const root = { name: "workspace", workspaces: ["packages/*"] };
  return {
    name: "workspace",
    lockfileVersion: 3,
    requires: true,
    packages: Object.fromEntries([["", root] as const, ...packages]),
  };
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
