#!/usr/bin/env bash
# Unpacks what this library needs, built for another architecture of Debian's, into a folder that a cross compiler takes
# for the root of its machine. Nothing is installed and nobody has to be root.
# Usage: cmake/sysroot.sh ARCHITECTURE FOLDER      such as: cmake/sysroot.sh arm64 build/aarch64-root
set -euo pipefail

[ $# -eq 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
architecture=$1
mkdir -p "$2"
root=$(realpath "$2")
mapfile -t packages < <("$(dirname "${BASH_SOURCE[0]}")/install_packages.sh" --list libraries)

complete=$root/.complete # and with what
[ "$(cat "$complete" 2>/dev/null)" != "${packages[*]}" ] || exit 0
echo "Unpacking for $architecture into $root: ${packages[*]}"
rm -rf "$root"

# A package manager of its own, to which this machine is of that architecture and empty.
state=$root.apt
trap 'rm -rf "$state"' EXIT
mkdir -p "$state"/{lists,archives}/partial
: >"$state/status"
apt_get() {
    apt-get -q -y -o Acquire::Retries=3 -o APT::Architecture="$architecture" -o APT::Architectures::="$architecture" \
        -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state" "$@"
}
{
    apt_get update
    apt_get install --download-only --no-install-recommends "${packages[@]}"
} >"$state/log" 2>&1 || { cat "$state/log" >&2; exit 1; }

# /lib is a link, as on every Debian machine: programs look for their loader there.
mkdir -p "$root/usr/lib"
ln -s usr/lib "$root/lib"
for package in "$state"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"
done
find "$root" -type l -lname '/*' -printf '%l %p\n' | while read -r target link; do
    ln -sfn "$root$target" "$link"
done
echo "${packages[*]}" >"$complete"
