// Programs that compute, each of one kind of work: what a catalog's own libraries do, in larger numbers. Every one answers in a
// value that can be compared.

/** Texts by name. Each runs in both evaluators on the stack that a process has. */
export const programs: ReadonlyMap<string, string> = new Map([
  ["fold, 100,000 elements", "std.array.fold_left (fun sum x => sum + x) 0 (std.array.range 0 100000)"],
  [
    "fold to a record of counts, 100,000",
    `std.array.fold_left
  (fun counts x =>
    if x % 2 == 0 then
      { even = counts.even + 1, odd = counts.odd }
    else
      { even = counts.even, odd = counts.odd + 1 })
  { even = 0, odd = 0 }
  (std.array.range 0 100000)`,
  ],
  [
    "fold from the right, 1,000, a hundred times",
    `std.array.map
  (fun n => std.array.fold_right (fun x rest => x + rest) n (std.array.range 0 1000))
  (std.array.range 0 100)`,
  ],
  ["fib 22, naive", "let rec fib = fun n => if n < 2 then n else fib (n - 1) + fib (n - 2) in fib 22"],
  [
    "fib 22, typed",
    "let rec fib : Number -> Number = fun n => if n < 2 then n else fib (n - 1) + fib (n - 2) in fib 22",
  ],
  [
    "fib 18, under a contract",
    "let rec fib | Number -> Number = fun n => if n < 2 then n else fib (n - 1) + fib (n - 2) in fib 18",
  ],
  [
    "loop by a tail call, 200,000",
    "let rec loop = fun sum n => if n == 0 then sum else loop (sum + n) (n - 1) in loop 0 200000",
  ],
  [
    "recursion 1,000 deep, a hundred times",
    `let rec sum = fun n => if n == 0 then 0 else n + sum (n - 1) in
std.array.map (fun i => sum (1000 + i)) (std.array.range 0 100)`,
  ],
  [
    "strings joined, 20,000",
    `let line = fun x => "item-%{std.string.from_number x}: \\"%{if x % 2 == 0 then "even" else "odd"}\\"" in
std.hash 'Sha256 (std.string.join ",\\n" (std.array.map line (std.array.range 0 20000)))`,
  ],
  [
    "string grown by folding, 5,000",
    `std.string.length (std.array.fold_left (fun text x => text ++ "%{std.to_string x};") "" (std.array.range 0 5000))`,
  ],
  [
    "strings split, replaced, trimmed, 5,000",
    `let text = std.string.join ";" (std.array.generate (fun n => "  name-%{std.to_string n}  ") 5000) in
text
|> std.string.split ";"
|> std.array.map (fun part => part |> std.string.trim |> std.string.replace "name" "layer" |> std.string.uppercase)
|> std.array.filter (fun part => std.string.contains "9" part)
|> std.array.length`,
  ],
  [
    "200 records merged under contracts",
    `let Service = {
  name | String,
  port | Number,
  replicas | Number | default = 1,
  labels | { _ | String } | default = {},
  url | String | default = "http://%{name}:%{std.to_string port}",
}
in
let part = fun n => {
  "service-%{std.to_string n}" | Service = { name = "s%{std.to_string n}", port = 8000 + n, labels.tier | default = "back" },
}
in
std.array.fold_left (fun all n => all & (part n)) {} (std.array.range 0 200)`,
  ],
  [
    "one record overridden 2,000 times",
    `let base = { a | default = 1, b = a + 1, c = b * 2, list | Array Number | default = [a, b, c], deep = { x = b, y = x + c } } in
std.array.map (fun n => base & { a = n, deep.z = n }) (std.array.range 0 2000)`,
  ],
  [
    "5,000 numbers sorted",
    `let sorted = std.array.sort std.number.compare (std.array.generate (fun i => (i * 7919 + 13) % 5003) 5000) in
[std.array.first sorted, std.array.at 2500 sorted, std.array.last sorted]`,
  ],
  [
    "map, filter, map, 50,000",
    `std.array.range 0 50000
|> std.array.map (fun x => x * 3)
|> std.array.filter (fun x => x % 2 == 0)
|> std.array.map (fun x => { value = x, name = "n%{std.to_string x}" })
|> std.array.map (fun r => r.value + std.string.length r.name)
|> std.array.fold_left (fun a b => a + b) 0`,
  ],
  [
    "flat_map and all pairs, 200 by 50",
    `std.array.flat_map (fun x => std.array.map (fun y => x * y) (std.array.range 0 50)) (std.array.range 0 200)
|> std.array.filter (fun x => x % 3 == 0)
|> std.array.length`,
  ],
  [
    "record.map and its kin, 2,000 fields",
    `std.array.range 0 2000
|> std.array.map (fun n => { field = "field-%{std.to_string n}", value = n })
|> std.record.from_array
|> std.record.map (fun key value => { name = key, double = value * 2 })
|> std.record.map_values (fun r => r & { triple = r.double * 3 / 2 })
|> std.record.filter (fun _name r => r.triple % 2 == 0)`,
  ],
  [
    "10,000 records under a record contract",
    `let Server = { name | String, port | Number, tags | Array String, enabled | Bool | default = true } in
(std.array.generate (fun n => { name = "n%{std.to_string n}", port = n, tags = ["a", "b"] }) 10000) | Array Server`,
  ],
  [
    "10,000 records under a record type",
    `(std.array.generate (fun n => { name = "n%{std.to_string n}", port = n, tags = ["a", "b"] }) 10000)
| Array { name : String, port : Number, tags : Array String }`,
  ],
  [
    "10,000 numbers under a predicate",
    `let Port = std.contract.from_predicate (fun x => std.is_number x && x >= 0 && x < 65536) in
(std.array.generate (fun n => n) 10000) | Array Port`,
  ],
  [
    "10,000 strings under a validator",
    `let Name = std.contract.from_validator (fun text =>
  if std.string.is_match "^[a-z]+-[0-9]+$" text then 'Ok else 'Error { message = "not a name" })
in
(std.array.generate (fun n => "name-%{std.to_string n}") 10000) | Array Name`,
  ],
  [
    "an interpreter in the language",
    `let rec run = fun program at stack =>
  if at == std.array.length program then
    stack
  else
    std.array.at at program
    |> match {
      'Push n => run program (at + 1) ([n] @ stack),
      'Add => run program (at + 1) ([std.array.at 0 stack + std.array.at 1 stack] @ std.array.slice 2 (std.array.length stack) stack),
      'Mul => run program (at + 1) ([(std.array.at 0 stack * std.array.at 1 stack) % 1000003] @ std.array.slice 2 (std.array.length stack) stack),
    }
in
let program = ['Push 1] @ std.array.flat_map (fun n => ['Push n, 'Add, 'Push 3, 'Mul]) (std.array.range 0 300) in
run program 0 []`,
  ],
  [
    "queens, 7",
    `let rec place = fun n rows column =>
  if column == n then
    1
  else
    let is_free = fun row => std.array.all
      (fun { c, r } => r != row && r - row != column - c && row - r != column - c)
      (std.array.map_with_index (fun i x => { c = i, r = x }) rows)
    in
    std.array.range 0 n
    |> std.array.filter is_free
    |> std.array.map (fun row => place n (rows @ [row]) (column + 1))
    |> std.array.fold_left (fun a b => a + b) 0
in
place 7 [] 0`,
  ],
  [
    "fractions, 2,000 summed",
    "std.array.fold_left (fun sum n => sum + 1 / n) 0 (std.array.range 1 2000) |> std.number.floor",
  ],
  [
    "JSON written and read, 5,000 records",
    `let records = std.array.generate (fun n => { id = n, name = "name-%{std.to_string n}", ok = n % 2 == 0 }) 5000 in
std.array.length (std.deserialize 'Json (std.serialize 'Json records))`,
  ],
  [
    "5,000 records exported",
    `std.array.generate (fun n => { id = n, name = "name-%{std.to_string n}", inner = { list = [n, n + 1], tag = 'Some } }) 5000`,
  ],
]);
