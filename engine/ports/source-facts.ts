// Port: where the sources of what is built are, for those who find an image later.
//
// Law, held by test/integration/describe-source.test.ts: no credential stands in it, and a revision is told only where nothing
// else was built than what that holds.

/** Where the sources are, as far as somebody knows. */
export interface SourceFacts {
  /** Address of the repository, without credentials. */
  readonly source: string | undefined;
  /** The commit that is built; undefined where more than that is. */
  readonly revision: string | undefined;
}
