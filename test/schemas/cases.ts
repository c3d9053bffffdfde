// Inputs, as Nickel texts, that both twins of a schema must judge alike: sound or not.

export interface TwinCase {
  readonly schema:
    | "workflow"
    | "build-directives"
    | "build-spec"
    | "layer-directives"
    | "cache-policy"
    | "lock"
    | "event"
    | "registry-topology"
    | "requirements";
  readonly title: string;
  readonly text: string;
  readonly sound: boolean;
}

const digest = `"sha256:${"0a".repeat(32)}"`;

/** The smallest layer, with `more` merged into it at a priority that wins. */
function layer(more: string): string {
  return `{
    name | default = "rust", kind | default = 'toolchain, build_base | default = "debian",
    tools_provided | default = ["cargo"], artifact_paths | default = ["/usr/bin/cargo"], language | default = "rust",
  } & ${more}`;
}

/** One registry called main. */
function topology(more: string, capabilities?: string): string {
  const good = capabilities === undefined ? "" : `, capabilities = ${capabilities}`;
  return `{ registries = { main = { provider = 'zot, repository = "registry.example:5000/lamina"${good} } }, ${more} }`;
}

function directives(more: string): string {
  return `{
    workspace | default = "shop", artifact | default = { image = "registry.example/shop:1" },
    compute_provider | default = 'docker_local, registry_provider | default = 'zot,
    cache_policy | default = { actor = 'ci },
  } & ${more}`;
}

function lockWith(more: string): string {
  return `{
    version | default = 1,
    bases | default = { "debian:trixie-slim" = { "linux/amd64" = ${digest} } },
    layers | default = {},
  } & ${more}`;
}

function lockOf(entry: string): string {
  return lockWith(`{ layers = { rust = { "linux/amd64" = {
    input | default = ${digest}, image | default = ${digest}, sizeBytes | default = 12, tools | default = { cargo = "1.96.1" },
    caches | default = [],
    inputs | default = {
      recipe = 1, declaration = { args = { A = "1" }, list = [1, null, true, { x = "y" }] },
      files = { Dockerfile = "0123456789abcdef instructions", "a b" = "0123456789abcdef", "src/" = "folder 755", link = "-> x y" }, parents = { debian = ${digest} }, bases = {},
    },
  } & ${entry} } } }`);
}

function requirement(more: string): string {
  return `{ requirements = [{
    name | default = "git", need | default = 'Hard, purpose | default = "changes", check_cmd | default = ["git", "--version"],
    install_hint | default = "install git",
  } & ${more}] }`;
}

const lease = '"0123456789abcdef"';
const node = 'at = 1700000000000.5, layer = "rust", platform = "linux/amd64"';

type Row = readonly [title: string, text: string];

const workflowSound: readonly Row[] = [
  ["the smallest layer", layer("{}")],
  ["an external base", layer('{ build_base = { image = "debian:trixie-slim" } }')],
  ["an empty base", layer('{ build_base = { image = "scratch" } }')],
  [
    "a base with registry, port, tag and digest",
    layer(`{ build_base = { image = "registry.example:5000/a__b/c-d:1.2@%{${digest}}" } }`),
  ],
  ["a kind as a string", layer('{ kind = "utility" }')],
  [
    "tools in both forms",
    layer(
      '{ tools_provided = ["rustc", { name = "cargo", check = ["cargo", "-V"], version = ">=1.80" }, { name = "g++" }] }',
    ),
  ],
  [
    "version ranges",
    layer(`{ tools_provided = [
      { name = "a", version = "1" }, { name = "b", version = "^1.2 || ~2.0.1" }, { name = "c", version = ">=1.80 <2" },
      { name = "d", version = "1.x" }, { name = "e", version = "*" }, { name = "f", version = ">= 1.2.3-rc.1" },
    ] }`),
  ],
  [
    "everything",
    layer(`{
      copies_from = ["nushell", "on.to_ref-2"], tools_required = ["git"], args = { A = "1", _b2 = "" },
      secrets = ["sccache_creds", "a.b-c"], ssh = true, platforms = ["linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/amd64/v3"], target = "final",
      dockerfile = "docker/Dockerfile.rust", runner_type = 'cax31, cpu = 8, memory_gb = 15.5, time_budget_min = 90,
    }`),
  ],
  ["a runner type as a string", layer('{ runner_type = "cax11" }')],
  ["nothing promised", layer("{ tools_provided = [], artifact_paths = [], copies_from = [], args = {} }")],
  [
    "paths with dots",
    layer('{ artifact_paths = ["/a/.b", "/a/..b/...", "/opt/x y/ü"], dockerfile = ".docker/..x" }'),
  ],
  [
    "a hierarchy of levels",
    layer(`{ level_hierarchy = {
      base = { strategy = 'override }, team = { strategy = "delegate", delegate_to = "base" },
      project = { strategy = 'compose, extends = ["team", "base"] },
    } }`),
  ],
];

const workflowBroken: readonly Row[] = [
  ["no record", "[]"],
  ["nothing at all", "{}"],
  [
    "no name",
    '{ kind = \'deps, build_base = "a", tools_provided = [], artifact_paths = [], language = "rust" }',
  ],
  [
    "no artifact_paths",
    '{ name = "a", kind = \'deps, build_base = "a", tools_provided = [], language = "rust" }',
  ],
  ["an unknown field", layer('{ tool_provided = ["x"] }')],
  ["a name in capitals", layer('{ name = "Rust" }')],
  ["a name with a line end", layer('{ name = "rust\\n" }')],
  ["a name that is a number", layer("{ name = 3 }")],
  ["a name that is null", layer("{ name = null }")],
  ["an unknown kind", layer("{ kind = 'tool }")],
  ["a kind that is a number", layer("{ kind = 1 }")],
  ["a base in capitals", layer('{ build_base = "Debian" }')],
  ["a base that is a number", layer("{ build_base = 1 }")],
  ["a base that is a list", layer('{ build_base = ["debian"] }')],
  ["an external base without an image", layer("{ build_base = {} }")],
  ["an external base with more", layer('{ build_base = { image = "debian", tag = "x" } }')],
  ["an image in capitals", layer('{ build_base = { image = "Debian" } }')],
  ["an image with a short digest", layer('{ build_base = { image = "debian@sha256:00" } }')],
  ["an empty image", layer('{ build_base = { image = "" } }')],
  ["a tool of two words", layer('{ tools_provided = ["cargo build"] }')],
  ["a tool that is a number", layer("{ tools_provided = [1] }")],
  ["a tool without a name", layer('{ tools_provided = [{ check = ["x"] }] }')],
  ["a tool with an unknown field", layer('{ tools_provided = [{ name = "x", cmd = ["x"] }] }')],
  ["a tool twice", layer('{ tools_provided = ["x", { name = "x" }] }')],
  ["a check without a command", layer('{ tools_provided = [{ name = "x", check = [] }] }')],
  ["a check that is a string", layer('{ tools_provided = [{ name = "x", check = "x -v" }] }')],
  ["a check with an empty argument", layer('{ tools_provided = [{ name = "x", check = ["x", ""] }] }')],
  ["a version that is no range", layer('{ tools_provided = [{ name = "x", version = "=>1.80" }] }')],
  ["a version that is a number", layer('{ tools_provided = [{ name = "x", version = 1.8 }] }')],
  ["an empty version", layer('{ tools_provided = [{ name = "x", version = "" }] }')],
  ["tools that are no list", layer('{ tools_provided = "cargo" }')],
  ["a relative artifact", layer('{ artifact_paths = ["usr/bin/cargo"] }')],
  ["an artifact that is a folder's name with a slash", layer('{ artifact_paths = ["/usr/bin/"] }')],
  ["the root as an artifact", layer('{ artifact_paths = ["/"] }')],
  ["an artifact above", layer('{ artifact_paths = ["/usr/../etc"] }')],
  ["an artifact with an empty part", layer('{ artifact_paths = ["/usr//bin"] }')],
  ["an artifact twice", layer('{ artifact_paths = ["/a", "/b", "/a"] }')],
  ["a language in capitals", layer('{ language = "Rust" }')],
  ["copies from no layer", layer('{ copies_from = ["a b"] }')],
  ["copies from a layer twice", layer('{ copies_from = ["a", "a"] }')],
  ["a required tool of two words", layer('{ tools_required = ["git log"] }')],
  ["a build argument that is a number", layer("{ args = { A = 1 } }")],
  ["a build argument with a dash", layer('{ args = { "A-B" = "1" } }')],
  ["a secret with a slash", layer('{ secrets = ["a/b"] }')],
  ["a secret twice", layer('{ secrets = ["a", "a"] }')],
  ["ssh that is a string", layer('{ ssh = "yes" }')],
  ["no platform in the list", layer("{ platforms = [] }")],
  ["a platform without an architecture", layer('{ platforms = ["linux"] }')],
  ["an unknown architecture", layer('{ platforms = ["linux/foo"] }')],
  ["an unknown variant", layer('{ platforms = ["linux/arm64/v8"] }')],
  ["an operating system that nothing is built for", layer('{ platforms = ["windows/amd64"] }')],
  ["a stage by number", layer('{ target = "1" }')],
  ["a Dockerfile above", layer('{ dockerfile = "../Dockerfile" }')],
  ["an absolute Dockerfile", layer('{ dockerfile = "/Dockerfile" }')],
  ["an unknown tier", layer("{ runner_type = 'cax51 }")],
  ["half a size", layer("{ cpu = 4 }")],
  ["the other half", layer("{ memory_gb = 8 }")],
  ["half a core", layer("{ cpu = 0.5, memory_gb = 1 }")],
  ["no memory", layer("{ cpu = 1, memory_gb = 0 }")],
  ["a budget that is a string", layer('{ time_budget_min = "90" }')],
  ["a level without a strategy", layer("{ level_hierarchy = { base = {} } }")],
  ["a level with an unknown strategy", layer("{ level_hierarchy = { base = { strategy = 'merge } } }")],
  ["a level that delegates to none", layer("{ level_hierarchy = { base = { strategy = 'delegate } } }")],
  [
    "a level that delegates to one that is not there",
    layer('{ level_hierarchy = { base = { strategy = \'delegate, delegate_to = "x" } } }'),
  ],
  [
    "a level that extends itself",
    layer('{ level_hierarchy = { base = { strategy = \'compose, extends = ["base"] } } }'),
  ],
  [
    "a level that overrides and extends",
    layer(
      "{ level_hierarchy = { a = { strategy = 'override }, b = { strategy = 'override, extends = [\"a\"] } } }",
    ),
  ],
  ["a level in capitals", layer("{ level_hierarchy = { Base = { strategy = 'override } } }")],
];

const tables: readonly (readonly [TwinCase["schema"], sound: boolean, rows: readonly Row[]])[] = [
  ["workflow", true, workflowSound],
  ["workflow", false, workflowBroken],
  [
    "build-directives",
    true,
    [
      ["the smallest", directives("{}")],
      [
        "everything",
        directives(`{
          artifact = { image = "a/b", dockerfile = "x/Dockerfile", target = "final", platforms = ["linux/arm64"],
            args = { A = "1" }, secrets = ["s"], ssh = true },
          compute_provider = "vm_pool", registry_provider = "ghcr",
          cache_policy = { actor = 'agent, actor_id = "jpl", disposition = 'rollback },
          runner_override = { runner_type = "cax31" },
          nats_events = { servers = ["nats://127.0.0.1:4222", "tls://nats.example"], prefix = "a.b-c", credentials = "nats", logs = true },
          runners = {
            transport = 'rsync, reuse = 'paid_hour, max_machines = 3, max_eur_per_hour = 0.5, max_creates_per_hour = 10, expires_min = 60,
            ready_timeout_s = 90, candidates = ["cax21:fsn1", "cpx31:hel1-dc2"], image = "debian-13", user = "root",
            settings = { url = "https://pve.example:8006", node = "pve1", storages = ["local", "fast"], full = true, vmid = 9000 },
          },
        }`),
      ],
      ["runners that say nothing", directives("{ runners = {} }")],
      ["builds here that are held to their sizes", directives("{ runners = { limits = true } }")],
      ["runners' words as strings", directives('{ runners = { transport = "session", reuse = "never" } }')],
      [
        "secrets",
        directives(`{ secrets = { a = { env = "A" }, "b-c" = { file = "b/c" }, d = { sops = "d.yaml", key = "x.0", format = 'dotenv },
          e = { sops = "e", format = "json" } } }`),
      ],
      ["no prefix", directives('{ nats_events = { servers = ["nats://h"] } }')],
    ],
  ],
  [
    "registry-topology",
    true,
    [
      ["one registry", topology("")],
      [
        "everything",
        `{
          registries = {
            main = { provider = "zot", repository = "127.0.0.1:5000/a", plain_http = true,
              capabilities = { images = ["pull", 'push], ci = ['pull, 'push, 'cache], dev = [] } },
            "old-one" = { provider = 'ghcr, repository = "ghcr.io/owner/a/b", capabilities = { images = ['pull] } },
          },
          push_targets = ["main"],
          participants = {
            pipeline = { actor = 'ci, scopes = { main = { images = ['pull, 'push], ci = ['cache] }, "old-one" = {} } },
            people = { actor = "human", scopes = { main = { images = ['pull] } } },
            jpl = { actor = 'human, actor_id = "jpl", scopes = {} },
          },
        }`,
      ],
      ["localhost", '{ registries = { a = { provider = \'zot, repository = "localhost/a" } } }'],
      ["no targets", topology("push_targets = []")],
    ],
  ],
  [
    "registry-topology",
    false,
    [
      ["nothing", "{}"],
      ["no registry", "{ registries = {} }"],
      [
        "a registry without a host",
        '{ registries = { a = { provider = \'zot, repository = "lamina/rust" } } }',
      ],
      [
        "a registry without a repository",
        '{ registries = { a = { provider = \'zot, repository = "ghcr.io" } } }',
      ],
      [
        "a repository with a tag",
        '{ registries = { a = { provider = \'zot, repository = "ghcr.io/a:1" } } }',
      ],
      ["a name in capitals", '{ registries = { A = { provider = \'zot, repository = "ghcr.io/a" } } }'],
      ["an unknown kind", '{ registries = { a = { provider = \'quay, repository = "quay.io/a" } } }'],
      ["an unknown namespace", topology("", "{ image = ['pull] }")],
      ["an unknown capability", topology("", "{ images = ['write] }")],
      ["a capability twice", topology("", '{ images = [\'pull, "pull"] }')],
      ["a target that is no registry", topology('push_targets = ["other"]')],
      ["a target that takes no images", topology('push_targets = ["main"]', "{ images = ['pull] }")],
      ["a target twice", topology('push_targets = ["main", "main"]')],
      ["a participant without scopes", topology("participants = { a = { actor = 'ci } }")],
      [
        "a participant with an id that has none",
        topology('participants = { a = { actor = \'ci, actor_id = "a", scopes = {} } }'),
      ],
      ["a scope at no registry", topology("participants = { a = { actor = 'ci, scopes = { other = {} } } }")],
      [
        "a scope beyond the registry's own",
        topology(
          "participants = { a = { actor = 'ci, scopes = { main = { ci = ['cache] } } } }",
          "{ images = ['pull] }",
        ),
      ],
      ["an unknown field", topology("targets = []")],
    ],
  ],
  [
    "build-directives",
    false,
    [
      ["nothing at all", "{}"],
      ["an unknown field", directives("{ workspaces = 1 }")],
      ["a workspace with a slash", directives('{ workspace = "a/b" }')],
      ["a workspace with a dot", directives('{ workspace = "a.b" }')],
      ["an artifact that is a string", directives('{ artifact = "a/b" }')],
      ["an artifact without an image", directives("{ artifact = {} }")],
      ["an unknown compute provider", directives("{ compute_provider = 'aws }")],
      ["an unknown registry provider", directives("{ registry_provider = 'quay }")],
      ["a cache policy that breaks its rules", directives("{ cache_policy = { actor = 'human } }")],
      ["a secret's value", directives('{ secrets = { a = "hunter2" } }')],
      ["a secret from a command", directives('{ secrets = { a = { command = ["pass"] } } }')],
      ["a secret from nowhere", directives("{ secrets = { a = {} } }")],
      ["a secret of another's file", directives('{ secrets = { a = { file = "/etc/shadow" } } }')],
      ["a sops file outside", directives('{ secrets = { a = { sops = "../a" } } }')],
      ["a key without a name", directives('{ secrets = { a = { sops = "a", key = "b." } } }')],
      ["an unknown format of sops", directives('{ secrets = { a = { sops = "a", format = \'ini } } }')],
      ["a secret of two places", directives('{ secrets = { a = { env = "A", file = "b" } } }')],
      ["a variable with a dash", directives('{ secrets = { a = { env = "A-B" } } }')],
      ["a secret's id with a slash", directives('{ secrets = { "a/b" = { env = "A" } } }')],
      ["half a size", directives("{ runner_override = { cpu = 2 } }")],
      ["no server", directives("{ nats_events = { servers = [] } }")],
      ["a server with credentials", directives('{ nats_events = { servers = ["nats://me:secret@h"] } }')],
      [
        "a prefix with a wildcard",
        directives('{ nats_events = { servers = ["nats://h"], prefix = "a.*" } }'),
      ],
      ["logs that are a word", directives('{ nats_events = { servers = ["nats://h"], logs = "yes" } }')],
      ["an unknown transport", directives("{ runners = { transport = 'sftp } }")],
      ["limits that are an amount", directives("{ runners = { limits = 4 } }")],
      ["an unknown reuse", directives("{ runners = { reuse = 'always } }")],
      ["no machine at all", directives("{ runners = { max_machines = 0 } }")],
      ["half a machine", directives("{ runners = { max_creates_per_hour = 0.5 } }")],
      ["machines that pay", directives("{ runners = { max_eur_per_hour = -1 } }")],
      ["no candidate", directives("{ runners = { candidates = [] } }")],
      ["a candidate without a place", directives('{ runners = { candidates = ["cax21"] } }')],
      ["a candidate twice", directives('{ runners = { candidates = ["a:b", "a:b"] } }')],
      ["an empty image", directives('{ runners = { image = "" } }')],
      ["a user with a space", directives('{ runners = { user = "a b" } }')],
      ["settings that are a list", directives("{ runners = { settings = [] } }")],
      ["an unknown field of runners", directives("{ runners = { max = 1 } }")],
    ],
  ],
  [
    "build-spec",
    true,
    [
      ["nothing", "{}"],
      ["a tier", '{ runner_type = "cax31" }'],
      ["a size and a budget", "{ cpu = 8, memory_gb = 16, time_budget_min = 90 }"],
      ["a tier beside a size", "{ runner_type = 'cax31, cpu = 8, memory_gb = 16 }"],
    ],
  ],
  [
    "build-spec",
    false,
    [
      ["no record", '"cax31"'],
      ["an unknown tier", '{ runner_type = "cx31" }'],
      ["an unknown field", "{ memory = 16 }"],
      ["half a size", "{ memory_gb = 16 }"],
      ["a negative budget", "{ time_budget_min = -1 }"],
      ["half a minute", "{ time_budget_min = 0.5 }"],
    ],
  ],
  [
    "cache-policy",
    true,
    [
      ["of CI", "{ actor = 'ci, disposition = 'export }"],
      ["of a person", '{ actor = \'human, actor_id = "jpl_2" }'],
      ["of an agent", '{ actor = "agent", actor_id = "a1", disposition = "discard" }'],
      ["of an auxiliary", '{ actor = \'ci_aux, writes = ["ci/lamina/rust", "ci/lian-build/*"] }'],
      ["of an auxiliary that writes nothing", "{ actor = 'ci_aux, writes = [] }"],
    ],
  ],
  [
    "cache-policy",
    false,
    [
      ["nobody's", "{ disposition = 'export }"],
      ["an unknown actor", "{ actor = 'robot }"],
      ["an unknown disposition", "{ actor = 'ci, disposition = 'keep }"],
      ["of a person without an id", "{ actor = 'human }"],
      ["of CI with an id", '{ actor = \'ci, actor_id = "jpl" }'],
      ["an id with a dash", '{ actor = \'human, actor_id = "jpl-lamina" }'],
      ["an id that climbs", '{ actor = \'human, actor_id = "../ci" }'],
      ["of CI with a list", "{ actor = 'ci, writes = [] }"],
      ["of an auxiliary without a list", "{ actor = 'ci_aux }"],
      ["a list that reaches elsewhere", '{ actor = \'ci_aux, writes = ["dev/jpl-lamina/rust"] }'],
      ["a list that climbs", '{ actor = \'ci_aux, writes = ["ci/lamina/../x"] }'],
      ["a list that repeats", '{ actor = \'ci_aux, writes = ["ci/a/b", "ci/a/b"] }'],
      ["an unknown field", "{ actor = 'ci, reads = [] }"],
    ],
  ],
  [
    "lock",
    true,
    [
      ["an empty one", "{ version = 1, bases = {}, layers = {} }"],
      ["a base and a layer", lockOf("{}")],
      ["a layer with caches", lockOf('{ caches = ["ci/lamina/rust"], tools = {} }')],
    ],
  ],
  [
    "lock",
    false,
    [
      ["another version", lockWith("{ version = 2 }")],
      ["no version", "{ bases = {}, layers = {} }"],
      ["an unknown field", lockWith("{ layer = {} }")],
      ["a base without platforms", lockWith(`{ bases = { debian = ${digest} } }`)],
      ["a base for no platform", lockWith(`{ bases = { debian = { linux = ${digest} } } }`)],
      [
        "a digest in capitals",
        lockWith(`{ bases = { debian = { "linux/amd64" = "sha256:${"0A".repeat(32)}" } } }`),
      ],
      ["a layer's name in capitals", lockWith("{ layers = { Rust = {} } }")],
      [
        "an entry without an image",
        lockWith(`{ layers = { rust = { "linux/amd64" = { input = ${digest} } } } }`),
      ],
      ["a negative size", lockOf("{ sizeBytes = -1 }")],
      ["half a byte", lockOf("{ sizeBytes = 0.5 }")],
      ["a tool's version that is a number", lockOf("{ tools = { cargo = 1 } }")],
      ["caches that are no list", lockOf('{ caches = "x" }')],
      [
        "inputs without a recipe",
        lockOf("{ inputs = { declaration = {}, files = {}, parents = {}, bases = {} } }"),
      ],
      [
        "a file's digest that is too short",
        lockOf(
          '{ inputs = { recipe = 1, declaration = {}, files = { a = "0123" }, parents = {}, bases = {} } }',
        ),
      ],
      [
        "a parent that is no layer",
        lockOf(
          `{ inputs = { recipe = 1, declaration = {}, files = {}, parents = { "A b" = ${digest} }, bases = {} } }`,
        ),
      ],
    ],
  ],
  [
    "layer-directives",
    true,
    [
      ["none", "{}"],
      [
        "a size, and a machine of its own",
        "{ runner_override = { runner_type = 'cax41 }, runners = { reuse = 'never } }",
      ],
      [
        "a size in numbers",
        "{ runner_override = { cpu = 4, memory_gb = 6, time_budget_min = 5 }, runners = {} }",
      ],
    ],
  ],
  [
    "layer-directives",
    false,
    [
      ["no record", "[]"],
      ["half a size", "{ runner_override = { cpu = 4 } }"],
      ["what is decided for a run", "{ compute_provider = 'hcloud }"],
      ["what its declaration says", '{ artifact = { image = "a/b" } }'],
      ["how long others stay", "{ runners = { reuse = 'run } }"],
      ["what all machines have", "{ runners = { max_machines = 1 } }"],
    ],
  ],
  [
    "event",
    true,
    [
      [
        "run.started",
        '{ type = "run.started", at = 1, runId = "r", builder = "b", concurrency = 2, local = false, steps = 3 }',
      ],
      ["run.note", '{ type = "run.note", at = 1, text = "" }'],
      [
        "base.pinned",
        `{ type = "base.pinned", at = 1, image = "a", platform = "linux/amd64", digest = ${digest} }`,
      ],
      ["layer.queued", `{ type = "layer.queued", ${node}, reasons = ["new"] }`],
      ["layer.started", `{ type = "layer.started", ${node}, inputDigest = ${digest} }`],
      ["layer.step", `{ type = "layer.step", ${node}, stepId = "1", name = "RUN", state = "cached" }`],
      ["layer.log", `{ type = "layer.log", ${node}, stepId = "1", stream = "stderr", text = "x" }`],
      ["layer.proving", `{ type = "layer.proving", ${node}, tools = [] }`],
      [
        "layer.reused",
        `{ type = "layer.reused", ${node}, image = ${digest}, sizeBytes = 1, reason = "cut-off" }`,
      ],
      [
        "layer.completed",
        `{ type = "layer.completed", ${node}, image = ${digest}, changed = true, sizeBytes = 1, seconds = 0.5, stepsRun = 1,
          stepsCached = 0, tools = { cargo = "1" } }`,
      ],
      [
        "layer.failed, with and without help",
        `{ type = "layer.failed", ${node}, seconds = 1, kind = "tool-missing", message = "m", logTail = ["a"] }`,
      ],
      [
        "layer.failed with help",
        `{ type = "layer.failed", ${node}, seconds = 1, kind = "k", message = "m", help = "h", logTail = [] }`,
      ],
      ["layer.doomed", `{ type = "layer.doomed", ${node}, cause = "debian" }`],
      ["layer.canceled", `{ type = "layer.canceled", ${node} }`],
      ["layer.canceled as outdated", `{ type = "layer.canceled", ${node}, reason = "outdated" }`],
      ["layer.held", `{ type = "layer.held", ${node}, kind = "step-failed", message = "m" }`],
      ["layer.waiting for the provider", `{ type = "layer.waiting", ${node}, for = "provider" }`],
      [
        "layer.waiting for a machine",
        `{ type = "layer.waiting", ${node}, for = "machine", lease = ${lease} }`,
      ],
      [
        "layer.waiting for room",
        `{ type = "layer.waiting", ${node}, for = "room", message = "max_machines is 1" }`,
      ],
      [
        "layer.waiting to ask again",
        `{ type = "layer.waiting", ${node}, for = "retry", message = "m", seconds = 15 }`,
      ],
      [
        "layer.placed",
        `{ type = "layer.placed", ${node}, lease = ${lease}, tier = "cax21", cpu = 4, memoryGb = 8, source = "retry", shared = false }`,
      ],
      [
        "layer.measured",
        `{ type = "layer.measured", ${node}, lease = ${lease}, seconds = 1.5, cpuP95 = 1.5, memoryP95Bytes = 1, memoryPeakBytes = 2,
          oomKills = 1 }`,
      ],
      [
        "layer.measured without figures",
        `{ type = "layer.measured", ${node}, lease = ${lease}, seconds = 1 }`,
      ],
      [
        "layer.retried",
        `{ type = "layer.retried", ${node}, reason = "oom", attempt = 2, tier = "cax31", message = "m" }`,
      ],
      ["layer.cache", `{ type = "layer.cache", ${node}, cache = "r/c:t", result = "unread", message = "m" }`],
      [
        "runner.requested",
        `{ type = "runner.requested", at = 1, lease = ${lease}, provider = "hcloud", tier = "cax21" }`,
      ],
      [
        "runner.ordered",
        `{ type = "runner.ordered", at = 1, lease = ${lease}, machine = "cax21", location = "fsn1" }`,
      ],
      [
        "runner.declined",
        `{ type = "runner.declined", at = 1, lease = ${lease}, machine = "cax21", location = "fsn1", kind = "no-capacity", message = "m" }`,
      ],
      [
        "runner.leased",
        `{ type = "runner.leased", at = 1, lease = ${lease}, machineId = "1", machine = "cax21", location = "", eurPerHour = 0.01 }`,
      ],
      ["runner.connected", `{ type = "runner.connected", at = 1, lease = ${lease}, seconds = 20 }`],
      ["runner.ready", `{ type = "runner.ready", at = 1, lease = ${lease}, seconds = 30.5 }`],
      ["runner.lost", `{ type = "runner.lost", at = 1, lease = ${lease}, message = "m" }`],
      [
        "runner.released",
        `{ type = "runner.released", at = 1, lease = ${lease}, seconds = 60, costEur = 0.01, layers = 2 }`,
      ],
      ["runner.left-over", `{ type = "runner.left-over", at = 1, lease = ${lease}, message = "m" }`],
      [
        "layer.pushed",
        `{ type = "layer.pushed", ${node}, image = ${digest}, repository = "registry.example/lamina/rust", sentBytes = 12 }`,
      ],
      ["promotion.completed", '{ type = "promotion.completed", at = 1, tags = 3 }'],
      [
        "promotion.failed",
        '{ type = "promotion.failed", at = 1, kind = "unfinished", message = "m", help = "h" }',
      ],
      ["lock.written", '{ type = "lock.written", at = 1, path = "lamina.lock", layer = "rust" }'],
      [
        "run.completed",
        '{ type = "run.completed", at = 1, seconds = 2, result = "ok", built = 1, reused = 0, failed = 0, doomed = 0, canceled = 0 }',
      ],
      [
        "watch.round",
        `{ type = "watch.round", at = 1, round = 2, trigger = "change", build = [{ layer = "rust", platform = "linux/amd64", reasons = ["x"] }],
          kept = [{ layer = "rust", platform = "linux/amd64" }], stopped = [] }`,
      ],
      [
        "watch.invalid",
        `{ type = "watch.invalid", at = 1, round = 2, diagnostics = [{ code = "E0401", severity = "error", message = "m", file = "f",
          line = 1, column = 1, endLine = 1, endColumn = 2, notes = [{ message = "n" }], help = "h" }] }`,
      ],
      [
        "watch.invalid without a place",
        '{ type = "watch.invalid", at = 1, round = 2, diagnostics = [], message = "m", help = "h" }',
      ],
      ["watch.waiting", '{ type = "watch.waiting", at = 1, round = 2, invalid = false, stale = ["rust"] }'],
    ],
  ],
  [
    "event",
    false,
    [
      [
        "an unknown trigger",
        '{ type = "watch.round", at = 1, round = 2, trigger = "no", build = [], kept = [], stopped = [] }',
      ],
      [
        "a lease of another form",
        '{ type = "runner.ready", at = 1, lease = "0123456789ABCDEF", seconds = 1 }',
      ],
      ["another reason", `{ type = "layer.canceled", ${node}, reason = "bored" }`],
      ["no type", "{ at = 1 }"],
      ["an unknown type", '{ type = "layer.start", at = 1 }'],
      ["a type that is a number", "{ type = 1 }"],
      ["no record", '"run.note"'],
      ["a field too few", '{ type = "run.note", at = 1 }'],
      ["a field too many", '{ type = "run.note", at = 1, text = "", more = 1 }'],
      ["another event's field", `{ type = "layer.canceled", ${node}, cause = "debian" }`],
      ["a time that is a string", '{ type = "run.note", at = "now", text = "" }'],
      ["an unknown state", `{ type = "layer.step", ${node}, stepId = "1", name = "RUN", state = "done" }`],
      [
        "half a step",
        '{ type = "run.started", at = 1, runId = "r", builder = "b", concurrency = 2, local = false, steps = 0.5 }',
      ],
      ["no digest", `{ type = "layer.started", ${node}, inputDigest = "x" }`],
      [
        "a layer in capitals",
        '{ type = "layer.canceled", at = 1, layer = "Rust", platform = "linux/amd64" }',
      ],
    ],
  ],
  [
    "requirements",
    true,
    [
      ["none", "{ requirements = [] }"],
      ["a hard one", requirement("{}")],
      ["a soft one with a version", requirement('{ need = \'Soft, version_min = "2.30" }')],
      ["the builder", requirement("{ check_cmd = 'Builder }")],
    ],
  ],
  [
    "requirements",
    false,
    [
      ["no list", "{}"],
      ["an unknown need", requirement("{ need = 'hard }")],
      ["a check that is a string", requirement('{ check_cmd = "git --version" }')],
      ["a check without a command", requirement("{ check_cmd = [] }")],
      ["a version that is none", requirement('{ version_min = ">=2" }')],
      ["a version of four numbers", requirement('{ version_min = "1.2.3.4" }')],
      ["an empty hint", requirement('{ install_hint = "" }')],
      ["an unknown field", requirement('{ hint = "x" }')],
      ["another tag than the builder's", requirement("{ check_cmd = 'Docker }")],
    ],
  ],
];

export const twinCases: readonly TwinCase[] = tables.flatMap(([schema, sound, rows]) =>
  rows.map(([title, text]) => ({ schema, title, text, sound })),
);
