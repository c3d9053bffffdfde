// The exit codes that scripts rely on.

export const exitCode = {
  done: 0,
  /** A layer failed, a catalog is invalid, a check found something. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** The environment lacks something: no builder, no credentials. */
  environment: 3,
  /** By SIGINT or SIGTERM. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
