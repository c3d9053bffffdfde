// `std.string`.

export default String.raw`
let
  is_stringable = fun value =>
    let type = %typeof% value in
    type == 'Number || type == 'Bool || type == 'String || value == null
    || (type == 'Enum && !(%enum/is_variant% value)),
  string_that = fun holds explain =>
    %contract/custom% (fun _label value =>
      if %typeof% value != 'String then
        'Error { message = "expected a string" }
      else if holds value then
        'Ok value
      else
        'Error { message = explain value }
    ),
in
{
  BoolLiteral = string_that
    (fun text => text == "true" || text == "false")
    (fun text => "expected \"true\" or \"false\", got %{text}"),
  NumberLiteral =
    let is_literal = %string/is_match% m%"^[+-]?(\d+(\.\d*)?(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?)$"% in
    string_that is_literal (fun _text => "invalid number literal"),
  Character = string_that (fun text => %string/length% text == 1) (fun _text => "length different than one"),
  Matches | String -> Dyn
    = fun regex =>
      string_that (%string/is_match% regex) (fun _text => "expected a string matching ${"`"}%{regex}${"`"}"),
  Stringable = %contract/custom% (fun _label value =>
    if is_stringable value then
      'Ok value
    else
      'Error { message = "expected a string, number, boolean, enum tag or null" }
  ),
  NonEmpty = string_that (fun text => text != "") (fun _text => "empty string"),

  join : String -> Array String -> String = native.string_join,
  split : String -> String -> Array String = fun separator text => %string/split% text separator,
  trim : String -> String = fun text => %string/trim% text,
  characters : String -> Array String = fun text => %string/chars% text,
  uppercase : String -> String = fun text => %string/uppercase% text,
  lowercase : String -> String = fun text => %string/lowercase% text,
  contains : String -> String -> Bool = fun part text => %string/contains% text part,
  compare : String -> String -> [| 'Lesser, 'Equal, 'Greater |] = fun left right => %string/compare% left right,
  replace : String -> String -> String -> String
    = fun pattern replacement text => %string/replace% text pattern replacement,
  replace_regex : String -> String -> String -> String
    = fun pattern replacement text => %string/replace_regex% text pattern replacement,
  is_match : String -> String -> Bool = fun regex => %string/is_match% regex,
  find : String -> String -> { matched : String, index : Number, groups : Array String }
    = fun regex => %string/find% regex,
  find_all : String -> String -> Array { matched : String, index : Number, groups : Array String }
    = fun regex => %string/find_all% regex,
  length : String -> Number = fun text => %string/length% text,
  substring : Number -> Number -> String -> String = fun start end text => %string/substr% text start end,
  base64_encode : [| 'Standard, 'UrlSafe, 'NoPad, 'UrlSafeNoPad |] -> String -> String
    = fun variant text => %string/base64_encode% variant text,
  base64_decode : [| 'Standard, 'UrlSafe, 'NoPad, 'UrlSafeNoPad |] -> String -> String
    = fun variant text =>
      text | %contract/custom% (fun _label encoded => %string/base64_decode% variant encoded),

  from | Stringable -> String = fun value => %to_string% value,
  from_number | Number -> String = fun value => %to_string% value,
  from_enum | forall a. [|; a |] -> String | std.enum.Tag -> Dyn = fun value => %to_string% value,
  from_bool | Bool -> String = fun value => %to_string% value,
  to_number : String -> Number | NumberLiteral -> Dyn = fun text => %number/from_string% text,
  to_bool : String -> Bool | BoolLiteral -> Dyn = fun text => text == "true",
  to_enum | String -> std.enum.Tag = fun text => %enum/from_string% text,
}
`;
