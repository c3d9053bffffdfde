// Tokens: what the lexer makes of a text and the parser reads. Blanks and comments are the gaps between them.

/** Reserved everywhere, field names included. */
export const keywords = [
  "Dyn",
  "Number",
  "Bool",
  "String",
  "Array",
  "if",
  "then",
  "else",
  "forall",
  "in",
  "let",
  "rec",
  "match",
  "null",
  "true",
  "false",
  "fun",
  "import",
] as const;

/** Reserved, but allowed as field names and after a dot. */
export const metadataWords = ["default", "doc", "optional", "priority", "force", "not_exported"] as const;

/** Identifiers that mean something special in one place. */
export const contextualWords = ["or", "as", "include"] as const;

export type Keyword = (typeof keywords)[number];
export type MetadataWord = (typeof metadataWords)[number];
export type ContextualWord = (typeof contextualWords)[number];

export const punctuation = [
  "?",
  ",",
  ";",
  ":",
  "=",
  "!=",
  "&",
  ".",
  "+",
  "-",
  "*",
  "/",
  "%",
  "++",
  "==",
  "@",
  "&&",
  "||",
  "!",
  "..",
  "|",
  "|>",
  "->",
  "=>",
  "_",
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  "<",
  "<=",
  ">",
  ">=",
  "[|",
  "|]",
] as const;

export type Punctuation = (typeof punctuation)[number];

export type TokenKind =
  | Keyword
  | MetadataWord
  | ContextualWord
  | Punctuation
  | "identifier"
  | "number"
  /** `'name`; the value is without the quote. */
  | "tag"
  /** `'"`: a string follows, which ends at `string-close`. */
  | "tag-open"
  /** `"` */
  | "string-open"
  /** `m%"` */
  | "multiline-open"
  /** `prefix-s%"`; the value is the prefix. */
  | "symbolic-open"
  /** A run of a string's text, CR+LF as LF. */
  | "text"
  /** An escape sequence; the value is what it stands for. */
  | "escape"
  | "interpolation-open"
  | "interpolation-close"
  | "string-close"
  /** `%name%`; the value is without the percent signs. */
  | "primop"
  /** The end of the file, of no length. */
  | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** The name, number literal or decoded text; for all other tokens their own text. */
  readonly value: string;
}

const words: ReadonlyMap<string, TokenKind> = new Map(
  [...keywords, ...metadataWords, ...contextualWords].map((word) => [word, word]),
);
const reserved: ReadonlySet<string> = new Set([...keywords, ...metadataWords]);

/** The kind of a token whose text has the form of an identifier. */
export function wordKind(text: string): TokenKind {
  return words.get(text) ?? "identifier";
}

/** Whether the word is a keyword or a metadata word. */
export function isReserved(kind: TokenKind): kind is Keyword | MetadataWord {
  return reserved.has(kind);
}

export function isMetadataWord(kind: TokenKind): kind is MetadataWord {
  return (metadataWords as readonly TokenKind[]).includes(kind);
}

/** What a complaint calls the token. */
export function describe(token: Token): string {
  switch (token.kind) {
    case "identifier":
      return `name \`${token.value}\``;
    case "number":
      return `number \`${token.value}\``;
    case "tag":
      return `enum tag \`'${token.value}\``;
    case "tag-open":
      return "enum tag";
    case "string-open":
    case "multiline-open":
    case "symbolic-open":
    case "text":
    case "escape":
      return "string";
    case "primop":
      return `operation \`%${token.value}%\``;
    case "interpolation-open":
      return "interpolation";
    case "end":
      return "end of file";
    default:
      return `\`${token.value}\``;
  }
}
