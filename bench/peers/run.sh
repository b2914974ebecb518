#!/bin/sh
# Compares residua with what is installed of other libraries on this machine: PyTorch (Debian: python3-torch), ONNX Runtime
# (npm: onnxruntime-node, which this fetches), and whatever of torch, onnxruntime and openvino interpreters have:
#     python3 -m venv build/venv && build/venv/bin/pip install torch numpy onnx onnxscript onnxruntime openvino
#     bench/peers/run.sh --python build/venv/bin/python --rounds 3 --threads 2 --seconds 0.5
# usage: bench/peers/run.sh [--python PYTHON ...] [option of compare.py ...], for instance --rows train:resnet56:128
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/build/peers
debian=/usr/bin/python3 # which finds Debian's python3-torch

pythons=$debian
if [ "${1:-}" = --python ]; then
    shift
    while [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; do
        pythons="$pythons $1"
        shift
    done
fi

mkdir -p "$work"
# Its install script only fetches CUDA libraries.
[ -d "$work/node_modules/onnxruntime-node" ] ||
    npm install --prefix "$work" --ignore-scripts --no-audit --no-fund onnxruntime-node@1.30.0 >&2 ||
    echo "run.sh: npm could not install onnxruntime-node" >&2

cmake --preset release -S "$root" >&2
cmake --build "$root/build/release" --target bench_net bench_startup >&2
# shellcheck disable=SC2086 # a list
"$debian" "$root/bench/peers/compare.py" --residua "$root/build/release/bench/net" --work "$work" --python $pythons "$@"
