#!/bin/sh
# The figures of docs/performance.md: floors and times of ResNet-20, 18 and 50, and where they stop scaling.
# Builds what it needs, measures into build/scaling/{steps,measured,team}.csv, then shows measured.csv and runs scaling.py,
# whose speed-ups are scaling.csv. bench/publish/publish.py puts measured.csv and scaling.csv into the documents.
# usage: [THREADS="1 2"] bench/scaling.sh [option of scaling.py ...]; with THREADS= nothing is measured anew
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
work=$root/build/scaling
bench=$root/build/release/bench
rows="infer:resnet20:1 infer:resnet20:128 train:resnet20:128 infer:resnet18:1 infer:resnet18:16 train:resnet18:16
    infer:resnet50:1 infer:resnet50:16 train:resnet50:16"

# for_rows ROW_FUNCTION: calls it with the mode, network and batch of every row
for_rows() {
    for row in $rows; do
        mode=${row%%:*}
        batch=${row##*:}
        net=${row#*:}
        "$1" "$mode" "${net%:*}" "$batch"
    done
}
steps_of() {
    [ "$1" = infer ] && [ "$3" != 1 ] || "$bench/net_$2" --net "$2" --mode "$1" --batch "$3" --steps --csv
}
time_of() {
    for threads in $THREADS; do
        "$bench/net_$2" --net "$2" --mode "$1" --batch "$3" --threads "$threads" --csv
    done
}

THREADS=${THREADS-1 2}
mkdir -p "$work"
if [ -n "$THREADS" ]; then
    cmake --build "$root/build/release" --target bench_net_resnet20 bench_net_resnet18 bench_net_resnet50 bench_team >&2
    for_rows steps_of >"$work/steps.csv"
    for_rows time_of >"$work/measured.csv"
    for threads in $THREADS; do "$bench/team" --threads "$threads" --csv; done >"$work/team.csv"
fi
awk '!seen[$0]++' "$work/measured.csv" "$work/team.csv"
"$root/bench/scaling.py" "$work/steps.csv" --measured "$work/measured.csv" --images 1 16 128
"$root/bench/scaling.py" "$work/steps.csv" "$@"
"$root/bench/scaling.py" "$work/steps.csv" --csv "$@" >"$work/scaling.csv"
