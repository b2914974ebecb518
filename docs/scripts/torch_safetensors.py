#!/usr/bin/env python3
"""Converts between PyTorch's .pth files (state dictionaries) and .safetensors files, with PyTorch alone.

usage: torch_safetensors.py to-safetensors IN.pth OUT.safetensors
       torch_safetensors.py to-torch IN.safetensors OUT.pth

Names, shapes and types stay as they are. Two things are left out on the way to .safetensors: the prefix "module." that
DataParallel puts before each name, and num_batches_tracked, which load_state_dict() does not need. A .pth file may also
hold the dictionary under the key "state_dict". It is unpickled: open only files you trust.
"""
import json
import struct
import sys

import torch

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
         "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool}
NAMES = {dtype: name for name, dtype in TYPES.items()}


def write_safetensors(path, tensors, metadata):
    """Writes a dictionary of tensors; wider types come first, so that all are aligned."""
    header, chunks, end = {"__metadata__": metadata}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        chunks.append(flat.view(torch.uint8).numpy().tobytes())
        begin, end = end, end + len(chunks[-1])
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def read_safetensors(path):
    """A dictionary of the tensors in a file, in the order of their bytes."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        dtype = TYPES[entry["dtype"]]
        flat = torch.frombuffer(data[begin:end], dtype=dtype) if end > begin else torch.empty(0, dtype=dtype)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def state_dictionary(path):
    """The tensors of a .pth file by name."""
    state = torch.load(path, map_location="cpu")
    state = state.get("state_dict", state)
    names = {name: name[len("module."):] if name.startswith("module.") else name for name in state}
    return {names[name]: state[name] for name in state if not name.endswith("num_batches_tracked")}


def main(arguments):
    if len(arguments) != 3 or arguments[0] not in ("to-safetensors", "to-torch"):
        sys.exit("\n".join(__doc__.splitlines()[2:4]))
    action, source, target = arguments
    if action == "to-safetensors":
        write_safetensors(target, state_dictionary(source), {"format": "pt"})
    else:
        torch.save(read_safetensors(source), target)


if __name__ == "__main__":
    main(sys.argv[1:])
