#!/bin/sh
# Compares ImageNet networks with PyTorch in float64 (Debian: python3-torch): logits of 8 sample images in inference,
# then loss, gradients and running statistics of one training step on the first 4. No step of VGG: rounding may decide
# the winners of its later max poolings.
# usage: RESIDUA_DATA=<folder> tests/torch/run.sh BUILD [NET ...], all networks unless told; BUILD: a configured build
# folder. Exit codes: 0 all agree, 1 some differ or a program failed, 77 skipped because something is not installed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3} # Debian's, which finds Debian's python3-torch
[ $# -ge 1 ] || { sed -n '5,6s/^# //p' "$0" >&2; exit 2; }
build=$1
shift
[ $# -gt 0 ] || set -- resnet18 resnet34 resnet50 resnet101 resnet152 resnet50-v1.5 resnet101-v1.5 resnet152-v1.5 \
    plain18 plain34 vgg16 vgg19 densenet121

skip() {
    echo "skipped: $1" >&2
    exit 77
}
[ -n "${RESIDUA_DATA:-}" ] || skip "RESIDUA_DATA is not set"
"$python" -c 'import numpy, torch; torch.ones(1).numpy()' 2>/dev/null || skip "$python has no PyTorch: apt install python3-torch"

build_program() {
    cmake --build "$build" --target "$1" >&2
}
programs=$build/tests/torch
work=$(mktemp -d "$programs/run.XXXXXX")
trap 'rm -r "$work"' EXIT
build_program torch_samples
"$programs/torch_samples" "$RESIDUA_DATA/imagenet-samples/labels.csv" 8 "$work/images.npy"
failed=0
for net; do
    build_program "torch_$net"
    echo "$net"
    step=$work/step.safetensors
    case $net in vgg*) step= ;; esac
    "$python" "$here/../../docs/scripts/torch_imagenet.py" "$net" "$work/weights.safetensors" \
        --inputs "$work/images.npy" --logits "$work/logits.npy" ${step:+--step "$step"}
    "$programs/torch_$net" "$work/weights.safetensors" "$work/images.npy" "$work/logits.npy" ${step:+"$step"} || failed=1
done
exit $failed
