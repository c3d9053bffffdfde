// E026x and E027x: a Nickel text whose static types contradict one another.

import type { Explanation } from "./explanation.ts";
import { nickelExample } from "./nickel-example.ts";

export const nickelTyping: readonly Explanation[] = [
  nickelExample({
    code: "E0260",
    kind: "TypecheckError::TypeMismatch",
    title: "a term of another type than its place asks for",
    cause:
      "What `: T` covers is checked before anything is evaluated. There a term must have the very type that is asked for; a contract (`| C`) and `Dyn` are types of their own. Outside of it, variables without an annotation are `Dyn`.",
    fix: "Mend the term or the type. Where the type is only known when the program runs, put `| T` on the term: it is then checked as a contract.",
    wrong: "let double : Number -> Number = fun n => «n» ++ n in { cpu = double 2 }\n",
    mended: "let double : Number -> Number = fun n => n + n in { cpu = double 2 }\n",
  }),
  nickelExample({
    code: "E0261",
    kind: "TypecheckError::MissingRow",
    title: "a field or a tag that a static type needs and the term does not have",
    cause:
      "Inside of `: T` a record has the fields that its type names, all of them; an access needs the field in the record's type, and a match must handle each tag of what it takes.",
    fix: "Add the field or the branch, or mend the spelling.",
    wrong: "{ size : { cpu : Number, memory_gb : Number } = «{ cpu = 4 }» }\n",
    mended: "{ size : { cpu : Number, memory_gb : Number } = { cpu = 4, memory_gb = 8 } }\n",
  }),
  nickelExample({
    code: "E0262",
    kind: "TypecheckError::ExtraRow",
    title: "a field or a tag that a static type does not have",
    cause: "A record type without a tail names all fields, an enum type all tags.",
    fix: "Mend the spelling, take it out, add it to the type, or give the type a tail (`; r` behind a forall).",
    wrong: "{ size : { cpu : Number } = «{ cpu = 4, memory = 8 }» }\n",
    mended: "{ size : { cpu : Number, memory : Number } = { cpu = 4, memory = 8 } }\n",
  }),
  nickelExample({
    code: "E0263",
    kind: "TypecheckError::MissingDynTail",
    title: "a record of a closed type where one that ends in `; Dyn` is asked for",
    cause:
      "`{ cpu : Number; Dyn }` is a type of its own: a record literal does not have it, for its fields are known.",
    fix: "Put the type on the record as a contract, with `|`.",
    wrong: "{ size : { cpu : Number; Dyn } = «{ cpu = 4 }» }\n",
    mended: "{ size : { cpu : Number; Dyn } = { cpu = 4 } | { cpu : Number; Dyn } }\n",
  }),
  nickelExample({
    code: "E0264",
    kind: "TypecheckError::ExtraDynTail",
    title: "two record types of which only one ends in `; Dyn`",
    cause: "A type with the tail `; Dyn` has fields that nobody knows, so it is no type without it.",
    fix: "Put the type on the record as a contract, with `|`.",
    wrong:
      "let size : { cpu : Number; Dyn } = { cpu = 4 } | { cpu : Number; Dyn } in\n{ known : { cpu : Number } = «size» }\n",
    mended:
      "let size : { cpu : Number; Dyn } = { cpu = 4 } | { cpu : Number; Dyn } in\n{ known : { cpu : Number } = size | { cpu : Number } }\n",
  }),
  nickelExample({
    code: "E0265",
    kind: "TypecheckError::RecordRowMismatch",
    title: "a field of another type than the record's type says",
    cause: "The record is known to have one type, and another is asked for; they differ in this field.",
    fix: "Mend the field's type in one of the two.",
    wrong: 'let size : { cpu : String } = { cpu = "4" } in\n{ known : { cpu : Number } = «size» }\n',
    mended: "let size : { cpu : Number } = { cpu = 4 } in\n{ known : { cpu : Number } = size }\n",
  }),
  nickelExample({
    code: "E0266",
    kind: "TypecheckError::EnumRowMismatch",
    title: "a tag whose argument has another type than the enum's type says",
    cause: "Two enum types have the tag, and its arguments are of different types in them.",
    fix: "Mend the argument's type in one of the two.",
    wrong:
      "let size : [| 'Cpus String |] = 'Cpus \"4\" in\n{ cpu = (match { 'Cpus n => n + 1 }) («size») } : { cpu : Number }\n",
    mended:
      "let size : [| 'Cpus Number |] = 'Cpus 4 in\n{ cpu = (match { 'Cpus n => n + 1 }) (size) } : { cpu : Number }\n",
  }),
  nickelExample({
    code: "E0267",
    kind: "TypecheckError::RecordRowConflict",
    title: "a field that would be in a record's type twice",
    cause:
      "Where a type ends in a variable, as in `{ cpu : Number; r }`, that variable stands for other fields than those before it.",
    fix: "Give the function a record without the field, or name the field in the type.",
    wrong:
      "let with_cpu | forall r. { ; r } -> { cpu : Number; r } = fun size => size in\n{ count = std.record.length (with_cpu «{ cpu = 4 }») } : { count : Number }\n",
    mended:
      "let with_cpu : { memory : Number } -> { cpu : Number, memory : Number }\n  = fun size => { cpu = 8, memory = size.memory } in\n{ count = std.record.length (with_cpu { memory = 4 }) } : { count : Number }\n",
  }),
  nickelExample({
    code: "E0268",
    kind: "TypecheckError::EnumRowConflict",
    title: "a tag that would be in an enum's type twice, with different arguments",
    cause:
      "Where a type ends in a variable, as in `[| 'Cpus Number; r |]`, that variable stands for other tags than those before it.",
    fix: "Give the tag arguments of one type, or take another tag.",
    wrong:
      "let with_none | forall r. [| ; r |] -> [| 'None Number; r |] = fun size => size in\n{ is_none = with_none («'None \"x\"») == 'None 1 } : { is_none : Bool }\n",
    mended:
      "let with_none | forall r. [| ; r |] -> [| 'None Number; r |] = fun size => size in\n{ is_none = with_none ('Some \"x\") == 'None 1 } : { is_none : Bool }\n",
  }),
  nickelExample({
    code: "E0269",
    kind: "TypecheckError::ArrowTypeMismatch",
    title: "a function of another type than its place asks for",
    cause: "Two function types differ in an argument or in the result; the label says in which, and how.",
    fix: "Mend the function or the type.",
    wrong:
      "let grow : (Number -> Number) -> Number = fun step => step 2 in\n{ cpu = grow «std.string.from_number» } : { cpu : Number }\n",
    mended:
      "let grow : (Number -> Number) -> Number = fun step => step 2 in\n{ cpu = grow std.number.floor } : { cpu : Number }\n",
  }),
  nickelExample({
    code: "E0270",
    kind: "TypecheckError::ForallParametricityViolation",
    title: "a tail of a type that is taken for certain rows",
    cause:
      "`r` of a forall stands for any fields or tags, so a function can neither look at them nor leave them out.",
    fix: "Name in the type what the function works on, and pass the rest on as it is.",
    wrong:
      "let rest : forall r. { cpu : Number; r } -> { ; r } = fun size => «size» in\n{ size = rest { cpu = 4 } }\n",
    mended:
      "let same : forall r. { cpu : Number; r } -> { cpu : Number; r } = fun size => size in\n{ size = same { cpu = 4 } }\n",
  }),
  nickelExample({
    code: "E0271",
    kind: "TypecheckError::CtrTypeInTermPos",
    title: "a contract in a type that is a value of a typed block",
    cause:
      "What a contract checks is not known before the program runs, so inside of `: T` only types without contracts can be values.",
    fix: "Put the type behind `|`, where it is an annotation, or define it outside of the typed block.",
    wrong: "{ port = let Ports = Array «std.number.PosNat» in 80 } : { port : Number }\n",
    mended: "let Ports = Array std.number.PosNat in\n{ ports | Ports = [80] }\n",
  }),
  nickelExample({
    code: "E0272",
    kind: "TypecheckError::VarLevelMismatch",
    title: "a term of one type where a term of any type is asked for",
    cause:
      "`forall a. a` promises that whoever uses the value chooses the type. The type of a function's argument, though, is chosen outside.",
    fix: "Take the forall away, or give the argument a type that says so.",
    wrong: "{ cpu = (fun size => let any : forall a. a = «size» in any) 4 } : { cpu : Number }\n",
    mended: "{ cpu = (fun size => let same = size in same) 4 } : { cpu : Number }\n",
  }),
  nickelExample({
    code: "E0273",
    kind: "TypecheckError::InhomogeneousRecord",
    title: "a record with fields of several types, used as a dictionary",
    cause:
      "All fields of a dictionary `{ _ : T }` have one type. A record is one where all of its fields have that type.",
    fix: "Give the fields one type, or use a function that takes the record as it is.",
    wrong:
      'let size : { cpu : Number, name : String } = { cpu = 4, name = "s" } in\n{ count = std.array.length (std.record.values «size») } : { count : Number }\n',
    mended:
      "let size : { cpu : Number, memory : Number } = { cpu = 4, memory = 8 } in\n{ count = std.array.length (std.record.values size) } : { count : Number }\n",
  }),
  nickelExample({
    code: "E0274",
    kind: "TypecheckError::TypeMismatch",
    title: "a term that would need a type that contains itself",
    cause:
      "A function that returns itself, or a record that holds itself, has no type that could be written down.",
    fix: "Put `| Dyn` on one of its uses, or give it a type that says less.",
    wrong:
      "{ cpu = let rec same = fun n => same, other = fun n => other in let both = [same, «other»] in 4 } : { cpu : Number }\n",
    mended:
      "{ cpu = let rec same : Number -> Number = fun n => n, other : Number -> Number = fun n => n in let both = [same, other] in 4 } : { cpu : Number }\n",
  }),
];
