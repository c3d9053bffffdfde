// What lamina says of a project on disk: the same way as its commands go, on the same files.

import { join, sep } from "node:path";
import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import type { Host } from "../../engine/core/host.ts";
import { err } from "../../engine/core/result.ts";
import { mendConflict } from "../../engine/lock/mend-conflict.ts";
import { writeData } from "../../engine/nickel/formats/write.ts";
import { checkCatalog, openProject } from "../../engine/project.ts";
import type { Question } from "../explain/explanation.ts";
import { exampleFile } from "../explain/nickel-example.ts";
import { openEvaluator } from "../open-evaluator.ts";
import { libraryFolder } from "../package-root.ts";
import { createHost } from "../wire.ts";

/** Tells all that is said of the project at `root` (absolute), some paths of which may not be read. */
export type Judge = (
  root: string,
  question: Question,
  unreadable: readonly string[],
) => Promise<readonly Diagnostic[]>;

/** A judge of projects below `folder` (absolute), who sees nothing else but lamina's own files. */
export function createJudge(folder: string): Judge {
  const forbidden = new Set<string>();
  const host: Host = { ...createHost(), files: withinWalls(createHost().files, folder, forbidden) };
  const evaluator = openEvaluator(host);
  const evaluate = (path: string) => evaluator.evaluate(path);
  return async (root, question, unreadable) => {
    for (const path of unreadable) forbidden.add(join(root, path));
    switch (question.kind) {
      case "check":
        return (await checkCatalog({ directory: root, host, evaluate })).diagnostics;
      case "plan": {
        const bases = new Map(Object.entries(question.bases ?? {}));
        const project = await openProject({ directory: root, host, evaluate, bases });
        return project.ok ? project.value.warnings : project.error;
      }
      case "mend-lock": {
        const mended = mendConflict(host.files, {
          path: join(root, "lamina.lock"),
          folder: join(root, ".lamina"),
        });
        return !mended.ok && mended.error.kind === "unmendable" ? mended.error.diagnostics : [];
      }
      case "export": {
        const { limits } = question;
        const limited = limits === undefined ? evaluator : openEvaluator(host, [], { limits });
        const evaluated = limited.evaluate(join(root, exampleFile));
        const written = evaluated.ok ? writeData(evaluated.value.value, question.format) : evaluated;
        return written.ok ? [] : written.error;
      }
    }
  };
}

/** A catalog that happens to lie above the temporary folder is none of the self-test's; who runs it as root may read anything. */
function withinWalls(files: Host["files"], folder: string, forbidden: ReadonlySet<string>): Host["files"] {
  const isWithin = (path: string) =>
    [folder, libraryFolder()].some((wall) => path === wall || path.startsWith(wall + sep));
  return {
    ...files,
    read: (path) => (forbidden.has(path) ? denied(path) : files.read(path)),
    readText: (path) => (forbidden.has(path) ? denied(path) : files.readText(path)),
    info: (path) => (isWithin(path) ? files.info(path) : missing(path)),
    list: (path) => (isWithin(path) ? files.list(path) : missing(path)),
  };
}

function missing(path: string) {
  return err({ kind: "missing", path, message: "no such file" } as const);
}

function denied(path: string) {
  return err({ kind: "denied", path, message: "permission denied" } as const);
}
