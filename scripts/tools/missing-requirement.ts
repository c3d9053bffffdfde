// What a script throws when this machine lacks something: the script ends with 3 and the hint how to get it.

export class MissingRequirement extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = "MissingRequirement";
    this.hint = hint;
  }
}

/**
 * Runs a script's main function and turns how it ends into the exit codes of the command line: what it returns, 3 for
 * MissingRequirement, 130 when it was interrupted. The first interrupt aborts `signal`, and main ends by itself.
 */
export async function runScript(main: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const interrupt = new AbortController();
  const abort = (): void => interrupt.abort();
  process.on("SIGINT", abort).on("SIGTERM", abort);
  try {
    process.exitCode = await main(interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) process.exitCode = 130;
    else if (error instanceof MissingRequirement) {
      process.stderr.write(`error: ${error.message}\n  help: ${error.hint}\n`);
      process.exitCode = 3;
    } else throw error;
  } finally {
    process.off("SIGINT", abort).off("SIGTERM", abort);
  }
}
