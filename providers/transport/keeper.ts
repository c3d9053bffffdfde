// The keeper: a shell on the machine that ends what we started there. It lives as long as its channel's stdin, which
// sshd closes with the connection, however that or this process ends. What it may end bears its mark in the environment, as
// all that comes of it does, in whatever process group or session.
//
// A line on its stdin ends one command. At the end of stdin first its folder goes, then everything that bears the mark: a
// command that is only now being started either is seen, or finds no folder and does not begin.

import { randomUUID } from "node:crypto";
import type { ClientChannel } from "ssh2";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { TransportFailure } from "../../engine/ports/transport.ts";
import type { Link } from "./dial.ts";
import { openCommandChannel } from "./open-channel.ts";
import { quoteWords } from "./quote.ts";

export interface Keeper {
  /** Words of a command that bears the marks; it ends with this keeper, or by `end` of its id. */
  guard(commandId: string, argv: readonly string[]): readonly string[];
  /** SIGTERM, after two seconds SIGKILL. */
  end(commandId: string): void;
}

// $1 is its id, the rest the ids of keepers before it on this connection, whose commands may have been left.
const script = `
trap '' HUP INT TERM PIPE
folder=\${TMPDIR:-/tmp}/lamina-$1
mkdir -m 700 "$folder" || exit 1
end() {
  round=0
  while [ $round -lt 100 ]; do
    running=$(cd /proc && exec grep -lsF "$1" [0-9]*/environ)
    [ -n "$running" ] || return 0
    for one in $running; do
      if [ $round -eq 0 ]; then kill -TERM "\${one%/*}"
      elif [ $round -ge 20 ]; then kill -KILL "\${one%/*}"
      fi
    done
    round=$((round + 1))
    sleep 0.1
  done
}
id=$1
shift
for former; do
  rmdir "\${TMPDIR:-/tmp}/lamina-$former"
  end "LAMINA_KEEPER=$former" &
done 2>/dev/null
printf '%s\\n' "$folder"
exec >/dev/null 2>&1
while read -r command; do end "LAMINA_COMMAND=$command" & done
rmdir "$folder"
end "LAMINA_KEEPER=$id"
`;

/**
 * Resolves when it stands guard. `formerIds` are those of the keepers before it on this line; its own is added. Where it
 * ends before its link does, the link is cut: nothing runs unguarded. Never rejects.
 */
export async function openKeeper(link: Link, formerIds: string[]): Promise<Result<Keeper, TransportFailure>> {
  const id = randomUUID();
  const words = ["exec", "/bin/sh", "-c", script, "lamina-keeper", id, ...formerIds];
  const opened = await openCommandChannel(link, quoteWords(words), (channel) => ({
    channel,
    firstLine: readFirstLine(channel),
  }));
  if (!opened.ok) return opened;
  const { channel, firstLine } = opened.value;
  formerIds.push(id);
  const said = await firstLine;
  if (!said.ok) {
    if (link.isGone()) return err({ kind: "lost", message: await link.gone });
    return err({ kind: "failed", message: `commands cannot be watched over on the machine: ${said.error}` });
  }
  const folder = said.value;
  channel.on("close", () => link.client.destroy());
  return ok({
    guard: (commandId, argv) => [
      "exec",
      "env",
      `LAMINA_KEEPER=${id}`,
      `LAMINA_COMMAND=${commandId}`,
      "/bin/sh",
      "-c",
      'test -d "$1" || exit 255; shift; exec "$@"',
      "sh",
      folder,
      ...argv,
    ],
    end: (commandId) => void channel.write(`${commandId}\n`),
  });
}

/** The line, or what was said on stderr when it ended without one. */
function readFirstLine(channel: ClientChannel): Promise<Result<string, string>> {
  return new Promise((resolve) => {
    let text = "";
    let complaint = "";
    channel.setEncoding("utf8");
    channel.on("data", (piece: string) => {
      text += piece;
      const end = text.indexOf("\n");
      if (end >= 0) resolve(ok(text.slice(0, end)));
    });
    channel.stderr.setEncoding("utf8");
    channel.stderr.on("data", (piece: string) => {
      complaint = (complaint + piece).slice(-2000);
    });
    channel.on("close", () => resolve(err(complaint.trim() === "" ? "its shell ended" : complaint.trim())));
  });
}
