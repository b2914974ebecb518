"""One measurement with ONNX Runtime: ort_worker.py FOLDER NET MODEL.onnx BATCH THREADS SECONDS. Without SECONDS one
prediction, for the time of the process."""
import sys

import onnxruntime as ort

from worker import Reference, report


def main():
    folder, net, model, batch, threads, *seconds = sys.argv[1:]
    options = ort.SessionOptions()
    options.intra_op_num_threads = int(threads)
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    reference = Reference(folder, net, int(batch))
    # Nothing but the network between two runs: input and output stay where they are.
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", ort.OrtValue.ortvalue_from_numpy(reference.images))
    outputs = ort.OrtValue.ortvalue_from_shape_and_type(reference.outputs.shape, reference.outputs.dtype)
    binding.bind_ortvalue_output("y", outputs)

    def run():
        session.run_with_iobinding(binding)

    run()
    reference.check(outputs.numpy())
    if seconds:
        report(ort.__version__, run, float(seconds[0]))


if __name__ == "__main__":
    main()
