// The functions that stand in `std` itself.

export default String.raw`
{
  is_number : Dyn -> Bool = fun x => %typeof% x == 'Number,
  is_bool : Dyn -> Bool = fun x => %typeof% x == 'Bool,
  is_string : Dyn -> Bool = fun x => %typeof% x == 'String,
  is_enum : Dyn -> Bool = fun x => %typeof% x == 'Enum,
  is_function : Dyn -> Bool = fun x => %typeof% x == 'Function,
  is_array : Dyn -> Bool = fun x => %typeof% x == 'Array,
  is_record : Dyn -> Bool = fun x => %typeof% x == 'Record,
  typeof
    : Dyn -> [|
      'Number,
      'Bool,
      'String,
      'Enum,
      'Label,
      'Function,
      'Array,
      'Record,
      'ForeignId,
      'CustomContract,
      'Type,
      'Other
    |]
    = fun x => %typeof% x,
  cast
    : Dyn -> [|
      'Number Number,
      'Bool Bool,
      'String String,
      'Enum Dyn,
      'Label Dyn,
      'Function (Dyn -> Dyn),
      'Array (Array Dyn),
      'Record { _ : Dyn },
      'ForeignId Dyn,
      'CustomContract Dyn,
      'Type Dyn,
      'Other Dyn
    |]
    = fun x => %cast% x,
  seq : forall a. Dyn -> a -> a = fun x y => %seq% x y,
  deep_seq : forall a. Dyn -> a -> a = fun x y => %deep_seq% x y,
  hash : [| 'Md5, 'Sha1, 'Sha256, 'Sha512 |] -> String -> String = fun type text => %hash% type text,
  serialize : [| 'Json, 'Toml, 'Yaml, 'YamlDocuments |] -> Dyn -> String = fun format x => %serialize% format x,
  deserialize : [| 'Json, 'Toml, 'Yaml, 'YamlDocuments |] -> String -> Dyn
    = fun format text => %deserialize% format text,
  to_string | std.string.Stringable -> String = fun x => %to_string% x,
  trace : forall a. String -> a -> a = fun text x => %trace% text x,
  FailWith = fun text => %contract/custom% (fun _label _value => 'Error { message = text }),
  fail_with | String -> (forall a. a) = fun message => null | FailWith message,
}
`;
