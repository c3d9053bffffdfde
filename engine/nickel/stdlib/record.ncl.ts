// `std.record`.

export default String.raw`
{
  FieldsMatch | String -> Dyn
    = fun pattern =>
      let is_good = %string/is_match% pattern in
      %contract/custom% (fun _label value =>
        if %typeof% value != 'Record then
          'Error { message = "expected a record" }
        else
          let bad = native.array_filter (fun name => !(is_good name)) (%record/fields% value) in
          if bad == [] then
            'Ok value
          else
            let quoted = %array/map% bad (fun name => "\"%{name}\"") in
            let plural = if %array/length% bad == 1 then "" else "s" in
            'Error { message = "invalid field name%{plural} %{native.string_join "," quoted}" }
      ),

  map : forall a b. (String -> a -> b) -> { _ : a } -> { _ : b } = fun f record => %record/map% record f,
  fields : forall a. { _ : a } -> Array String = fun record => %record/fields% record,
  fields_with_opts : forall a. { _ : a } -> Array String = fun record => %record/fields_with_opts% record,
  values : forall a. { _ : a } -> Array a = fun record => %record/values% record,
  has_field : forall a. String -> { _ : a } -> Bool = fun field record => %record/has_field% field record,
  has_field_with_opts : forall a. String -> { _ : a } -> Bool
    = fun field record => %record/has_field_with_opts% field record,
  get : forall a. String -> { _ : a } -> a | std.contract.unstable.HasField Dyn
    = fun field record => record."%{field}",
  get_or : forall a. String -> a -> { _ : a } -> a
    = fun field fallback record =>
      if %record/has_field% field record && %record/field_is_defined% field record then
        record."%{field}"
      else
        fallback,
  insert : forall a. String -> a -> { _ : a } -> { _ : a }
    = fun field content record => %record/insert% field (%record/freeze% record) content,
  insert_with_opts : forall a. String -> a -> { _ : a } -> { _ : a }
    = fun field content record => %record/insert_with_opts% field (%record/freeze% record) content,
  remove : forall a. String -> { _ : a } -> { _ : a }
    = fun field record => %record/remove% field (%record/freeze% record),
  remove_with_opts : forall a. String -> { _ : a } -> { _ : a }
    = fun field record => %record/remove_with_opts% field (%record/freeze% record),
  update : forall a. String -> a -> { _ : a } -> { _ : a }
    = fun field content record =>
      let frozen = %record/freeze% record in
      let rest = if %record/has_field% field frozen then %record/remove% field frozen else frozen in
      %record/insert% field rest content,
  map_values : forall a b. (a -> b) -> { _ : a } -> { _ : b }
    = fun f record => %record/map% record (fun _field value => f value),
  to_array : forall a. { _ : a } -> Array { field : String, value : a } = native.record_to_array,
  from_array : forall a. Array { field : String, value : a } -> { _ : a } = native.record_from_array,
  is_empty : forall a. { _ : a } -> Bool = fun record => record == {},
  merge_all : Array { _ : Dyn } -> { _ : Dyn }
    = native.record_merge_all,
  filter : forall a. (String -> a -> Bool) -> { _ : a } -> { _ : a } = native.record_filter,
  apply_on : forall a b. String -> (a -> a -> b) -> { _ : a } -> { _ : a } -> b
    = fun field f left right => f left."%{field}" right."%{field}",
  length : forall a. { _ : a } -> Number = fun record => %array/length% (%record/fields% record),
  freeze : forall a. { _ : a } -> { _ : a } = fun record => %record/freeze% record,
}
`;
