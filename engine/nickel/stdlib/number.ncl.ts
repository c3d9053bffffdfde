// `std.number`.

export default String.raw`
let
  number_that = fun holds explanation =>
    %contract/custom% (fun _label value =>
      if %typeof% value != 'Number then
        'Error { message = "expected a number" }
      else if holds value then
        'Ok value
      else
        'Error { message = explanation }
    ),
in
{
  Integer = number_that (fun x => x % 1 == 0) "expected an integer",
  Nat = number_that (fun x => x % 1 == 0 && x >= 0) "expected a natural",
  PosNat = number_that (fun x => x % 1 == 0 && x > 0) "expected a positive integer",
  NonZero = number_that (fun x => x != 0) "value is zero",

  is_integer : Number -> Bool = fun x => x % 1 == 0,
  compare : Number -> Number -> [| 'Lesser, 'Equal, 'Greater |]
    = fun x y => if x < y then 'Lesser else if x > y then 'Greater else 'Equal,
  min : Number -> Number -> Number = fun x y => if x <= y then x else y,
  max : Number -> Number -> Number = fun x y => if x >= y then x else y,
  # As the original has it: a negative integer goes down by one.
  floor : Number -> Number = fun x => if x >= 0 then x - (x % 1) else x - 1 - (x % 1),
  abs : Number -> Number = fun x => if x < 0 then -x else x,
  fract : Number -> Number = fun x => x % 1,
  truncate : Number -> Number = fun x => x - (x % 1),
  pow : Number -> Number -> Number = fun x n => %pow% x n,
  log : Number -> Number -> Number = fun x base => %number/log% x base,
  cos : Number -> Number = fun x => %number/cos% x,
  sin : Number -> Number = fun x => %number/sin% x,
  tan : Number -> Number = fun x => %number/tan% x,
  arccos : Number -> Number = fun x => %number/arccos% x,
  arcsin : Number -> Number = fun x => %number/arcsin% x,
  arctan : Number -> Number = fun x => %number/arctan% x,
  arctan2 : Number -> Number -> Number = fun y x => %number/arctan2% y x,
  sqrt : Number -> Number = fun x => %pow% x (1 / 2),
  pi : Number = 3.14159265358979323846,
  e : Number = 2.7182818284590452354,
}
`;
