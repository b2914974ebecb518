"""One measurement with PyTorch: torch_worker.py FOLDER NET infer|train eager|frozen|compiled BATCH THREADS SECONDS;
or the network as a file: torch_worker.py FOLDER NET export BATCH FILE.onnx.

All in channels_last but `frozen`, the traced and frozen module, the fastest inference before PyTorch 2. `compiled` is
torch.compile, before the time that counts; its settings are environment variables (TORCH_COMPILE in peers.py).
"""
import sys

import torch
import torch.nn as nn

import torch_nets
from worker import Reference, report


def load(model, reference):
    """Weights by their order: torch_nets has names of its own, and a block's projection behind its convolutions."""
    tensors = [tensor for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")]
    blocks = {}
    for name, values in reference.weights():
        blocks.setdefault(tuple(name.split(".")[:2]), []).append((name, values))
    weights = [entry for block in blocks.values() for entry in sorted(block, key=lambda entry: "downsample" in entry[0])]
    if len(tensors) != len(weights):
        sys.exit(f"another network: expected {len(tensors)} tensors, found {len(weights)}")
    for tensor, (name, values) in zip(tensors, weights):
        if tuple(tensor.shape) != values.shape:
            sys.exit(f"another network: {name}: expected shape {tuple(tensor.shape)}, found {values.shape}")
        tensor.copy_(torch.from_numpy(values.copy()))


def built(net, reference):
    model = torch_nets.build(net)
    with torch.no_grad():
        load(model, reference)
    return model.eval()


def channels_last(model, images):
    return model.to(memory_format=torch.channels_last), images.contiguous(memory_format=torch.channels_last)


def prediction(model, images, how):
    if how == "frozen":
        with torch.no_grad():
            run = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, images)))
    else:
        model, images = channels_last(model, images)
        run = torch.compile(model) if how == "compiled" else model

    def predict():
        with torch.no_grad():
            return run(images)

    return predict


def training_step(model, images, how):
    model, images = channels_last(model.train(), images)
    run = torch.compile(model) if how == "compiled" else model
    labels = torch.arange(len(images)) % 10
    loss = nn.CrossEntropyLoss()
    fused = {"fused": True} if hasattr(torch, "compile") else {}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4, **fused)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(run(images), labels).backward()
        optimizer.step()

    return step


def export(model, images, path):
    how = {"dynamo": True, "external_data": False} if hasattr(torch, "compile") else {"opset_version": 13}
    torch.onnx.export(model, (images,), path, input_names=["x"], output_names=["y"], **how)


def main():
    folder, net, mode, *rest = sys.argv[1:]
    torch.set_flush_denormal(True)
    if mode == "export":
        reference = Reference(folder, net, int(rest[0]))
        return export(built(net, reference), torch.from_numpy(reference.images), rest[1])
    how, batch, threads, seconds = rest[0], int(rest[1]), int(rest[2]), float(rest[3])
    torch.set_num_threads(threads)
    reference = Reference(folder, net, batch)
    images = torch.from_numpy(reference.images)
    model = built(net, reference)
    if mode == "train":
        with torch.no_grad():
            reference.check(model(images).numpy())
        run = training_step(model, images, how)
    else:
        run = prediction(model, images, how)
        reference.check(run().numpy())
    report(torch.__version__, run, seconds)


if __name__ == "__main__":
    main()
