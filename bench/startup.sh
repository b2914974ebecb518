#!/bin/sh
# Time from the start of a program to its end with one image predicted, and the program's size: `cifar10 evaluate` with
# ResNet-20, and a program that loads ResNet-50's weights (100 MB) and predicts one image.
# usage: bench/startup.sh [BUILD_FOLDER], by default build/release; needs the targets cifar10 and bench_startup
set -eu

build=${1:-$(dirname "$0")/../build/release}
runs=21
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

quietly() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

# row NET PROGRAM ARGUMENT...
row() {
    net=$1
    strip -o "$work/stripped" "$2"
    shift 2
    for _ in $(seq $runs); do
        start=$(date +%s%N)
        quietly "$work/stripped" "$@"
        end=$(date +%s%N)
        echo $(((end - start) / 1000))
    done | sort -n >"$work/microseconds"
    awk -v net="$net" -v runs=$runs -v bytes="$(stat -c %s "$work/stripped")" \
        '{ time[NR] = $1 / 1000 } END { printf "%s,%d,%.1f,%.1f,%d\n", net, runs, time[int((runs + 1) / 2)], time[1], bytes }' \
        "$work/microseconds"
}

weights=$work/weights.safetensors
echo "net,runs,start_to_first_prediction_ms,fastest_ms,stripped_bytes"
quietly "$build/examples/cifar10" train --net resnet20 --data builtin --iterations 1 --batch 16 --save "$weights"
row resnet20 "$build/examples/cifar10" evaluate --net resnet20 --weights "$weights" --data builtin --count 1
quietly "$build/bench/startup" write "$weights"
row resnet50 "$build/bench/startup" predict "$weights"
