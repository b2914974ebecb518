#!/bin/sh
# Compares residua with what is installed of PyTorch (Debian: python3-torch) and ONNX Runtime (npm: onnxruntime-node, which
# this fetches) on this machine.
# usage: bench/peers/run.sh [option of compare.py ...], for instance --rounds 9 or --rows train:resnet56:128 infer:resnet50:1
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/build/peers
python=${PYTHON:-/usr/bin/python3} # Debian's, which finds Debian's python3-torch

mkdir -p "$work"
# Its install script only fetches CUDA libraries.
[ -d "$work/node_modules/onnxruntime-node" ] ||
    npm install --prefix "$work" --ignore-scripts --no-audit --no-fund onnxruntime-node@1.30.0 >&2 ||
    echo "run.sh: npm could not install onnxruntime-node" >&2

cd "$root"
cmake --preset release >&2
cmake --build build/release --target bench_net bench_startup >&2
"$python" bench/peers/compare.py --residua build/release/bench/net --work "$work" "$@"
