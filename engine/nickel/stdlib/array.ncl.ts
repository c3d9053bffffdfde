// `std.array`: what its functions promise, in Nickel; the loops are native.

export default String.raw`
# Contracts that relate arguments are native where they guard functions of the library itself.
let
  ValidIndex = native.IndexedArray 'Index,
  ValidSplit = native.IndexedArray 'Split,
  ValidSlice = native.ArraySlice,
  ValidRange = native.Range 'Plain,
  ValidSteps = native.Range 'Step,
in
{
  NonEmpty = %contract/custom% (fun _label value =>
    if %typeof% value != 'Array then
      'Error { message = "expected an array" }
    else if %array/length% value == 0 then
      'Error { message = "empty array" }
    else
      'Ok value
  ),

  first : forall a. Array a -> a | NonEmpty -> Dyn = fun array => %array/at% array 0,
  last : forall a. Array a -> a | NonEmpty -> Dyn = fun array => %array/at% array (%array/length% array - 1),
  drop_first : forall a. Array a -> Array a | NonEmpty -> Dyn
    = fun array => %array/slice% 1 (%array/length% array) array,
  drop_last : forall a. Array a -> Array a | NonEmpty -> Dyn
    = fun array => %array/slice% 0 (%array/length% array - 1) array,
  length : forall a. Array a -> Number = fun array => %array/length% array,
  map : forall a b. (a -> b) -> Array a -> Array b = fun f array => %array/map% array f,
  at : forall a. Number -> Array a -> a | ValidIndex = fun n array => %array/at% array n,
  at_or : forall a. Number -> a -> Array a -> a | std.number.Nat -> Dyn
    = fun n fallback array => if n < %array/length% array then %array/at% array n else fallback,
  concat : forall a. Array a -> Array a -> Array a = fun left right => left @ right,
  fold_left : forall a b. (a -> b -> a) -> a -> Array b -> a = native.array_fold_left,
  try_fold_left : forall a b c. (a -> c -> [| 'Ok a, 'Error b |]) -> a -> Array c -> [| 'Ok a, 'Error b |]
    = native.array_try_fold_left,
  fold_right : forall a b. (a -> b -> b) -> b -> Array a -> b = native.array_fold_right,
  prepend : forall a. a -> Array a -> Array a = fun x array => [x] @ array,
  append : forall a. a -> Array a -> Array a = fun x array => array @ [x],
  reverse : forall a. Array a -> Array a = native.array_reverse,
  filter : forall a. (a -> Bool) -> Array a -> Array a = native.array_filter,
  flatten : forall a. Array (Array a) -> Array a = native.array_flatten,
  all : forall a. (a -> Bool) -> Array a -> Bool = native.array_all,
  any : forall a. (a -> Bool) -> Array a -> Bool = native.array_any,
  elem : Dyn -> Array Dyn -> Bool = native.array_elem,
  partition : forall a. (a -> Bool) -> Array a -> { right : Array a, wrong : Array a } = native.array_partition,
  generate : forall a. (Number -> a) -> Number -> Array a | Dyn -> std.number.Nat -> Dyn
    = fun f n => %array/generate% n f,
  compare
    : forall a. (a -> a -> [| 'Lesser, 'Equal, 'Greater |])
      -> Array a -> Array a -> [| 'Lesser, 'Equal, 'Greater |]
    = native.array_compare,
  sort : forall a. (a -> a -> [| 'Lesser, 'Equal, 'Greater |]) -> Array a -> Array a = native.array_sort,
  flat_map : forall a b. (a -> Array b) -> Array a -> Array b
    = fun f array => native.array_flatten (%array/map% array f),
  intersperse : forall a. a -> Array a -> Array a = native.array_intersperse,
  slice : forall a. Number -> Number -> Array a -> Array a | ValidSlice
    = fun start end array => %array/slice% start end array,
  split_at : forall a. Number -> Array a -> { left : Array a, right : Array a } | ValidSplit
    = fun index array => {
      left = %array/slice% 0 index array,
      right = %array/slice% index (%array/length% array) array,
    },
  replicate : forall a. Number -> a -> Array a | std.number.Nat -> Dyn
    = fun n x => %array/generate% n (fun _index => x),
  range_step : Number -> Number -> Number -> Array Number | ValidSteps = native.array_range_step,
  range : Number -> Number -> Array Number | ValidRange
    = fun start end => native.array_range_step start end 1,
  reduce_left : forall a. (a -> a -> a) -> Array a -> a | Dyn -> NonEmpty -> Dyn
    = fun f array =>
      native.array_fold_left f (%array/at% array 0) (%array/slice% 1 (%array/length% array) array),
  reduce_right : forall a. (a -> a -> a) -> Array a -> a | Dyn -> NonEmpty -> Dyn
    = fun f array =>
      let last = %array/length% array - 1 in
      native.array_fold_right f (%array/at% array last) (%array/slice% 0 last array),
  zip_with : forall a b c. (a -> b -> c) -> Array a -> Array b -> Array c = native.array_zip_with,
  map_with_index : forall a b. (Number -> a -> b) -> Array a -> Array b = native.array_map_with_index,
  filter_map : forall a b. (a -> [| 'Some b, 'None |]) -> Array a -> Array b = native.array_filter_map,
  dedup : Array Dyn -> Array Dyn = native.array_dedup,
  dedup_sorted : forall a. (a -> a -> [| 'Lesser, 'Equal, 'Greater |]) -> Array a -> Array a
    = native.array_dedup_sorted,
  sort_dedup : forall a. (a -> a -> [| 'Lesser, 'Equal, 'Greater |]) -> Array a -> Array a
    = fun order array => native.array_dedup_sorted order (native.array_sort order array),
}
`;
