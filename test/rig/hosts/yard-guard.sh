#!/bin/sh
# Makes a yard's folder and its bridge, tells "NUMBER FOLDER", and takes both away when stdin ends and the guards of its
# hosts are gone: those hold its lock. The bridge lamN has 10.77.N.1/24; the kernel gives a name to one process only.
# In: FIRST, the number to begin the search for a free one with, 1 to 254.

# Whoever is told something may be gone: that must not end this process.
trap '' PIPE

# What leaves through no bridge of ours must leave through none.
ip route add unreachable 10.77.0.0/16 metric 9999 2>/dev/null

number=$FIRST
until error=$(ip link add "lam$number" type bridge 2>&1); do
  number=$((number % 254 + 1))
  if [ "$number" -eq "$FIRST" ]; then
    echo "no bridge could be made: $error" >&2
    exit 1
  fi
done
dir=$(mktemp -d "${TMPDIR:-/tmp}/lamina-yard-XXXXXXXX")
exec 9>"$dir/lock"
ip address add "10.77.$number.1/24" dev "lam$number"
ip link set "lam$number" up
echo "$number $dir"

exec >/dev/null 2>&1
while read -r _; do :; done
flock --exclusive 9
ip link delete "lam$number"
rm -rf "$dir"
