#!/usr/bin/env bash
# Installs the Debian packages of the named groups of cmake/packages.txt that this machine lacks, and says which.
# Usage: cmake/install_packages.sh [--list] [GROUP...]      --list: prints the groups' names; default: build libraries
set -euo pipefail

list="$(dirname "${BASH_SOURCE[0]}")/packages.txt"
only_list=
[ "${1:-}" != --list ] || { only_list=yes; shift; }
[ $# -gt 0 ] || set -- build libraries

packages_of() {
    awk -v group="$1" '/^# \[/ { inside = ($2 == "[" group "]") } !/^#/ && NF && inside { print $1 }' "$list"
}

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "install_packages: not root and no sudo; run as root: $*" >&2
        exit 1
    fi
}

# Mirrors fail now and then; the output matters only when the last attempt fails too.
apt_get() {
    local log attempt
    log=$(mktemp)
    for attempt in 1 2 3; do
        if as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 "$@" >"$log" 2>&1; then
            rm -f "$log"
            return
        fi
        [ "$attempt" -eq 3 ] || sleep $((attempt * 5))
    done
    cat "$log" >&2
    rm -f "$log"
    return 1
}

missing=()
for group in "$@"; do
    packages=$(packages_of "$group")
    [ -n "$packages" ] || { echo "install_packages: no group '$group' in $list" >&2; exit 2; }
    if [ "$only_list" ]; then
        echo "$packages"
        continue
    fi
    if ! command -v dpkg-query >/dev/null; then
        echo "Not a Debian system; needed here by Debian's names:" $packages
        continue
    fi
    for package in $packages; do
        installed "$package" || missing+=("$package")
    done
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Installing: ${missing[*]}"
apt_get update
apt_get install --no-install-recommends "${missing[@]}"
