#!/usr/bin/env python3
"""Converts between PyTorch's .pth files and .safetensors files, with PyTorch alone.

usage: torch_safetensors.py to-safetensors IN.pth OUT.safetensors
       torch_safetensors.py to-torch IN.safetensors OUT.pth

IN.pth holds a state dictionary, a whole model (whose class need not be here), a TorchScript model, or a dictionary with
one of these under a key such as "model" or "state_dict", beside epochs, optimisers and the like. Names, shapes and
types stay as they are. Two things are left out on the way to .safetensors: the prefixes "module." and "_orig_mod." that
DataParallel and torch.compile put before all names, and num_batches_tracked, which load_state_dict() does not need. Of
the code that a .pth file names only what makes tensors and collections is run.
"""
import collections.abc
import json
import pickle
import struct
import sys
import types
import unittest.mock
import warnings

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


class Unknown:
    """Stands for an object of any class but those below: keeps its attributes, so also the parts of a module."""

    def __init__(self, *_, **__):
        pass

    def __setstate__(self, state):
        if isinstance(state, dict):
            self.__dict__.update(state)

    def __setitem__(self, key, value):
        pass

    def append(self, value):
        pass

    def extend(self, values):
        pass


KNOWN = {
    "torch": {"Tensor", "Size", "device", *(str(dtype).split(".")[1] for dtype in NAMES), "complex64", "complex128"},
    "torch._tensor": {"_rebuild_from_type_v2"},
    "torch._utils": {name for name in dir(torch._utils) if name.startswith("_rebuild_")},
    "torch.nn.parameter": {"Parameter", "Buffer"},
    "collections": {"OrderedDict", "defaultdict"},
    "builtins": {"set", "frozenset", "list", "dict", "tuple", "slice", "complex", "bytearray", "int", "float", "bool",
                 "str"},
    "_codecs": {"encode"},
    "numpy": {"dtype", "ndarray"},
    "numpy.core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
}


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        module = {"__builtin__": "builtins"}.get(module, module)
        if name in KNOWN.get(module, ()):
            return super().find_class(module, name)
        return type(name, (Unknown,), {"__module__": module})


def load_pickled(path):
    """What a .pth file holds."""
    by_pickle = types.ModuleType("pickle_of_known_classes")
    by_pickle.__dict__.update({key: value for key, value in vars(pickle).items() if not key.startswith("__")})
    by_pickle.Unpickler = Unpickler
    by_pickle.load = lambda file, **options: Unpickler(file, **options).load()
    try:
        # Patched as well, because torch 1.13 loads with its own in place of the argument.
        with warnings.catch_warnings(), unittest.mock.patch.object(torch.serialization, "pickle", by_pickle):
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", pickle_module=by_pickle, weights_only=False)
    except OSError as error:
        sys.exit(f"{path}: {error.strerror or error}")
    except Exception as error:
        with open(path, "rb") as file:
            beginning = file.read(40)
        sys.exit(f"{path}: expected a file that torch.load reads, found one that begins with {beginning}"
                 f" ({str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__})")


def described(found):
    """An object in a few words."""
    if isinstance(found, torch.Tensor):
        return f"a tensor of shape {list(found.shape)}"
    if isinstance(found, collections.abc.Mapping):
        keys = ", ".join(f"{key} ({type(value).__name__})" for key, value in list(found.items())[:10])
        return f"a dictionary of {keys}{', ...' if len(found) > 10 else ''}" if keys else "an empty dictionary"
    return f"an object of type {type(found).__name__}"


def is_module(found):
    return {"_parameters", "_buffers", "_modules"} <= getattr(found, "__dict__", {}).keys()


def state_of(module, prefix=""):
    """The state dictionary of a module whose class may be unknown."""
    parts = vars(module)
    kept = {name: buffer for name, buffer in parts["_buffers"].items()
            if name not in parts.get("_non_persistent_buffers_set", ())}
    state = {prefix + name: tensor for name, tensor in (parts["_parameters"] | kept).items() if tensor is not None}
    for name, part in parts["_modules"].items():
        if is_module(part):
            state |= state_of(part, prefix + name + ".")
    return state


def tensors_in(found):
    """The tensors of a model or state dictionary by name; None if it is neither."""
    if isinstance(found, torch.jit.ScriptModule):
        found = found.state_dict()
    elif is_module(found):
        found = state_of(found)
    if not isinstance(found, collections.abc.Mapping) or not all(isinstance(name, str) for name in found):
        return None
    tensors = {name: value for name, value in found.items() if isinstance(value, torch.Tensor)}
    others = [name for name in found if name not in tensors and not name.endswith("_extra_state")]
    return tensors if tensors and not others else None


def weights_in(found, path):
    """The tensors of what a file holds: of the whole, or of the part that is the model."""
    whole = tensors_in(found)
    if whole is not None:
        return whole
    parts = {}
    if isinstance(found, collections.abc.Mapping):
        parts = {key: tensors_in(value) for key, value in found.items() if tensors_in(value) is not None}
    for key in ("state_dict", "model_state_dict", "model", "net", "network", "module", "weights", "params"):
        if key in parts:
            return parts[key]
    if len(parts) == 1:
        return next(iter(parts.values()))
    several = f", several of which may be the model: {', '.join(map(str, parts))}" if parts else ""
    sys.exit(f"{path}: expected a model, or a dictionary of tensors by name, or one with either under a key such as "
             f"'model', found {described(found)}{several}")


def without_wrappers(tensors):
    """The tensors by the names that they had before DataParallel or torch.compile."""
    for prefix in ("module.", "_orig_mod."):
        if all(name.startswith(prefix) for name in tensors):
            return without_wrappers({name[len(prefix):]: tensor for name, tensor in tensors.items()})
    return tensors


def state_dictionary(path):
    """The tensors of a .pth file by name."""
    tensors = without_wrappers(weights_in(load_pickled(path), path))
    tensors = {name: tensor for name, tensor in tensors.items() if not name.endswith("num_batches_tracked")}
    for name, tensor in tensors.items():
        if tensor.layout != torch.strided or tensor.dtype not in NAMES:
            sys.exit(f"{path}: {name}: expected numbers that .safetensors files hold ({', '.join(TYPES)}), "
                     f"found {tensor.dtype}, {tensor.layout}")
    return tensors


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
