// The POSIX shell that watches a machine while it builds: one script that samples until it is ended, and one that tells how
// it ended. Their lines are read by readings.ts. They need /proc and what every Linux has; cgroup v1 and v2 both.
//
//   limit <bytes>                  of the cgroup that is watched, where it has one
//   cgroup <path>                  that cgroup, as the kernel's log names it
//   ticks <hz>                     of /proc/stat
//   kills <count>                  oom_kill of /proc/vmstat: on the whole machine, since it started
//   events <count>                 oom_kill of the cgroup's memory.events, with all below it (v2)
//   most <bytes>                   that the cgroup ever had in use, page cache included (v1)
//   mark <dmesg|journal> <text>    where the kernel's log stood: a time, a cursor
//   sample <uptime s> <cpu source> <cpu> <memory source> <bytes>    sources: v1, v2, machine; "-" where there is none
//   ready                          the samples begin
//   log <text>                     a line of the kernel's log

/** What is watched of a machine. */
export type Scope =
  /** It is there for builds alone: the cgroup that limits all that a login may do, else the whole of it. */
  | { readonly kind: "machine" }
  /** Other work is done there: only what lies below that cgroup, such as "/buildkit". */
  | { readonly kind: "cgroup"; readonly path: string };

const markLog = `
if time=$(dmesg 2>/dev/null | tail -n 1 | sed -n 's/^\\[ *\\([0-9.]*\\)\\].*/\\1/p') && [ -n "$time" ]; then
  echo "mark dmesg $time"
else
  journalctl -k -n 0 --show-cursor 2>/dev/null | sed -n 's/^-- cursor: /mark journal /p'
fi
`;

/** Runs to its end, for whoever samples by other means: what is counted, and the mark. */
export const openingScript = `
${functions()}
find_cgroup ""
${markLog}
counts
echo ready
`;

/** Runs until it is ended, a line a second. `$1` is the cgroup to watch; empty: that which limits the login, if any. */
export const samplingScript = `
${functions()}
find_cgroup "$1"
if [ -n "$memory_dir" ]; then
  limit=$(limit_of "$memory_dir")
  if [ -n "$limit" ]; then echo "limit $limit"; fi
  echo "cgroup $cgroup"
fi
ticks=$(getconf CLK_TCK 2>/dev/null) || ticks=100
echo "ticks $ticks"
${markLog}
counts
sample
echo ready
nap=
trap 'kill $nap 2>/dev/null; exit 0' TERM HUP INT
while :; do
  sleep 1 </dev/null >/dev/null 2>&1 & nap=$!
  wait $nap
  sample || exit 0
done
`;

/** Runs to its end. `$1` as above; `$2` and `$3` are the mark's kind and text. */
export const closingScript = `
${functions()}
find_cgroup "$1"
sample
counts
case $2 in
  dmesg) dmesg 2>/dev/null ;;
  journal) journalctl -k -o cat --after-cursor="$3" 2>/dev/null ;;
esac | grep -E 'oom-kill:|Killed process [0-9]|memory: usage [0-9]' | tail -n 300 | sed 's/^/log /'
`;

/** Of a cgroup that does not exist yet there are no figures: BuildKit makes its own with the first step. */
function functions(): string {
  return `
mounts=/sys/fs/cgroup
version=v1
memory_root=$mounts/memory
cpu_root=$mounts/cpuacct
if [ -f $mounts/cgroup.controllers ]; then version=v2 memory_root=$mounts cpu_root=$mounts; fi
read -r _ total _ </proc/meminfo
total=$((total * 1024))

# Of a cgroup's folder; nothing where it has none below the machine's memory. v1's "none" has more digits than a shell counts with.
limit_of() {
  bytes=
  if [ $version = v2 ]; then [ -r "$1/memory.max" ] && read -r bytes <"$1/memory.max"
  else [ -r "$1/memory.limit_in_bytes" ] && read -r bytes <"$1/memory.limit_in_bytes"; fi
  case $bytes in '' | max | ?????????????????*) return ;; esac
  if [ "$bytes" -lt "$total" ]; then echo "$bytes"; fi
}

# Sets cgroup (its name), memory_dir and cpu_dir. In a container the kernel's name may lead nowhere: its mount is its own cgroup.
find_cgroup() {
  cgroup=$1 memory_dir= cpu_dir=
  if [ -z "$cgroup" ]; then
    own=/
    while IFS=: read -r _ controllers path; do
      case $version,$controllers in v2, | v1,memory | v1,memory,* | v1,*,memory | v1,*,memory,*) own=$path ;; esac
    done </proc/self/cgroup
    if [ -d "$memory_root$own" ]; then inner=$own; else inner=/; fi
    while [ -z "$(limit_of "$memory_root$inner")" ]; do
      case $inner in / | '') return ;; esac
      inner=\${inner%/*}
      own=\${own%/*}
    done
    cgroup=\${own:-/}
    set -- "$inner"
  fi
  memory_dir=$memory_root\${1%/}
  cpu_dir=$cpu_root\${1%/}
}

counts() {
  while read -r key value; do
    if [ "$key" = oom_kill ]; then echo "kills $value"; fi
  done </proc/vmstat
  if [ $version = v2 ] && [ -n "$memory_dir" ] && [ -r "$memory_dir/memory.events" ]; then
    while read -r key value; do
      if [ "$key" = oom_kill ]; then echo "events $value"; fi
    done <"$memory_dir/memory.events"
  fi
  if [ $version = v1 ] && [ -n "$memory_dir" ] && [ -r "$memory_dir/memory.max_usage_in_bytes" ]; then
    read -r most <"$memory_dir/memory.max_usage_in_bytes" && echo "most $most"
  fi
}

# All that the kernel could not have taken back: no page cache but what belongs to tmpfs, no slabs that can be reclaimed.
sample() {
  read -r now _ </proc/uptime
  memory='- -'
  if [ -z "$memory_dir" ]; then
    available=0
    while read -r key value _; do
      if [ "$key" = MemAvailable: ]; then available=$((value * 1024)); fi
    done </proc/meminfo
    memory="machine $((total - available))"
  elif [ -r "$memory_dir/memory.stat" ]; then
    bytes=0
    while read -r key value; do
      case $version,$key in
        v1,total_rss | v1,total_shmem | v2,anon | v2,shmem | v2,kernel_stack | v2,pagetables | v2,slab_unreclaimable | v2,sock)
          bytes=$((bytes + value)) ;;
      esac
    done <"$memory_dir/memory.stat"
    memory="$version $bytes"
  fi 2>/dev/null
  cpu='- -'
  if [ -n "$cpu_dir" ] && [ $version = v1 ] && [ -r "$cpu_dir/cpuacct.usage" ]; then
    read -r used <"$cpu_dir/cpuacct.usage" && cpu="v1 $used"
  elif [ -n "$cpu_dir" ] && [ $version = v2 ] && [ -r "$cpu_dir/cpu.stat" ]; then
    while read -r key value; do
      if [ "$key" = usage_usec ]; then cpu="v2 $value"; fi
    done <"$cpu_dir/cpu.stat"
  elif [ -z "$cpu_dir" ] || [ "$scope" = machine ]; then
    read -r _ user nice system _ _ irq softirq _ </proc/stat
    cpu="machine $((user + nice + system + irq + softirq))"
  fi 2>/dev/null
  echo "sample $now $cpu $memory"
}
scope=\${1:-machine}
`;
}
