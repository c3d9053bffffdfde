// `std.test`.

export default String.raw`
{
  Assert = %contract/custom% (fun _label value => if value then 'Ok value else 'Error {}),
  assert_all | Array Assert -> Bool = std.array.all (fun x => x),
}
`;
