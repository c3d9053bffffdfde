// `std.function`.

export default String.raw`
{
  id : forall a. a -> a = fun x => x,
  compose : forall a b c. (b -> c) -> (a -> b) -> (a -> c) = fun g f x => g (f x),
  flip : forall a b c. (a -> b -> c) -> b -> a -> c = fun f x y => f y x,
  const : forall a b. a -> b -> a = fun x _y => x,
  first : forall a b. a -> b -> a = fun x _y => x,
  second : forall a b. a -> b -> b = fun _x y => y,
  pipe : forall a. a -> Array (a -> a) -> a = fun x functions => native.array_fold_left (|>) x functions,
}
`;
