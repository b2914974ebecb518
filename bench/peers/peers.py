"""residua and the others, each in its best configuration: how to find them, and how one measurement of each is started."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
OURS = "residua"
# Variables with which a machine may have been tuned, or detuned, for one of the peers.
TUNING = ("OPENBLAS_", "OMP_", "MKL_", "DNNL_", "ONEDNN_", "ATEN_", "TORCH", "GLIBC_TUNABLES")
# glibc keeps freed memory and asks for huge pages.
MEMORY = {"GLIBC_TUNABLES": "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184:"
                            "glibc.malloc.top_pad=134217728:glibc.malloc.hugetlb=1"}
# AVX-512 outside oneDNN, too, where the machine has it; BLAS threads would spin against OpenMP's.
HAS_AVX512 = "avx512vl" in pathlib.Path("/proc/cpuinfo").read_text()
TORCH = MEMORY | {"ATEN_CPU_CAPABILITY": "avx512" if HAS_AVX512 else "avx2", "OPENBLAS_NUM_THREADS": "1"}
# Weights are constants, calls from one kernel to the next are C++, and no process that compiles stays beside the timed runs.
TORCH_COMPILE = {"TORCHINDUCTOR_FREEZING": "1", "TORCHINDUCTOR_CPP_WRAPPER": "1", "TORCHINDUCTOR_COMPILE_THREADS": "1"}
COMPILED_TRAINING = ("resnet20", "resnet18", "resnet50")


class Failure(Exception):
    """What a person can mend, in a line or with a program's own words."""


def untuned():
    return {key: value for key, value in os.environ.items() if not key.startswith(TUNING)}


def output(command, extra={}):
    command = [str(part) for part in command]
    run = subprocess.run(command, env=untuned() | extra, capture_output=True, text=True)
    if run.returncode != 0:
        raise Failure(f"{' '.join(command)} failed:\n{run.stderr}")
    return run.stdout


def last_line(command, extra={}):
    return json.loads(output(command, extra).splitlines()[-1])


def whole_process(command):
    with tempfile.TemporaryFile("w+") as log:
        begin = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], env=untuned(), stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        ms = 1e3 * (time.perf_counter() - begin)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            log.seek(0)
            raise Failure(f"{' '.join(map(str, command))} failed:\n{log.read()}")
    return {"version": "", "ms_median": ms, "ms_min": ms, "peak_rss_MB": usage.ru_maxrss * 1024 / 1e6}


def short(version):
    """1.13 of 1.13.0a0, 2026.4 of 2026.4.1-22982."""
    return ".".join(version.split(".")[:2])


class Residua:
    name = OURS
    starts_in = 1  # seconds, about, before what counts

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        if not program.exists():
            raise Failure(f"no program {program}")

    def takes(self, mode, net, batch, threads):
        return True

    def reference(self, net):
        """Weights, images and outputs with which the peers compare theirs."""
        if not (self.folder / f"{net}-outputs.npy").exists():
            output([self.program, "--net", net, "--mode", "reference", "--folder", self.folder])

    def measure(self, mode, net, batch, threads, seconds):
        if mode == "start":
            program = self.program.parent / "startup"
            if not program.exists():
                raise Failure(f"no program {program}")
            return whole_process([program, "predict", self.folder / f"{net}.safetensors", threads])
        command = [self.program, "--csv", "--net", net, "--mode", mode, "--batch", batch, "--threads", threads,
                   "--seconds", seconds]
        result = next(csv.DictReader(output(command).splitlines()))
        return {"version": "", "ms_median": float(result["ms_median"]), "ms_min": float(result["ms_min"]),
                "peak_rss_MB": float(result["peak_rss_bytes"]) / 1e6}


class Torch:
    def __init__(self, python, version, how, folder):
        self.python = python
        self.how = how
        self.folder = folder
        self.name = f"PyTorch {short(version)}" + (" compiled" if how == "compiled" else "")
        self.starts_in = 20 if how == "compiled" else 5

    def takes(self, mode, net, batch, threads):
        return mode == "infer" or mode == "train" and (self.how != "compiled" or net in COMPILED_TRAINING)

    def measure(self, mode, net, batch, threads, seconds):
        how = "eager" if mode == "train" and self.how == "frozen" else self.how
        tuning = TORCH | {"OMP_NUM_THREADS": str(threads)}
        if how == "compiled":
            tuning |= TORCH_COMPILE | {"TORCHINDUCTOR_CACHE_DIR": str(self.folder / "inductor")}
        return last_line([self.python, HERE / "torch_worker.py", self.folder, net, mode, how, batch, threads, seconds], tuning)


class Models:
    """The networks as ONNX files, each written once by PyTorch."""

    def __init__(self, python, folder):
        self.python = python
        self.folder = folder

    def of(self, net, batch):
        model = self.folder / f"{net}-{batch}.onnx"
        if not model.exists():
            unfinished = self.folder / "unfinished.onnx"
            output([self.python, HERE / "torch_worker.py", self.folder, net, "export", batch, unfinished])
            unfinished.rename(model)
        return model


class OnnxPeer:
    """Reads models of PyTorch and only infers."""
    starts_in = 3
    tuning = {}

    def __init__(self, name, command, folder, models):
        self.name = name
        self.command = command
        self.folder = folder
        self.models = models

    def takes(self, mode, net, batch, threads):
        return mode != "train"

    def arguments(self, batch, threads):
        return [batch, threads]

    def measure(self, mode, net, batch, threads, seconds):
        command = [*self.command, self.folder, net, self.models.of(net, batch), *self.arguments(batch, threads)]
        return whole_process(command) if mode == "start" else last_line([*command, seconds], self.tuning)


class OnnxRuntime(OnnxPeer):
    tuning = MEMORY

    def __init__(self, python, version, folder, models):
        super().__init__(f"ONNX Runtime {short(version)}", [python, HERE / "ort_worker.py"], folder, models)


class OnnxRuntimeNode(OnnxPeer):
    def __init__(self, version, folder, models):
        super().__init__(f"ONNX Runtime {short(version)} npm", ["node", HERE / "ort_node_worker.mjs"], folder, models)

    def arguments(self, batch, threads):
        return [threads]


class OpenVino(OnnxPeer):
    tuning = MEMORY

    def __init__(self, python, version, hint, folder, models):
        streams = " streams" if hint == "THROUGHPUT" else ""
        super().__init__(f"OpenVINO {short(version)}{streams}", [python, HERE / "openvino_worker.py"], folder, models)
        self.hint = hint

    def takes(self, mode, net, batch, threads):
        alone = self.hint == "LATENCY"
        return mode == "infer" and (alone or threads > 1 and batch % threads == 0) or mode == "start" and alone

    def arguments(self, batch, threads):
        return [self.hint, batch, threads]


PROBE = """
import importlib, json
found = {}
for module in ("numpy", "torch", "onnxruntime", "openvino"):
    try:
        found[module] = importlib.import_module(module).__version__
    except ImportError:
        pass
print(json.dumps(found))
"""


def versions(python):
    """Of what an interpreter has; nothing that cannot compute without NumPy."""
    try:
        found = last_line([python, "-c", PROBE])
    except (Failure, OSError) as error:
        raise Failure(f"{python}: {error}") from error
    return found if "numpy" in found else {}


def node_version(folder):
    package = folder / "node_modules/onnxruntime-node/package.json"
    try:
        subprocess.run(["node", "--version"], capture_output=True, check=True)
        return json.loads(package.read_text())["version"]
    except (OSError, subprocess.CalledProcessError):
        return None


def number(version):
    return [int(part) if part.isdigit() else 0 for part in version.split(".")]


def found(pythons, folder):
    """The peers of these interpreters and of node, the first of each name, in the order of the interpreters."""
    has = {python: versions(python) for python in pythons}
    torches = [python for python in pythons if "torch" in has[python]]
    peers = []
    for python in torches:
        version = has[python]["torch"]
        for how in ("eager", "compiled") if number(version)[0] >= 2 else ("frozen",):
            peers.append(Torch(python, version, how, folder))
    if torches:
        newest = max(torches, key=lambda python: number(has[python]["torch"]))
        models = Models(newest, folder)
        if version := node_version(folder):
            peers.append(OnnxRuntimeNode(version, folder, models))
        for python in pythons:
            if version := has[python].get("onnxruntime"):
                peers.append(OnnxRuntime(python, version, folder, models))
            if version := has[python].get("openvino"):
                peers += [OpenVino(python, version, hint, folder, models) for hint in ("LATENCY", "THROUGHPUT")]
    return list({peer.name: peer for peer in reversed(peers)}.values())[::-1]
