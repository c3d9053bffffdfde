// Opens the provider of machines that directives name, with the configuration that they give it. What it takes is loaded only then.

import type { Host } from "../engine/core/host.ts";
import type { Result } from "../engine/core/result.ts";
import { unreachable } from "../engine/core/unreachable.ts";
import type { Compute } from "../engine/ports/compute.ts";
import type { BuildDirectives } from "../schemas/build-directives.ts";

/** Those that lease machines: 'docker_local is this machine. */
export type LeasingProvider = Exclude<BuildDirectives["compute_provider"], "docker_local">;

/** What of the directives' runners is the provider's business. */
export type MachineChoice = Pick<
  NonNullable<BuildDirectives["runners"]>,
  "candidates" | "image" | "user" | "settings"
>;

export interface ComputeRefusal {
  /** What must change: the directives, or what surrounds this process. */
  readonly kind: "configuration" | "environment";
  readonly message: string;
  readonly help: string;
}

export async function openCompute(
  provider: LeasingProvider,
  runners: MachineChoice | undefined,
  { clock, env }: Pick<Host, "clock" | "env">,
): Promise<Result<Compute, ComputeRefusal>> {
  const { candidates, image, user, settings } = runners ?? {};
  switch (provider) {
    case "hcloud": {
      const { openHcloud } = await import("../providers/compute/hcloud/hcloud.ts");
      return openHcloud({ candidates, image, user, settings }, { env, clock });
    }
    case "vm_pool": {
      const { openVmPool } = await import("../providers/compute/vm-pool.ts");
      return openVmPool({ settings }, { env, clock });
    }
    case "proxmox": {
      const { openProxmox } = await import("../providers/compute/proxmox/proxmox.ts");
      return openProxmox({ user, settings }, { env, clock });
    }
    default:
      return unreachable(provider);
  }
}
