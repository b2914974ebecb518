#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test.
# Usage: ./test.sh [--compiler g++|clang++] [--preset NAME] [-- CMAKE_ARGUMENT...]
# Presets: release (g++, the default), clang-release, debug, and with the subsets of tests/subsets.cmake clang-subset,
# asan (clang++), tsan, aarch64 (emulated). Build trees: build/<preset>.
# Tests that need CIFAR-10 find it through the environment variable RESIDUA_DATA and are skipped without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    sed -n '3,6s/^# //p' "$0" >&2
    exit 2
}

preset=
compiler=g++
while [ $# -gt 0 ]; do
    case "$1" in
        --compiler) [ $# -ge 2 ] || usage; compiler=$2; shift 2 ;;
        --preset) [ $# -ge 2 ] || usage; preset=$2; shift 2 ;;
        --) shift; break ;;
        *) usage ;;
    esac
done
case "$compiler" in
    g++) : "${preset:=release}" ;;
    clang++) : "${preset:=clang-release}" ;;
    *) usage ;;
esac

groups=(build libraries)
case "$preset" in
    clang-* | asan) groups+=(clang) ;;
    aarch64) groups+=(aarch64) ;;
esac
cmake/install_packages.sh "${groups[@]}"
[ "$preset" != aarch64 ] || cmake/sysroot.sh arm64 build/aarch64-root

# A heavy template file takes the compiler more than a gigabyte.
jobs=$(awk -v cores="$(nproc)" '/^MemAvailable/ { n = int($2 / 1500000); print n < 1 ? 1 : n < cores ? n : cores }' /proc/meminfo)

# ThreadSanitizer of GCC 12 does not start where the kernel spreads addresses over more than 28 bits.
run=()
if [ "$preset" = tsan ] && setarch --addr-no-randomize true 2>/dev/null; then
    run=(setarch --addr-no-randomize)
fi

cmake --preset "$preset" "$@"
"${run[@]}" cmake --build --preset "$preset" --parallel "$jobs"
"${run[@]}" ctest --preset "$preset" --parallel "$jobs"
