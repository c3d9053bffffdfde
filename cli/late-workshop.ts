// A workshop that is opened when the first thing is to be built in it, as most often nothing is.

import { err, type Result } from "../engine/core/result.ts";
import type { ImageStore } from "../engine/ports/images.ts";
import type { Placer } from "../engine/run/placer.ts";
import type { ExitCode } from "./exit-code.ts";
import { idleBuilder } from "./idle-builder.ts";
import type { OpenedWorkshop } from "./open-workshop.ts";
import type { Workshop } from "./workshop.ts";

/** `open` tells why it cannot. */
export function openLateWorkshop(
  images: ImageStore,
  open: () => Promise<Result<OpenedWorkshop, ExitCode>>,
): Workshop {
  let opened: ReturnType<typeof open> | undefined;
  return {
    openPlacer: (sink, runId) => {
      let placer: Placer | undefined;
      return {
        description: idleBuilder.description,
        place: async (request, signal) => {
          opened ??= open();
          const workshop = await opened;
          if (!workshop.ok)
            return err({ kind: "no-machine", message: "there is nothing to build it with", logTail: [] });
          placer ??= workshop.value.workshop.openPlacer(sink, runId);
          return placer.place(request, signal);
        },
        rest: async () => placer?.rest(),
      };
    },
    images,
    close: async () => {
      const workshop = await opened;
      if (workshop?.ok === true) await workshop.value.workshop.close();
    },
  };
}
