// `lamina completion SHELL`: completion scripts, made of the table of commands.

import { type Command, commonOptions, defineCommand, type TableEntry } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { orList } from "../option.ts";

const shells = ["bash", "zsh", "fish"] as const;

export const command = defineCommand({
  name: "completion",
  operands: { name: "SHELL", min: 1, max: 1 },
  description: "Prints a script that completes commands, options and layers of the catalog at hand.",
  options: {},
  examples: [
    { command: "lamina completion bash > ~/.local/share/bash-completion/completions/lamina", does: "" },
    { command: 'lamina completion zsh > "${fpath[1]}/_lamina"', does: "" },
    { command: "lamina completion fish > ~/.config/fish/completions/lamina.fish", does: "" },
  ],
  run: async ({ operands, output, commands }) => {
    const shell = shells.find((one) => one === operands[0]);
    if (shell === undefined)
      return refuseUsage(output, {
        message: `there is no completion for ${operands[0]}`,
        help: `use ${orList(shells)}`,
      });
    const loaded = await Promise.all(commands.map(describe));
    const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
    output.result(scripts[shell](loaded));
    return exitCode.done;
  },
});

type DescribedCommand = Command & Pick<TableEntry, "summary">;

async function describe({ load, summary }: TableEntry): Promise<DescribedCommand> {
  return { ...(await load()).command, summary };
}

function optionsOf(command: Command): string[] {
  return Object.keys({ ...command.options, ...commonOptions }).map((name) => `--${name}`);
}

function takesLayers(command: Command): boolean {
  return command.operands.name.split("|").includes("LAYER") || "layer" in command.options;
}

/** First words, and the second ones of those that have two. */
function firstWords(commands: readonly DescribedCommand[]): string[] {
  return [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? name))];
}

const listLayers = 'for w in catalog/*/workflow.ncl; do [ -e "$w" ] && basename "$(dirname "$w")"; done';

/** Words that may stand for an operand or an option's value, by its placeholder; undefined where nobody knows them. */
function wordsFor(placeholder: string, commands: readonly DescribedCommand[]): string | undefined {
  switch (placeholder) {
    case "LAYER":
    case "LAYER|BASE":
      return `$(${listLayers})`;
    case "COMMAND":
      return firstWords(commands).join(" ");
    case "SHELL":
      return shells.join(" ");
    default:
      return undefined;
  }
}

/** A line of `case` for each option that takes a value: the words it may have; none where it is a file. */
function valueCases(command: Command, commands: readonly DescribedCommand[]): string[] {
  return Object.entries({ ...command.options, ...commonOptions }).flatMap(([name, spec]) => {
    if (spec.kind === "flag") return [];
    const choices = spec.kind === "value" ? spec.choices?.join(" ") : undefined;
    const words = choices ?? wordsFor(spec.placeholder, commands) ?? "";
    const short = spec.short === undefined ? "" : `|-${spec.short}`;
    return [`--${name}${short}) words="${words}" ;;`];
  });
}

function bashScript(commands: readonly DescribedCommand[]): string {
  const cases = commands.map((command) => {
    const operands = wordsFor(command.operands.name, commands);
    const words = [...optionsOf(command), ...(operands === undefined ? [] : [operands])].join(" ");
    return `    ${JSON.stringify(command.name)})
      case "$before" in
        ${[...valueCases(command, commands), `*) words="${words}" ;;`].join("\n        ")}
      esac ;;`;
  });
  const families = commands.filter(({ name }) => name.includes(" "));
  return `# bash completion of lamina
_lamina() {
  local current="\${COMP_WORDS[COMP_CWORD]}" name="\${COMP_WORDS[1]}" words
  local before="\${COMP_WORDS[COMP_CWORD - 1]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${firstWords(commands).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "$name" in
${[...new Set(families.map(({ name }) => name.split(" ")[0] ?? ""))]
  .map((first) => {
    const seconds = families
      .filter(({ name }) => name.startsWith(`${first} `))
      .map(({ name }) => name.split(" ")[1]);
    return `    ${first})
      if [ "$COMP_CWORD" -eq 2 ]; then
        COMPREPLY=($(compgen -W "${seconds.join(" ")}" -- "$current"))
        return
      fi
      name="$name \${COMP_WORDS[2]}" ;;`;
  })
  .join("\n")}
  esac
  case "$name" in
${cases.join("\n")}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ "\${#COMPREPLY[@]}" -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _lamina lamina
`;
}

function zshScript(commands: readonly DescribedCommand[]): string {
  return `#compdef lamina
# zsh completion of lamina, by way of its bash completion
autoload -U +X bashcompinit && bashcompinit
${bashScript(commands)}`;
}

function fishScript(commands: readonly DescribedCommand[]): string {
  const family = (first = ""): string =>
    commands
      .flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []))
      .join(", ");
  const lines = ["# fish completion of lamina", "complete -c lamina -f"];
  for (const { name, summary } of commands) {
    const [first, second] = name.split(" ");
    const condition =
      second === undefined
        ? "__fish_use_subcommand"
        : `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${second}`;
    if (second !== undefined && !lines.some((line) => line.includes(`-a ${first} `)))
      lines.push(`complete -c lamina -n __fish_use_subcommand -a ${first} -d ${quoteFish(family(first))}`);
    lines.push(`complete -c lamina -n '${condition}' -a ${second ?? first} -d ${quoteFish(summary)}`);
  }
  for (const command of commands) {
    const seen = command.name
      .split(" ")
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join("; and ");
    for (const [name, spec] of Object.entries({ ...command.options, ...commonOptions })) {
      const short = spec.short === undefined ? "" : ` -s ${spec.short}`;
      const value = spec.kind === "flag" ? "" : " -r";
      const choices =
        spec.kind === "value" && spec.choices !== undefined ? ` -a '${spec.choices.join(" ")}'` : "";
      lines.push(
        `complete -c lamina -n '${seen}' -l ${name}${short}${value}${choices} -d ${quoteFish(spec.summary)}`,
      );
    }
    if (takesLayers(command))
      lines.push(
        `complete -c lamina -n '${seen}' -a '(string replace -r "catalog/(.*)/workflow.ncl" "$1" catalog/*/workflow.ncl)'`,
      );
  }
  return `${lines.join("\n")}\n`;
}

function quoteFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
