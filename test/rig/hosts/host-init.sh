# The first process of a host, in namespaces and cgroups of its own: gives it its network and its folders, starts sshd and
# buildkitd, and reaps. Tells on stderr how far it is. Run by host-guard.sh, whose network is open as file descriptor 3.
# In: HOST_DIR, LINK, BRIDGE, ADDRESS, NAME, BOOT_DELAY_S, BUILDKIT_DIR (of buildkitd and buildctl), SSHD.

ip link add eth0 type veth peer name "$LINK" netns /proc/self/fd/3
nsenter --net=/proc/self/fd/3 ip link set "$LINK" master "$BRIDGE" up
exec 3<&-
ip address add "$ADDRESS/24" dev eth0
ip link set lo up
ip link set eth0 up
# No route leads on from the yard's range.

# What a host writes, it writes into folders of its own. Relative paths stay right when a parent of HOST_DIR is covered.
cd "$HOST_DIR"
mount --bind "$BUILDKIT_DIR" /usr/local/bin
mount -o remount,bind,ro /usr/local/bin
mount -t proc proc /proc
hierarchies=$(awk -F: '$1 != 0 { print $2 }' /proc/self/cgroup)
version2=$(ls /sys/fs/cgroup/cgroup.controllers 2>/dev/null || :)
mount -t sysfs sysfs /sys
if [ -n "$version2" ]; then
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  # A cgroup that has children under a limit holds no process itself.
  mkdir /sys/fs/cgroup/daemons
  echo 0 >/sys/fs/cgroup/daemons/cgroup.procs
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || :
  done
else
  mount -t tmpfs -o mode=755 cgroups /sys/fs/cgroup
  for hierarchy in $hierarchies; do
    mkdir "/sys/fs/cgroup/${hierarchy#name=}"
    case $hierarchy in name=*) options=none,$hierarchy ;; *) options=$hierarchy ;; esac
    mount -t cgroup -o "$options" cgroup "/sys/fs/cgroup/${hierarchy#name=}"
  done
fi
# As they are written: a whole path may lead through a folder that is covered by now.
for folder in root tmp var; do mount --no-canonicalize --bind "$folder" "/$folder"; done
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 shm /dev/shm
mkdir -p /run/sshd /run/lock
cp -pR config /run/host
ln -s /run /var/run
mount -o remount,bind,ro /
cd /
echo "$NAME" >/proc/sys/kernel/hostname
echo "host: has its address" >&2

sleep "$BOOT_DELAY_S"
# Newer sshds keep out for a while whoever failed to log in; older ones do not know the word.
penalties=PerSourcePenalties=no
"$SSHD" -t -f /run/host/sshd_config -o "$penalties" 2>/dev/null || penalties=LogLevel=INFO
"$SSHD" -D -e -f /run/host/sshd_config -o "$penalties" &
sshd=$!
(
  buildkitd --config /run/host/buildkitd.toml &
  echo "host: buildkitd is process $!" >&2
  wait $! || :
  echo "host: buildkitd is gone" >&2
) &
wait "$sshd"
