// `std.package`: contracts for the manifests of packages. Those that take a text make a record of it.

export default String.raw`
let
  number = "(0|[1-9][0-9]*)",
  tags = "(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)",
  word = "[0-9a-zA-Z-]+",
  # The part of a match that stands in parentheses; an absent one is empty.
  group = fun groups n => %array/at% groups n,
  unless_empty = fun text field => if text == "" then {} else field,
in
let
  number_at = fun groups n => %number/from_string% (group groups n),
  full_version = m%"%{number}\.%{number}\.%{number}(?:-(%{tags}(?:\.%{tags})*))?"%,
in
let
  version_pattern = m%"^%{full_version}(?:\+(%{word}(?:\.%{word})*))?$"%,
  prefix_pattern = m%"^%{number}(?:\.%{number})?(?:\.%{number})?$"%,
  exact_pattern = "^=%{full_version}$",
  # An organisation or a repository is written in these characters; what follows is a path in the repository.
  package_pattern = m%"^github:([0-9A-Za-z_.-]+)/([0-9A-Za-z_.-]+)(?:/(.+))?$"%,

  # Accepts a record of a shape, or a text that read makes into one.
  text_or_record = fun Shape read =>
    %contract/custom% (fun label value =>
      %typeof% value
      |> match {
        'Record => std.contract.check Shape label value,
        'String => read label value,
        _ => 'Error { message = "expected a string or a record" },
      }
    ),
in
let
  # Accepts a record of a shape, or a text of whose groups a maker makes one.
  matching = fun Shape pattern refusal make =>
    let find = %string/find% pattern in
    text_or_record Shape (fun label text =>
      let found = find text in
      if found.index == -1 then
        'Error { message = refusal }
      else
        std.contract.check Shape label (make found.groups)
    ),
  full_record = fun groups =>
    { major = number_at groups 0, minor = number_at groups 1, patch = number_at groups 2 }
    & unless_empty (group groups 3) { pre = group groups 3 },
in
{
  structured = {
    Semver = {
      major | std.number.Nat,
      minor | std.number.Nat,
      patch | std.number.Nat,
      pre | String | optional,
      build | String | optional,
    },
    ExactSemverReq = {
      major | std.number.Nat,
      minor | std.number.Nat,
      patch | std.number.Nat,
      pre | String | optional,
    },
    SemverPrefix = {
      major | std.number.Nat,
      minor | std.number.Nat | optional,
      patch | std.number.Nat | optional,
    },
    SemverReq = [| 'Compatible SemverPrefix, 'Exact ExactSemverReq |],
    PackageId = [| 'Github { org | String, name | String, path | String | optional } |],
  },

  Semver = matching structured.Semver version_pattern "invalid semver" (fun groups =>
    full_record groups & unless_empty (group groups 4) { build = group groups 4 }
  ),
  SemverPrefix = matching structured.SemverPrefix prefix_pattern "invalid semver" (fun groups =>
    { major = number_at groups 0 }
    & unless_empty (group groups 1) { minor = number_at groups 1 }
    & unless_empty (group groups 2) { patch = number_at groups 2 }
  ),
  ExactSemverReq = matching structured.ExactSemverReq exact_pattern "invalid semver" full_record,
  SemverReq =
    let is_exact = %string/is_match% exact_pattern in
    text_or_record structured.SemverReq (fun label text =>
      if is_exact text then
        std.contract.check ExactSemverReq label text
        |> match {
          'Ok version => 'Ok ('Exact version),
          error => error,
        }
      else
        std.contract.check SemverPrefix label text
        |> match {
          'Ok version => 'Ok ('Compatible version),
          error => error,
        }
    ),
  GitId =
    let is_hexadecimal = %string/is_match% "^[0-9a-f]*$" in
    %contract/custom% (fun _label value =>
      if %typeof% value != 'String then
        'Error { message = "expected a String" }
      else if %string/length% value != 40 then
        'Error {
          message = "expected 40 characters, got %{%string/length% value}",
          notes = ["use the full commit id; short ids are not supported"],
        }
      else if is_hexadecimal value then
        'Ok value
      else
        'Error { message = "contains an invalid character", notes = ["only 0-9 and a-f are allowed"] }
    ),
  PackageId =
    let refusal = "package id failed to match the pattern ${"`"}github:<org>/<repo>${"`"}" in
    matching structured.PackageId package_pattern refusal (fun groups =>
      'Github (
        { org = group groups 0, name = group groups 1 }
        & unless_empty (group groups 2) { path = group groups 2 }
      )
    ),

  GitDependency = {
    url | String,
    ref | [| 'Head, 'Branch String, 'Tag String, 'Commit std.package.GitId |] | optional,
    path | String | optional,
  },
  IndexDependency = {
    package | PackageId,
    version | SemverReq,
  },
  Manifest = {
    name | String,
    version | String | Semver,
    minimal_nickel_version | String | SemverPrefix,
    authors | Array String,
    description | String | optional,
    keywords | Array String | optional,
    license | String | optional,
    dependencies
      | { _ : [| 'Path String, 'Git std.package.GitDependency, 'Index std.package.IndexDependency |] }
      | std.record.FieldsMatch "^_*[a-zA-Z][_a-zA-Z0-9-']*$"
      | default
      = {},
  },
}
`;
