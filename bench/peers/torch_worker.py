"""One measurement with PyTorch: torch_worker.py NET infer|train BATCH THREADS SECONDS; or torch_worker.py NET export BATCH FILE.onnx.

Training runs eagerly in channels_last; inference as a frozen trace, from PyTorch 2 on compiled in channels_last: the
fastest ways on these networks.
"""
import json
import resource
import statistics
import sys
import time

import torch
import torch.nn as nn

import torch_nets


def channels_last(model, images):
    return model.to(memory_format=torch.channels_last), images.contiguous(memory_format=torch.channels_last)


def training_step(model, images):
    model, images = channels_last(model.train(), images)
    labels = torch.arange(len(images)) % 10
    loss = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(model(images), labels).backward()
        optimizer.step()

    return step


def prediction(model, images):
    if hasattr(torch, "compile"):
        from torch._inductor import config
        config.freezing = True
        model, images = channels_last(model.eval(), images)
        run = torch.compile(model)
    else:
        with torch.no_grad():
            run = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model.eval(), images)))

    def predict():
        with torch.no_grad():
            run(images)

    return predict


def seconds_of_runs(run, seconds):
    for _ in range(3):
        run()
    times = []
    while len(times) < 5 or sum(times) < seconds:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return times


def main():
    net, mode, batch = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.manual_seed(1)
    torch.set_flush_denormal(True)
    model = torch_nets.build(net)
    images = torch.randn(batch, *torch_nets.image_shape(net))
    if mode == "export":
        torch.onnx.export(model.eval(), images, sys.argv[4], input_names=["x"], output_names=["y"], opset_version=13)
        return
    torch.set_num_threads(int(sys.argv[4]))
    run = training_step(model, images) if mode == "train" else prediction(model, images)
    times = seconds_of_runs(run, float(sys.argv[5]))
    print(json.dumps({"version": torch.__version__,
                      "ms_median": 1e3 * statistics.median(times),
                      "ms_min": 1e3 * min(times),
                      "peak_rss_MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}))


if __name__ == "__main__":
    main()
