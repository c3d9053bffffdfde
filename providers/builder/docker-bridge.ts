// Docker Engine's BuildKit at a unix socket, as buildctl wants it: every connection to the socket is carried by a
// `docker buildx dial-stdio` of its own.

import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePrivateFolder } from "../host/private-folder.ts";
import { openPipe, type Pipe } from "../host/process.ts";

export interface DockerBridge {
  /** As buildctl's --addr takes it. */
  readonly address: string;
  /** What docker said last on stderr; "" when nothing. */
  readonly complaint: () => string;
  /** Ends every connection and removes the socket; safe to call twice. */
  readonly close: () => Promise<void>;
}

/** `docker` is the absolute path of the client. Whether an Engine answers shows only when one talks to it. */
export async function openDockerBridge(docker: string): Promise<DockerBridge> {
  const directory = makePrivateFolder(tmpdir());
  const path = join(directory, "buildkit.sock");
  const pipes = new Map<Pipe, Promise<void>>();
  let complaint = "";
  const server = createServer((socket) => {
    const pipe = openPipe(docker, ["buildx", "dial-stdio"]);
    const carry = async (): Promise<void> => {
      const { stderr } = await pipe.ended;
      if (stderr !== "") complaint = stderr;
      socket.destroy();
    };
    pipes.set(
      pipe,
      carry().finally(() => pipes.delete(pipe)),
    );
    // Either side may vanish at any time; what is on the way then is lost to both alike.
    for (const stream of [socket, pipe.stdin, pipe.stdout]) stream.on("error", () => socket.destroy());
    socket.on("close", () => pipe.stop());
    socket.pipe(pipe.stdin);
    pipe.stdout.pipe(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  server.unref();
  return {
    address: `unix://${path}`,
    complaint: () => complaint,
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const pipe of pipes.keys()) pipe.stop();
      await Promise.all([...pipes.values(), closed]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
