// `std.contract`: makers and combinators of contracts.

export default String.raw`
{
  Equal = native.contract_equal,

  blame = fun label => %blame% label,
  blame_with_message = fun message label => %blame% (%label/with_message% message label),

  custom
    : (
      Dyn -> Dyn -> [|
        'Ok Dyn,
        'Error { message | String | optional, notes | Array String | optional, blame_location | Dyn | optional }
      |]
    ) -> Dyn
    = fun check => %contract/custom% check,
  from_predicate | (Dyn -> Bool) -> Dyn
    = fun holds => %contract/custom% (fun _label value => if holds value then 'Ok value else 'Error {}),
  from_validator
    | (
      Dyn -> [|
        'Ok,
        'Error { message | String | optional, notes | Array String | optional, blame_location | Dyn | optional }
      |]
    ) -> Dyn
    = fun validate =>
      %contract/custom% (fun _label value =>
        validate value
        |> match {
          'Ok => 'Ok value,
          error => error,
        }
      ),

  Sequence | Array Dyn -> Dyn
    = fun contracts =>
      %contract/custom% (fun label value =>
        native.array_try_fold_left (fun checked Contract => check Contract label checked) value contracts
      ),
  all_of : Array Dyn -> Dyn = Sequence,
  any_of | Array Dyn -> Dyn
    = fun contracts =>
      %contract/custom% (fun label value =>
        let inner = %label/with_message% "any_of: a delayed check of the picked branch failed" label in
        let rec try = fun n =>
          if n == %array/length% contracts then
            'Error { message = "any_of: value didn't match any of the contracts" }
          else
            check (%array/at% contracts n) inner value
            |> match {
              'Ok checked => 'Ok checked,
              _ => try (n + 1),
            }
        in
        try 0
      ),
  not | Dyn -> Dyn
    = fun Contract =>
      %contract/custom% (fun label value =>
        check Contract label value
        |> match {
          'Ok _ => 'Error { message = "not: value matched the immediate part of the contract" },
          _ => 'Ok value,
        }
      ),

  label = {
    with_message = fun message label => %label/with_message% message label,
    with_notes = fun notes label => %label/with_notes% (%force% notes) label,
    append_note = fun note label => %label/append_note% note label,
  },

  apply = fun contract label value => %contract/apply% contract (%label/push_diag% label) value,
  check
    : Dyn -> Dyn -> Dyn -> [|
      'Ok Dyn,
      'Error { message | String | optional, notes | Array String | optional, blame_location | Dyn | optional }
    |]
    = fun contract label value => %contract/check% contract (%label/push_diag% label) value,

  unstable = {
    DependentFun = fun Domain Codomain =>
      %contract/custom% (fun label function =>
        'Ok (fun argument =>
          let checked = std.contract.apply Domain label argument in
          std.contract.apply (Codomain checked) label (function checked)
        )
      ),
    RangeStep = %contract/custom% (fun _label value =>
      if %typeof% value == 'Number && value < 0 then
        'Error { message = "invalid range step", notes = ["Expected a positive number, got %{value}"] }
      else
        'Ok value
    ),
    RangeFun = fun Codomain => DependentFun Dyn (fun start =>
      let End = %contract/custom% (fun _label end =>
        if %typeof% start == 'Number && %typeof% end == 'Number && start > end then
          'Error {
            message = "invalid range",
            notes = ["Expected a range end greater than %{start} (range start), got %{end}"],
          }
        else
          'Ok end
      )
      in End -> Codomain
    ),
    IndexedArrayFun | [| 'Index, 'Split |] -> Dyn = native.IndexedArray,
    ArraySliceFun = native.ArraySlice,
    HasField = fun Codomain => DependentFun Dyn (fun field =>
      let Holder = %contract/custom% (fun _label record =>
        if %typeof% field == 'String && %typeof% record == 'Record && !(%record/has_field% field record) then
          'Error {
            message = "missing field",
            notes = ["The record given as an argument lacks the required field ${"`"}%{field}${"`"}."],
          }
        else
          'Ok record
      )
      in Holder -> Codomain
    ),
  },
}
`;
