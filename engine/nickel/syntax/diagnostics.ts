// What can be wrong with a Nickel text before it is evaluated: codes E0100 to E0149, with their texts. One table; the
// parameters of each row are typed.

import type { NickelTemplate } from "../diagnostics.ts";

/** `found` names what stands there, `expected` what would have been right there. */
export const unexpectedToken: NickelTemplate<{ found: string; expected: string; help: string | undefined }> =
  {
    code: "E0100",
    kind: "ParseError::UnexpectedToken",
    message: ({ found }) => `unexpected ${found}`,
    label: ({ expected }) => `expected ${expected}`,
    help: ({ help }) => help,
  };

export const unexpectedEnd: NickelTemplate<{ expected: string }> = {
  code: "E0101",
  kind: "ParseError::UnexpectedEOF",
  message: () => "unexpected end of file",
  label: ({ expected }) => `expected ${expected}`,
};

export const unclosed: NickelTemplate<{ open: string; close: string }> = {
  code: "E0102",
  kind: "ParseError::UnexpectedToken",
  message: ({ open }) => `unclosed \`${open}\``,
  label: ({ close }) => `no \`${close}\` closes this`,
  help: ({ close }) => `add the missing \`${close}\``,
};

export const unexpectedCharacter: NickelTemplate<{ character: string; help: string | undefined }> = {
  code: "E0103",
  kind: "ParseError::UnexpectedToken",
  message: ({ character }) => `unexpected character \`${character}\``,
  help: ({ help }) => help,
};

/** `where`: how far it should reach; absent when it runs to the end of the file. */
export const unclosedString: NickelTemplate<{ close: string; where: string | undefined }> = {
  code: "E0104",
  kind: "ParseError::UnexpectedEOF",
  message: () => "unclosed string",
  label: ({ close, where }) =>
    where === undefined ? "it runs to the end of the file" : `no \`${close}\` closes it ${where}`,
  help: ({ close }) => `close it with \`${close}\``,
};

export const invalidEscape: NickelTemplate<{ escape: string }> = {
  code: "E0105",
  kind: "ParseError::InvalidEscapeSequence",
  message: ({ escape }) => `invalid escape sequence \`${escape}\``,
  help: () =>
    'the escapes are \\\\ \\" \\% \\\' \\n \\r \\t and \\xHH; write \\\\ for a backslash, or use m%"…"%, which has no escapes',
};

export const invalidAsciiEscape: NickelTemplate<{ escape: string }> = {
  code: "E0106",
  kind: "ParseError::InvalidAsciiEscapeCode",
  message: ({ escape }) => `\`${escape}\` is no ASCII code`,
  help: () => "\\x takes 00 to 7F; write other characters as they are",
};

export const delimiterMismatch: NickelTemplate<{ close: string; found: string }> = {
  code: "E0107",
  kind: "ParseError::StringDelimiterMismatch",
  message: ({ found }) => `\`${found}\` has more percent signs than the string's opening`,
  help: ({ close }) => `close the string with \`${close}\`, or open it with as many percent signs`,
};

export const unmatchedBrace: NickelTemplate<{ found: string }> = {
  code: "E0108",
  kind: "ParseError::UnmatchedCloseBrace",
  message: ({ found }) => `unmatched \`${found}\``,
  label: () => "nothing is open that this would close",
};

/** `field` is absent for a branch of a match or a binding. */
export const missingComma: NickelTemplate<{ field: string | undefined }> = {
  code: "E0109",
  kind: "ParseError::UnexpectedToken",
  message: ({ field }) =>
    `missing comma before ${field === undefined ? "this branch" : `the field \`${field}\``}`,
  help: ({ field }) => `put a comma after the previous ${field === undefined ? "branch" : "field"}`,
};

/** `isAfterColon`: where JSON and YAML have a value. */
export const notAContract: NickelTemplate<{ what: string; isAfterColon: boolean }> = {
  code: "E0110",
  kind: "ParseError::InvalidContract",
  message: ({ what }) => `${what} is neither a type nor a contract`,
  help: ({ isAfterColon }) =>
    isAfterColon
      ? "a value is given with `=`; what follows `:` is a type"
      : "give a type such as Number or [| 'a, 'b |], a record, or a contract such as std.contract.Equal value",
};

/** `why` completes "a record type …". */
export const invalidRecordType: NickelTemplate<{ why: string; hasTail: boolean }> = {
  code: "E0111",
  kind: "ParseError::InvalidRecordType",
  message: ({ why }) => `a record type ${why}`,
  help: ({ hasTail }) =>
    hasTail
      ? "the tail after `;` makes this a record type: drop it to write a record contract"
      : "give each field once, as `name : Type`",
};

export const typedFieldWithoutDefinition: NickelTemplate<{ field: string }> = {
  code: "E0112",
  kind: "ParseError::TypedFieldWithoutDefinition",
  message: ({ field }) => `the field \`${field}\` has a static type but no value`,
  label: () => "this type would check nothing",
  help: ({ field }) => `write \`${field} | …\` to make it a contract, or give the field a value`,
};

export const variableKindMismatch: NickelTemplate<{ variable: string; uses: string }> = {
  code: "E0113",
  kind: "ParseError::TypeVariableKindMismatch",
  message: ({ variable, uses }) => `the type variable \`${variable}\` is used ${uses}`,
  help: () => "use one variable for types, another for the tail of a record, another for the tail of an enum",
};

export const duplicateFieldPattern: NickelTemplate<{ field: string }> = {
  code: "E0114",
  kind: "ParseError::DuplicateIdentInRecordPattern",
  message: ({ field }) => `the field \`${field}\` is matched twice in one record pattern`,
};

export const duplicateBinding: NickelTemplate<{ name: string }> = {
  code: "E0115",
  kind: "ParseError::DuplicateIdentInLetBlock",
  message: ({ name }) => `\`${name}\` is bound twice in one let block`,
  help: () => "rename one of them, or nest a second `let`",
};

export const multipleDeclarations: NickelTemplate<{ field: string }> = {
  code: "E0116",
  kind: "ParseError::MultipleFieldDecls",
  message: ({ field }) => `the field \`${field}\` is included and declared a second time`,
  help: ({ field }) =>
    `keep one of them; \`${field} = …\` may refer to the outer \`${field}\` only under another name`,
};

export const invalidImportFormat: NickelTemplate<{ format: string }> = {
  code: "E0117",
  kind: "ParseError::InvalidImportFormat",
  message: ({ format }) => `unknown import format \`'${format}\``,
  help: () => "the formats are 'Nickel 'Json 'Yaml 'Toml 'Text",
};

export const disabledFeature: NickelTemplate<{ primop: string }> = {
  code: "E0118",
  kind: "ParseError::DisabledFeature",
  message: ({ primop }) => `the operation \`%${primop}%\` is switched off in this build of the language`,
};

export const reservedName: NickelTemplate<{ word: string; what: string }> = {
  code: "E0119",
  kind: "ParseError::UnexpectedToken",
  message: ({ word, what }) => `the reserved word \`${word}\` cannot be ${what}`,
  help: ({ word, what }) => (what === "a field name" ? `quote it: \`"${word}"\`` : "choose another name"),
};

export const wrongSeparator: NickelTemplate<undefined> = {
  code: "E0124",
  kind: "ParseError::UnexpectedToken",
  message: () => "unexpected `;`",
  label: () => "expected `,`",
  help: () => "fields, items and branches are parted by commas",
};

export const foreignComment: NickelTemplate<{ mark: string }> = {
  code: "E0123",
  kind: "ParseError::UnexpectedToken",
  message: ({ mark }) => `\`${mark}\` begins no comment`,
  help: ({ mark }) =>
    mark === "//"
      ? "a comment begins with `#`; records are merged with `&`"
      : "a comment begins with `#`, on each of its lines",
};

/** A metadata word behind a value. */
export const misplacedMetadata: NickelTemplate<{ word: string }> = {
  code: "E0122",
  kind: "ParseError::UnexpectedToken",
  message: ({ word }) => `\`${word}\` stands behind a value`,
  label: () => "it belongs to the field",
  help: ({ word }) => `write it before the \`=\`: \`field | ${word} = value\``,
};

export const tooDeep: NickelTemplate<{ limit: number }> = {
  code: "E0120",
  kind: "ParseError::UnexpectedToken",
  message: () => "nested too deeply",
  label: ({ limit }) => `more than ${limit} levels`,
  help: () => "name the inner parts with `let`, or move them to a file of their own",
};

export const interpolationNotAllowed: NickelTemplate<{ what: string }> = {
  code: "E0121",
  kind: "ParseError::UnexpectedToken",
  message: ({ what }) => `${what} cannot hold an interpolation`,
};
