// A host, and two builders on its BuildKit over one connection: one that sends contexts by rsync and runs buildctl there, and
// the one whose buildctl runs here. Both write into one store, so that only one of them is used for an image.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Builder } from "../../engine/ports/builder.ts";
import type { Connection } from "../../engine/ports/transport.ts";
import { openBuilderAt } from "../../providers/builder/connect.ts";
import { openRsyncBuilder } from "../../providers/runner/rsync-builder.ts";
import { makeKeyPair } from "../../providers/transport/keys.ts";
import { sshTransport } from "../../providers/transport/ssh.ts";
import type { Host } from "../rig/hosts/host.ts";
import { openHostYard } from "../rig/hosts/host-yard.ts";
import type { Rig } from "../rig/rig.ts";
import { envOf, never, openSetting, type Setting, value } from "./builder-setting.ts";

export interface RsyncSetting extends Setting {
  readonly host: Host;
  readonly connection: Connection;
  /** The one whose buildctl runs here, with a store of its own. */
  readonly session: Builder;
  readonly sessionStore: string;
  /** Where this machine sees a path of the host. */
  onHost(path: string): string;
  /** Output of a script on the host; "" where it fails. */
  run(script: string): string;
}

/** `env` is what the builders see of an environment. */
export async function openRsyncSetting(
  rig: Rig,
  env: Readonly<Record<string, string>> = {},
): Promise<RsyncSetting> {
  const setting = await openSetting(rig);
  const yard = await openHostYard({ buildkit: rig.buildkit });
  try {
    const login = makeKeyPair();
    const hostKey = makeKeyPair();
    const host = await yard.createHost({
      name: "rsync",
      memoryBytes: 1024 ** 3,
      authorizedKeys: [login.publicKey],
      hostKey,
    });
    await host.booted;
    const { address, port, user, buildkitSocket } = host;
    const connection = value(
      await sshTransport({ mendMs: 500, keepaliveMs: 500 }).connect(
        { kind: "ssh", host: address, port, user, hostKey: hostKey.publicKey, buildkitSocket },
        { privateKey: login.privateKey, deadlineMs: 60_000 },
        never,
      ),
    );
    const forwarded = value(await connection.forwardSocket(buildkitSocket));
    const path = `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`;
    const readEnv = envOf(rig, { PATH: path, ...env });
    const openSession = async (storeDirectory: string): Promise<Builder> =>
      value(
        await openBuilderAt(
          { storeDirectory, env: readEnv },
          `unix://${forwarded.path}`,
          { describe: (version) => `buildkitd ${version} on a host`, close: () => connection.close() },
          never,
        ),
      );
    const storeDirectory = join(setting.directory, "store-of-rsync");
    const proofs = await openSession(storeDirectory);
    const builder = value(
      await openRsyncBuilder({ connection, buildkitSocket, storeDirectory, env: readEnv, proofs }, never),
    );
    const sessionStore = join(setting.directory, "store-of-session");
    return {
      ...setting,
      storeDirectory,
      builder,
      host,
      connection,
      session: await openSession(sessionStore),
      sessionStore,
      onHost: (place) => join(`/proc/${String(host.pid)}/root`, place),
      run: (script) => {
        try {
          const words = [`--target=${String(host.pid)}`, "--all", "/bin/sh", "-c", script];
          return execFileSync("nsenter", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
        } catch {
          return "";
        }
      },
      close: async () => {
        await builder.close();
        await yard.close();
        await setting.close();
      },
    };
  } catch (error) {
    await yard.close();
    await setting.close();
    throw error;
  }
}
