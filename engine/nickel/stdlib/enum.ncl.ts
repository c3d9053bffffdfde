// `std.enum`.

export default String.raw`
let
  is_tag = fun value => %typeof% value == 'Enum && !(%enum/is_variant% value),
in
{
  Tag = %contract/custom% (fun _label value => if is_tag value then 'Ok value else 'Error { message = "expected an enum tag" }),
  Enum = %contract/custom% (fun _label value =>
    if %typeof% value == 'Enum then 'Ok value else 'Error { message = "expected an enum" }
  ),
  TagOrString = %contract/custom% (fun _label value =>
    if %typeof% value == 'String then
      'Ok (%enum/from_string% value)
    else if is_tag value then
      'Ok value
    else
      'Error { message = "expected either a string or an enum tag" }
  ),
  is_enum_tag : Dyn -> Bool = is_tag,
  is_enum_variant : Dyn -> Bool = fun value => %enum/is_variant% value,
  to_tag_and_arg | Enum -> { tag | String, arg | optional }
    = fun value =>
      let name = %to_string% (%enum/get_tag% value) in
      if %enum/is_variant% value then { tag = name, arg = %enum/get_arg% value } else { tag = name },
  from_tag_and_arg | { tag | String, arg | optional } -> Enum
    = fun data =>
      if %record/has_field% "arg" data then
        %enum/make_variant% data.tag data.arg
      else
        %enum/from_string% data.tag,
  map | (Dyn -> Dyn) -> Enum -> Enum
    = fun f value =>
      if %enum/is_variant% value then
        %enum/make_variant% (%to_string% (%enum/get_tag% value)) (f (%enum/get_arg% value))
      else
        value,
}
`;
