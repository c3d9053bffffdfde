// Where the value of a secret is read when a build needs it. The value itself is no part of it, and never passes through the engine.

export const sopsFormats = ["json", "yaml", "dotenv", "binary"] as const;
export type SopsFormat = (typeof sopsFormats)[number];

/** Paths and folders are absolute. */
export type SecretPlace =
  | { readonly from: "env"; readonly variable: string }
  | { readonly from: "file"; readonly path: string }
  /** What a program writes to its stdout. `argv` is run as it is, without a shell. */
  | {
      readonly from: "command";
      readonly argv: readonly string[];
      readonly directory: string;
      readonly timeoutMs: number;
      /** Whether a line end at the end of the output is part of the value. */
      readonly keepsLineEnd: boolean;
    }
  /** A file that sops encrypted. */
  | {
      readonly from: "sops";
      readonly path: string;
      /** Of one value in it, outermost first; numbers count in lists. Undefined: the whole file. */
      readonly key: readonly (string | number)[] | undefined;
      /** What it is written as; undefined: as the file is. */
      readonly format: SopsFormat | undefined;
    };

export type SecretSource = SecretPlace & {
  readonly id: string;
  /** Named for everybody, in build directives: where it is not there, what can do without does. */
  readonly isShared?: boolean | undefined;
};
