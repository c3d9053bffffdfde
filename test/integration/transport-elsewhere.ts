// A process that runs one command through the ssh transport, for tests that kill it. What to run comes as a message;
// output goes out as messages.

import { z } from "zod";
import { sshTransport } from "../../providers/transport/ssh.ts";

const errandSchema = z.object({
  endpoint: z.object({
    kind: z.literal("ssh"),
    host: z.string(),
    port: z.number(),
    user: z.string(),
    hostKey: z.string(),
    buildkitSocket: z.string(),
  }),
  privateKey: z.string(),
  argv: z.array(z.string()),
});

const tell = (text: string): void => void process.send?.(text);

process.once("message", (message) => {
  const { endpoint, privateKey, argv } = errandSchema.parse(message);
  const run = async (): Promise<void> => {
    const never = new AbortController().signal;
    const connected = await sshTransport().connect(endpoint, { privateKey, deadlineMs: 60_000 }, never);
    if (!connected.ok) throw new Error(JSON.stringify(connected.error));
    await connected.value.exec({ argv, onOutput: (_, text) => tell(text) }, never);
  };
  void run();
});
