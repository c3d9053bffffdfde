// A process with hosts that is to be killed: opens a yard, makes two, tells what they are in a line of JSON, and stays.
// In: ORDER, JSON of the BuildKit programs and the keys.

import { z } from "zod";
import { openHostYard } from "../rig/hosts/host-yard.ts";

const text = z.string();
const order = z.object({
  buildkit: z.object({ buildctl: text, buildkitd: text }),
  hostKey: z.object({ privateKey: text, publicKey: text }),
  authorizedKey: text,
});

const { buildkit, hostKey, authorizedKey } = order.parse(JSON.parse(process.env["ORDER"] ?? ""));
const yard = await openHostYard({ buildkit });
const hosts = await Promise.all(
  ["one", "two"].map(async (name) => {
    const memoryBytes = 512 * 1024 * 1024;
    return await yard.createHost({ name, memoryBytes, authorizedKeys: [authorizedKey], hostKey });
  }),
);
for (const host of hosts) await host.booted;
process.stdout.write(`${JSON.stringify(hosts)}\n`);
