// `lamina pool serve`: machines of one provider for many clients, over HTTP.

import { join, resolve } from "node:path";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { defineCommand, noOperands } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { choice, flag, positiveInteger, text, type ValueSpec } from "../option.ts";
import { leasingProviders } from "../pool/read-configuration.ts";
import { servePool } from "../pool/serve-pool.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}

const listenOption: ValueSpec<Address> = {
  kind: "value",
  placeholder: "HOST:PORT",
  summary: "where to listen (default: 127.0.0.1:8077); port 0 is any that is free",
  parse: (value): Result<Address, string> => {
    const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value);
    const [, six, other, port] = found ?? [];
    const host = six ?? other;
    if (host === undefined || Number(port) > 65_535) return err("must be HOST:PORT, such as 127.0.0.1:8077");
    return ok({ host, port: Number(port) });
  },
};

const eurosOption: ValueSpec<number> = {
  kind: "value",
  placeholder: "EUR",
  summary: "what all machines together may cost an hour (default: the directives', else whatever they cost)",
  parse: (value) =>
    /^\d{1,6}(\.\d{1,6})?$/.test(value) && Number(value) > 0
      ? ok(Number(value))
      : err("must be an amount above 0, such as 0.5"),
};

const number = (placeholder: string, summary: string): ValueSpec<number> => ({
  kind: "value",
  placeholder,
  summary,
  parse: positiveInteger,
});

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

export const command = defineCommand({
  name: "pool serve",
  operands: noOperands,
  description:
    "Serves the vm-pool and metrics API (docs/pool.md): clients lease machines of one provider by\n" +
    "bearer tokens, and tell and ask what builds used. Which provider, its settings and the caps stand\n" +
    "in build directives: of --directives, else of the catalog here or above. Its credentials are in\n" +
    "the environment, as for a build.\n" +
    "\n" +
    'Tokens stand one a line, "NAME TOKEN" or "NAME TOKEN admin", in --tokens or LAMINA_POOL_TOKENS;\n' +
    "a token sees its own leases, an admin's those of all. Every lease is in --database before the\n" +
    "provider is asked: SIGTERM and even kill -9 lose none, and the next server goes on. Machines\n" +
    "whose lease has expired are destroyed, also after that.",
  options: {
    listen: listenOption,
    tokens: text("FILE", "who may ask (default: LAMINA_POOL_TOKENS)"),
    database: text("FILE", "where leases and metrics are kept (default: .lamina/pool.sqlite)"),
    directives: text("FILE", "build directives that say what is leased (default: the catalog's)"),
    compute: choice(leasingProviders, "the provider (default: the directives')"),
    "pool-name": text("NAME", "marks this server's machines at the provider (default: pool)"),
    "max-machines": number("N", "machines at the same time (default: the directives', else 8)"),
    "max-eur-per-hour": eurosOption,
    "max-creates-per-hour": number("N", "new machines an hour (default: the directives', else 60)"),
    "max-ttl": number("MIN", "minutes that a machine may live (default: the directives', else 120)"),
    "tls-cert": text("FILE", "serve HTTPS with this certificate (PEM)"),
    "tls-key": text("FILE", "and its key (PEM)"),
    "insecure-listen": flag("serve HTTP on other addresses than loopback: tokens and keys can be read"),
  },
  examples: [
    { command: "lamina pool serve --tokens /etc/lamina/tokens", does: "for this machine" },
    {
      command:
        "lamina pool serve --listen 0.0.0.0:8077 --tls-cert pool.crt --tls-key pool.key --tokens tokens",
      does: "for others",
    },
    {
      command: "lamina pool serve --directives pool.ncl --max-eur-per-hour 0.5",
      does: "what is leased, and how much of it",
    },
  ],
  run: ({ options, directory, output, quiet }) => {
    const { listen = { host: "127.0.0.1", port: 8077 }, "pool-name": pool = "pool" } = options;
    const at = (path: string): string => resolve(directory, path);
    const optional = (path: string | undefined): string | undefined =>
      path === undefined ? undefined : at(path);
    const [certificate, key] = [optional(options["tls-cert"]), optional(options["tls-key"])];
    if ((certificate === undefined) !== (key === undefined))
      return refuseUsage(output, {
        message: "--tls-cert and --tls-key belong together",
        help: "give both, or none of them",
      });
    const tls = certificate === undefined || key === undefined ? undefined : { certificate, key };
    if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(pool))
      return refuseUsage(output, {
        message: `--pool-name must be at most 32 lower-case letters, digits and dashes, not ${JSON.stringify(pool)}`,
      });
    if (tls === undefined && !loopback.test(listen.host) && !options["insecure-listen"])
      return refuseUsage(output, {
        message: `on ${listen.host}, tokens and keys would go over the network for all to read`,
        help: "--tls-cert and --tls-key serve HTTPS; --insecure-listen allows it, for what stands behind a proxy",
      });
    return servePool(
      {
        ...listen,
        tls,
        pool,
        tokensPath: optional(options.tokens),
        databasePath: at(options.database ?? join(".lamina", "pool.sqlite")),
        directivesPath: optional(options.directives),
        provider: options.compute,
        maxMachines: options["max-machines"],
        maxEurPerHour: options["max-eur-per-hour"],
        maxCreatesPerHour: options["max-creates-per-hour"],
        maxTtlMin: options["max-ttl"],
      },
      { directory, output, quiet },
    );
  },
});
