#!/bin/sh
# Starts a host, tells its first process's id on stdout, and leaves nothing of it when stdin ends, which the kernel sees to
# where the process at the other end was killed. Ends when all is gone.
# In: YARD_DIR; HOST_DIR below it, as host.ts filled it; LINK, the name of its network link and its cgroups; MEMORY_BYTES;
# and what host-init.sh takes.

# Whoever is told something may be gone: that must not end this process.
trap '' PIPE

exec 9<"$YARD_DIR/lock" || exit 1
flock --shared 9
# It may have been removed before the lock was got.
[ -e "$YARD_DIR/lock" ] || exit 1

if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  # Version 2: one hierarchy.
  echo "+memory" >/sys/fs/cgroup/cgroup.subtree_control
  cgroups=/sys/fs/cgroup/$LINK
  mkdir "$cgroups"
  echo "$MEMORY_BYTES" >"$cgroups/memory.max"
  echo 0 >"$cgroups/memory.swap.max"
else
  cgroups=
  for mount in $(awk '$3 == "cgroup" { print $2 }' /proc/mounts); do
    cgroup=$mount/$LINK
    cgroups="$cgroups $cgroup"
    mkdir "$cgroup"
    for file in cpuset.cpus cpuset.mems; do
      if [ -e "$cgroup/$file" ]; then cat "$mount/$file" >"$cgroup/$file"; fi
    done
    if [ -e "$cgroup/memory.limit_in_bytes" ]; then
      echo "$MEMORY_BYTES" >"$cgroup/memory.limit_in_bytes"
      # Memory and swap together; not there where the kernel does not count swap.
      if [ -e "$cgroup/memory.memsw.limit_in_bytes" ]; then
        echo "$MEMORY_BYTES" >"$cgroup/memory.memsw.limit_in_bytes"
      fi
    fi
  done
fi

# The first process goes into the cgroups before it makes them the root of what it sees, and tells the id that it has here
# before it sees no other process. It ends when the writer of the pipe is gone, if anything fails before.
mkfifo "$HOST_DIR/first-process"
(
  trap - PIPE
  exec env CGROUPS="$cgroups" unshare --mount --uts --ipc --net --pid --fork --kill-child /bin/sh -c '
    read -r pid _ </proc/self/stat
    echo "$pid" >&4
    exec 4>&-
    for cgroup in $CGROUPS; do echo 0 >"$cgroup/cgroup.procs" || exit; done
    exec unshare --cgroup /bin/sh -eu "$0"
  ' "$INIT" 3</proc/self/ns/net 4>"$HOST_DIR/first-process" 9<&- </dev/null >/dev/null
) &
read -r pid <"$HOST_DIR/first-process"
echo "$pid"

exec >/dev/null 2>&1
while read -r _; do :; done
# The network first: nobody is told that connections end.
ip link delete "$LINK"
ip neighbour delete "$ADDRESS" dev "$BRIDGE"
# With the first process of a process namespace all others are killed; it is reaped after them.
kill -KILL "$pid"
wait
for cgroup in $cgroups; do find "$cgroup" -depth -type d -exec rmdir {} \; ; done
rm -rf "$HOST_DIR"
