"""One measurement with OpenVINO: openvino_worker.py FOLDER NET MODEL.onnx LATENCY|THROUGHPUT BATCH THREADS SECONDS. Without
SECONDS one prediction, for the time of the process.

LATENCY has all threads compute the whole batch, THROUGHPUT each thread a part of it in a stream of its own.
"""
import sys

import numpy as np
import openvino as ov

from worker import Reference, report


def main():
    folder, net, path, hint, batch, threads, *seconds = sys.argv[1:]
    threads = int(threads)
    reference = Reference(folder, net, int(batch))
    streams = threads if hint == "THROUGHPUT" else 1
    parts = np.split(reference.images, streams)
    core = ov.Core()
    model = core.read_model(path)
    model.reshape(list(parts[0].shape))
    compiled = core.compile_model(model, "CPU", {
        "PERFORMANCE_HINT": hint,
        "INFERENCE_PRECISION_HINT": "f32",  # bf16 otherwise, where the processor has it
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": streams,
        "ENABLE_CPU_PINNING": threads > 1,  # one thread stays on the core that compare.py chooses
        "CPU_DENORMALS_OPTIMIZATION": True,
    })
    precision = compiled.get_property("INFERENCE_PRECISION_HINT")
    if precision != ov.Type.f32:
        sys.exit(f"expected OpenVINO to compute float32, found {precision}")
    requests = [compiled.create_infer_request() for _ in parts]
    for request, part in zip(requests, parts):
        request.set_input_tensor(ov.Tensor(part))

    def run():
        if streams == 1:
            requests[0].infer()
            return
        for request in requests:
            request.start_async()
        for request in requests:
            request.wait()

    run()
    reference.check(np.concatenate([request.get_output_tensor().data for request in requests]))
    if seconds:
        report(ov.__version__, run, float(seconds[0]))


if __name__ == "__main__":
    main()
