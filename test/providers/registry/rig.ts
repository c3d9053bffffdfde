// A scripted registry with a client of it, a clock that hurries, and Docker's configuration in a folder of its own.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../../engine/core/digest.ts";
import type { RepositoryPlace } from "../../../engine/plan/registry-mapper.ts";
import type { BlobFile, Registry } from "../../../engine/ports/registry.ts";
import { openRegistry } from "../../../providers/registry/open-registry.ts";
import type { RegistryAddress } from "../../../schemas/registry-address.ts";
import { parseRepositoryName } from "../../../schemas/repository-name.ts";
import { HurriedClock } from "../../fakes/hurried-clock.ts";
import { RegistryServer, type RegistryWays } from "../../fakes/registry-server.ts";

export const pieceBytes = 64 * 1024;

export class ClientRig {
  readonly server: RegistryServer;
  readonly clock = new HurriedClock(Date.UTC(2026, 10, 23));
  readonly directory = mkdtempSync(join(tmpdir(), "lamina-client-"));
  readonly address: RegistryAddress;

  private constructor(server: RegistryServer, address: RegistryAddress) {
    this.server = server;
    this.address = address;
  }

  static async start(ways: RegistryWays = {}): Promise<ClientRig> {
    const server = new RegistryServer(ways);
    return new ClientRig(server, await server.start());
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.directory, { recursive: true });
  }

  /** `config` is Docker's; by default there is none. */
  client(config?: object): Registry {
    const folder = join(this.directory, "docker");
    mkdirSync(folder, { recursive: true });
    if (config !== undefined) writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    return openRegistry({
      env: (name) => (name === "DOCKER_CONFIG" ? folder : undefined),
      clock: this.clock,
      random: () => 1,
      plainHttp: new Set(),
      pieceBytes,
    });
  }

  /** Docker's configuration with a login for this registry. */
  login(username: string, password: string): object {
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    return { auths: { [this.address]: { auth } } };
  }

  place(text: string): RepositoryPlace {
    const name = parseRepositoryName(text);
    if (name === undefined) throw new Error(`${text} is no repository`);
    return { registry: this.address, name };
  }

  blob(bytes: Uint8Array): BlobFile {
    const digest = sha256(bytes);
    const path = join(this.directory, digest.slice(7, 27));
    writeFileSync(path, bytes);
    return { digest, sizeBytes: bytes.byteLength, path };
  }
}
