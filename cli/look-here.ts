// The project as it is at this moment, for whoever looks at it again and again: opened through one memory, selected and planned,
// with the files that all of that depended on; or what keeps it from being planned.

import { join } from "node:path";
import { localSettingsPath } from "../engine/catalog/local-settings.ts";
import { locateProject } from "../engine/catalog/locate.ts";
import type { Diagnostic } from "../engine/core/diagnostic.ts";
import type { WatchTargets } from "../engine/ports/file-watch.ts";
import { openProject, type Project } from "../engine/project.ts";
import type { Look, LookRequest } from "../engine/watch.ts";
import type { Platform } from "../schemas/platform.ts";
import { type AskedActor, findActor } from "./actor-option.ts";
import type { UsageFault } from "./args.ts";
import type { FollowedRegistries } from "./followed-registries.ts";
import { type CacheSettings, findCacheFault, openCaches } from "./open-caches.ts";
import { libraryFolder, schemaFolder } from "./package-root.ts";
import { planHere } from "./project.ts";
import { recordFiles } from "./record-files.ts";
import { diagnosticsToJson } from "./report/diagnostics-json.ts";
import { type NamedSecret, nameSecrets } from "./secret-option.ts";
import { selectLayers } from "./selection.ts";
import { createHost, hostPlatform, openLazyEvaluator, openMemory } from "./wire.ts";

export interface LookSettings {
  /** Absolute. */
  readonly root: string;
  /** Layers by names, globs and the like; evaluated anew at every look. Empty: all. */
  readonly operands: readonly string[];
  /** Empty: each layer's own. */
  readonly platforms: readonly Platform[];
  /** Replacements named on the command line. */
  readonly bases: ReadonlyMap<string, string>;
  /** Whose build caches are read and written, as far as the command line says it. */
  readonly actor: AskedActor;
  /** What others have published is looked for there. */
  readonly registries: FollowedRegistries;
  /** Told at every look where build caches lie. */
  readonly onCaches: (caches: CacheSettings | undefined) => void;
  /** Sources of secrets named on the command line; paths count from `directory` (absolute). */
  readonly secrets: readonly NamedSecret[];
  readonly directory: string;
  /** Told at every look what there is to complain of: errors and warnings, or that what was asked for is not there. */
  readonly onComplaints: (diagnostics: readonly Diagnostic[], fault: UsageFault | undefined) => void;
}

export interface Looker {
  look(request: LookRequest): Promise<Look>;
  /** Keeps what was read for the next command. */
  save(): void;
}

/** Makes what looks. */
export function openLooker(settings: LookSettings): Looker {
  const { root, operands, platforms, bases, actor, registries, secrets, directory } = settings;
  const { onCaches, onComplaints } = settings;
  const looked = new Set<string>();
  const host = createHost();
  const files = recordFiles(host.files, (path) => {
    if (isOfInterest(path, root)) looked.add(path);
  });
  const memory = openMemory({ ...host, files }, root);
  /** What a sound catalog read, as long as the catalog is not sound. */
  let before: readonly string[] = [];

  const look: Looker["look"] = async ({ forced, defaultPlatform, signal }) => {
    looked.clear();
    memory.startRound();
    const refuse = (diagnostics: readonly Diagnostic[], fault?: UsageFault): Look => {
      onComplaints(diagnostics, fault);
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      return {
        kind: "invalid",
        complaint: {
          diagnostics: diagnosticsToJson(diagnostics, { root, library: libraryFolder() }, { strict: false })
            .diagnostics,
          ...(fault === undefined ? {} : { message: fault.message }),
          ...(fault?.help === undefined ? {} : { help: fault.help }),
        },
        concerned: new Set(errors.flatMap(({ span }) => (span === undefined ? [] : [span.file.path]))),
        targets: findTargets(root, [...before, ...looked], undefined),
      };
    };
    // What lies above is another project.
    const located = locateProject(root, memory.files);
    if (!located.ok) return refuse([located.error]);
    const evaluate = openLazyEvaluator(memory, host.files);
    const opened = await openProject({ directory: root, host: { ...host, files }, evaluate, memory, bases });
    if (!opened.ok) return refuse(opened.error);
    const named = nameSecrets(opened.value, secrets, directory);
    if (!named.ok) return refuse(opened.value.warnings, named.error);
    const project = named.value;
    if (project.graph.root !== root)
      return refuse([], { message: `there are no layers in ${join(root, "catalog")} any more` });
    const selection = selectLayers(project.graph, operands, {
      changed: false,
      only: false,
      "with-ancestors": false,
      force: forced === "selected",
      platform: platforms,
    });
    if (!selection.ok) return refuse(project.warnings, selection.error);
    const caches = await openCaches(actor, project);
    if (!caches.ok) return refuse(project.warnings, caches.error);
    onCaches(caches.value);
    const plan = await planHere(project, {
      place: "here",
      caches: caches.value,
      registry: registries.follow(project, findActor(actor, project.directives.cache_policy)),
      ...selection.value,
      options: { ...selection.value.options, ...(forced === "selected" ? {} : { forced }) },
      defaultPlatform: defaultPlatform ?? hostPlatform(),
      signal,
      saves: false,
    });
    const fault = findCacheFault(plan, caches.value);
    if (fault !== undefined) return refuse(project.warnings, fault);
    onComplaints(project.warnings, undefined);
    before = Array.from(looked);
    return { kind: "sound", project, plan, targets: findTargets(root, before, project) };
  };
  return { look, save: () => memory.save() };
}

/** Whether what lies at a path is not known to be watched anyway, nor lamina's own. */
function isOfInterest(path: string, root: string): boolean {
  if (path.startsWith(`${root}/catalog/`) || path.startsWith(`${root}/.lamina/`)) return false;
  const isOurs = path.startsWith(`${libraryFolder()}/lamina/`) || path.startsWith(`${schemaFolder()}/`);
  return !isOurs && !root.startsWith(path);
}

function findTargets(root: string, looked: readonly string[], project: Project | undefined): WatchTargets {
  const catalog = join(root, "catalog");
  const listed = createHost().files.list(catalog);
  const links = listed.ok ? listed.value.filter(({ kind }) => kind === "symlink") : [];
  const layouts = Array.from(project?.replacedBases.values() ?? []).flatMap((reference) => {
    const found = /^oci-layout:([^@]+)/.exec(reference);
    return found?.[1] === undefined ? [] : [join(found[1], "index.json")];
  });
  const files = new Set([
    join(root, "lamina.lock"),
    join(root, localSettingsPath),
    join(root, ".lamina/local.lock"),
    ...layouts,
    ...looked,
  ]);
  return {
    folders: [catalog, ...links.map(({ name }) => join(catalog, name))],
    files: Array.from(files).sort(),
  };
}
