// What a script throws when this machine lacks something: the script ends with 3 and the hint how to get it.

export class MissingRequirement extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = "MissingRequirement";
    this.hint = hint;
  }
}

/** Runs a script's main function and turns what it throws into the exit codes of the command line. */
export async function runScript(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof MissingRequirement)) throw error;
    process.stderr.write(`error: ${error.message}\n  help: ${error.hint}\n`);
    process.exitCode = 3;
  }
}
