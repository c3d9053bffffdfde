// Why a layer failed, in one form for events and outcome, made of the failures that the ports know.

import type { RunnerTier } from "../../schemas/sizing.ts";
import type { SecretSource } from "../core/secret-source.ts";
import { unreachable } from "../core/unreachable.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import type { LockWriteFailure } from "../lock/lock-file.ts";
import type { SolveFailure } from "../ports/builder.ts";
import type { ResolveFailure } from "../ports/images.ts";
import type { SecretFailure } from "../ports/secrets.ts";

export interface LayerFailure {
  /** Stable word for scripts: those of the ports' unions, with "base-" before those of an external image. */
  readonly kind:
    | SolveFailure["kind"]
    | `base-${ResolveFailure["kind"]}`
    | "inputs-changed"
    | "out-of-memory"
    | "time-budget"
    | "no-machine"
    | "machine-lost"
    | "lock-unwritable"
    | "tool-missing"
    | "tool-failed"
    | "tool-version"
    | "artifact-missing";
  /** One sentence without a capital or a full stop. */
  readonly message: string;
  readonly help?: string | undefined;
  readonly logTail: readonly string[];
}

/** `secrets` are the sources that the solve was given. */
export function explainSolveFailure(
  failure: SolveFailure,
  secrets: ReadonlyMap<string, SecretSource>,
): LayerFailure {
  const { kind } = failure;
  switch (kind) {
    case "step-failed": {
      const { step, exitCode, message, logTail } = failure;
      const code = exitCode === undefined ? "" : ` with exit code ${exitCode}`;
      const more = exitCode !== undefined && onlyExited.test(message) ? "" : `: ${message}`;
      return { kind, message: `${step} failed${code}${more}`, logTail };
    }
    case "secret-missing":
      return explainMissingSecret(failure.id, secrets.get(failure.id));
    case "canceled":
      return { kind, message: "the builder canceled the solve of its own accord", logTail: [] };
    case "daemon-lost":
      return {
        kind,
        message: `the builder was lost: ${failure.message}`,
        help: "see that it runs (`lamina doctor`), then build again: finished layers stay",
        logTail: [],
      };
    case "dockerfile-refused":
    case "source-missing":
    case "other":
      return { kind, message: failure.message, logTail: [] };
    default:
      return unreachable(failure);
  }
}

/**
 * `where` is the last place that was tried, as in "on a machine of 4 cpu and 8 GB"; `next` the tier above it, if there is one, or "elsewhere" where
 * this machine has no more.
 */
export function explainOutOfMemory(
  failure: SolveFailure,
  where: string,
  next: RunnerTier | "elsewhere" | undefined,
  reports: readonly string[],
): LayerFailure {
  const what = failure.kind === "step-failed" ? `${failure.step} ran` : "it ran";
  return {
    kind: "out-of-memory",
    message: `${what} out of memory ${where}`,
    help: adviseOnMemory(next),
    logTail: [...(failure.kind === "step-failed" ? failure.logTail : []), ...reports],
  };
}

function adviseOnMemory(next: RunnerTier | "elsewhere" | undefined): string {
  switch (next) {
    case undefined:
      return "no tier is bigger: let the build use less memory, fewer jobs at once for example";
    case "elsewhere":
      return "this machine has no more: build on a leased one, or let the build use less memory, fewer jobs at once for example";
    default:
      return `set runner_type = '${next}, or cpu and memory_gb, in its workflow.ncl, or let the build use less memory`;
  }
}

/** Of a machine that was lost once too often. */
export function explainLostMachine(message: string, attempts: number): LayerFailure {
  return {
    kind: "machine-lost",
    message: `its machine was lost ${attempts} times: ${message}`,
    help: "build again: finished layers stay",
    logTail: [],
  };
}

export function explainTimeBudget(minutes: number): LayerFailure {
  return {
    kind: "time-budget",
    message: `it took longer than its time budget of ${minutes} minutes`,
    help: "raise time_budget_min in its workflow.ncl, or find out what it waits for: `lamina build -v` shows its log",
    logTail: [],
  };
}

/** Repeats the step and the exit code. */
const onlyExited = /^process "[^]*" did not complete successfully: exit code: \d+$/;

/** `source` is what was to give it, and does not; undefined where nothing was. `failure` is why it does not, where that is known. */
export function explainMissingSecret(
  id: string,
  source: SecretSource | undefined,
  failure: Exclude<SecretFailure, { readonly kind: "canceled" }> = { kind: "absent" },
): LayerFailure {
  const kind = "secret-missing";
  const elsewhere = "name another source: --secret, or `secrets` in .lamina/local.json";
  if (source === undefined)
    return {
      kind,
      message: `the secret "${id}" is required, and nothing gives it: neither --secret, nor .lamina/local.json, nor the build directives`,
      help: `--secret id=${id},env=VARIABLE gives it once, and "secrets": { "${id}": { "env": "VARIABLE" } } in .lamina/local.json on this machine; a mount without required=true does without`,
      logTail: [],
    };
  const logTail = failure.kind === "unreadable" ? failure.log : [];
  const why = failure.kind === "unreadable" ? `: ${failure.message}` : "";
  const explain = (message: string, advice: string): LayerFailure => ({
    kind,
    message: `the secret "${id}" ${message}`,
    help: `${advice}, or ${elsewhere}`,
    logTail,
  });
  switch (source.from) {
    case "env":
      return why === ""
        ? explain(`comes from the variable ${source.variable}, which is not set`, `set ${source.variable}`)
        : explain(`comes from the variable ${source.variable}${why}`, "shorten it");
    case "file":
      return failure.kind === "absent"
        ? explain(`comes from ${source.path}, which is not there`, "write that file")
        : explain(`comes from ${source.path}, which cannot be used${why}`, "see to that file");
    case "command": {
      // Its arguments may hold what is nobody's business.
      const [program = ""] = source.argv;
      return failure.kind === "program-missing"
        ? explain(`comes from the command ${program}, which is not installed`, `install ${program}`)
        : explain(`comes from the command ${program}, which failed${why}`, "run it by hand to see why");
    }
    case "sops":
      if (failure.kind === "absent")
        return explain(`stands in ${source.path}, which is not there`, "write that file with sops");
      return failure.kind === "program-missing"
        ? explain(
            `stands in ${source.path}, and sops, which decrypts it, is not installed`,
            "install sops 3.9.0 or later (https://getsops.io)",
          )
        : explain(
            `stands in ${source.path}, which sops does not decrypt${why}`,
            "run `sops decrypt` on it by hand: it needs your key, such as in SOPS_AGE_KEY_FILE",
          );
    default:
      return unreachable(source);
  }
}

/** `image` is the external image as declared; what could not be resolved may be what stands in for it. */
export function explainResolveFailure(image: string, failure: ResolveFailure): LayerFailure {
  const kind = `base-${failure.kind}` as const;
  const what = failure.image === image ? image : `${failure.image}, which stands in for ${image},`;
  const replace = `or let another image stand in for it: --base ${image}=REF`;
  switch (failure.kind) {
    case "not-found":
      if (failure.image.startsWith("oci-layout:"))
        return {
          kind,
          message: `${what} holds no image`,
          help: `name the folder of an OCI image layout, ${replace}`,
          logTail: [],
        };
      return { kind, message: `${what} does not exist`, help: `correct its name, ${replace}`, logTail: [] };
    case "platform-missing":
      return {
        kind,
        message: `${what} does not exist for ${failure.platform}, only for ${failure.offered.join(", ")}`,
        help: `build for a platform that it exists for, ${replace}`,
        logTail: [],
      };
    case "unauthorized":
      return {
        kind,
        message: `access to ${what} was refused`,
        help: `log in to the registry, ${replace}`,
        logTail: [],
      };
    case "unreachable":
      return {
        kind,
        message: `${what} cannot be looked up: ${failure.message}`,
        help: `try again when its registry can be reached, ${replace}`,
        logTail: [],
      };
    default:
      return unreachable(failure);
  }
}

/** Most files that are named. */
const maxNamed = 3;

/** `now` is what was read of the layer after the build; undefined where it cannot be read any more. */
export function explainChangedInputs(before: OwnInputs, now: OwnInputs | undefined): LayerFailure {
  const paths = now === undefined ? [] : changedPaths(before, now);
  const named = paths.slice(0, maxNamed).join(", ");
  const more = paths.length > maxNamed ? ` and ${paths.length - maxNamed} more` : "";
  const what = paths.length === 0 ? "its files" : `${named}${more}`;
  return {
    kind: "inputs-changed",
    message: `${what} changed while it was being built, so that nobody knows what the image was made of`,
    help: "build again: BuildKit's cache has all that stayed the same",
    logTail: [],
  };
}

function changedPaths(before: OwnInputs, now: OwnInputs): readonly string[] {
  const paths = new Set([...before.files.keys(), ...now.files.keys()]);
  return Array.from(paths)
    .filter((path) => before.files.get(path) !== now.files.get(path))
    .sort();
}

/** Whether only other inputs can mend it: trying again with the same ones would end the same. */
export function isLasting(kind: LayerFailure["kind"]): boolean {
  switch (kind) {
    case "step-failed":
    case "dockerfile-refused":
    case "source-missing":
    case "tool-missing":
    case "tool-failed":
    case "tool-version":
    case "artifact-missing":
    case "other":
      return true;
    case "secret-missing":
    case "daemon-lost":
    case "canceled":
    // A bigger machine, more time or another machine mends these, and none is an input.
    case "out-of-memory":
    case "time-budget":
    case "no-machine":
    case "machine-lost":
    case "base-not-found":
    case "base-platform-missing":
    case "base-unauthorized":
    case "base-unreachable":
    case "inputs-changed":
    case "lock-unwritable":
      return false;
    default:
      return unreachable(kind);
  }
}

export function explainLockFailure(path: string, failure: LockWriteFailure): LayerFailure {
  const reason =
    failure.kind === "file"
      ? failure.failure.message
      : failure.diagnostics.map(({ message }) => message).join("; ");
  return {
    kind: "lock-unwritable",
    message: `it was built, but ${path} cannot be written: ${reason}`,
    help: "mend the file and build again: BuildKit's cache still has the layer",
    logTail: [],
  };
}
