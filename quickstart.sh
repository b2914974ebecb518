#!/usr/bin/env bash
# Installs what is missing, builds the example and trains ResNet-20 for about a minute.
# Usage: ./quickstart.sh [--data DIR]
# DIR holds CIFAR-10 (cifar-10-binary.tar.gz, or the unpacked cifar-10-batches-bin); the environment variable
# RESIDUA_DATA may name it as well. Without either the built-in procedural images are used.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

data=${RESIDUA_DATA:-builtin}
case "${1:-}" in
    "") ;;
    --data) data=${2:?--data needs a folder} ;;
    *) sed -n '3,5s/^# //p' "$0" >&2; exit 2 ;;
esac
name=resnet20-$([ "$data" = builtin ] && echo builtin || echo cifar10)

cmake/install_packages.sh
cmake --preset release
cmake --build --preset release --target cifar10

cifar10=build/release/examples/cifar10
"$cifar10" train --net resnet20 --data "$data" --iterations 632 --seed 1 \
    --log "$name.csv" --plot "$name.png" --save "$name.safetensors"
"$cifar10" evaluate --net resnet20 --weights "$name.safetensors" --data "$data" --set test

cat <<END

Written: $name.safetensors (weights, PyTorch's names), $name.png (training curve), $name.csv (its numbers)
Next:
  $cifar10 describe resnet20
      layers, shapes, parameters, multiply-adds, memory
  $cifar10 train --net resnet20 --data DIR --split 45000 --epochs 10 --plot curve.png
      the paper's data (folder with cifar-10-binary.tar.gz) and split; without --epochs its whole 64,000 iterations
  $cifar10 train --help
      every option: deeper and plain networks, checkpoints, seeds
  ./test.sh
      every test
END
