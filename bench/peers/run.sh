#!/bin/sh
# Compares residua with PyTorch (Debian: python3-torch) and ONNX Runtime (npm: onnxruntime-node) on this machine.
# usage: bench/peers/run.sh [option of compare.py ...], for instance --rounds 9 or --rows train:resnet56:128
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/build/peers
python=${PYTHON:-/usr/bin/python3} # Debian's, which finds Debian's python3-torch
"$python" -c 'import torch' || { echo "run.sh: $python has no torch: apt install python3-torch" >&2; exit 1; }
command -v node npm >/dev/null || { echo "run.sh: node or npm missing: apt install nodejs npm" >&2; exit 1; }

mkdir -p "$work"
# Its install script only fetches CUDA libraries.
[ -d "$work/node_modules/onnxruntime-node" ] ||
    npm install --prefix "$work" --ignore-scripts --no-audit --no-fund onnxruntime-node@1.30.0 >&2

cd "$root"
cmake --preset release >&2
cmake --build build/release --target bench_net >&2
"$python" bench/peers/compare.py --residua build/release/bench/net --work "$work" --csv "$work/compare.csv" "$@"
echo "all measurements: $work/compare.csv"
