#!/bin/sh
# Time from the start of the evaluation program to its end with one image predicted, and the program's size.
# usage: bench/startup.sh [PROGRAM], by default build/release/examples/cifar10
set -eu

program=${1:-$(dirname "$0")/../build/release/examples/cifar10}
runs=21
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

"$program" train --net resnet20 --data builtin --iterations 1 --batch 16 --save "$work/weights.safetensors" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
strip -o "$work/stripped" "$program"

for _ in $(seq $runs); do
    start=$(date +%s%N)
    "$work/stripped" evaluate --net resnet20 --weights "$work/weights.safetensors" --data builtin --count 1 >"$work/log"
    end=$(date +%s%N)
    echo $(((end - start) / 1000))
done | sort -n >"$work/microseconds"

echo "net,runs,start_to_first_prediction_ms,fastest_ms,stripped_bytes"
awk -v runs=$runs -v bytes="$(stat -c %s "$work/stripped")" \
    '{ time[NR] = $1 / 1000 } END { printf "resnet20,%d,%.1f,%.1f,%d\n", runs, time[int((runs + 1) / 2)], time[1], bytes }' \
    "$work/microseconds"
