// Why a regular expression cannot be used.

/** A pattern that cannot be used, with the reason. */
export class RegexFault extends Error {}
