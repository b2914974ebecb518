// One measurement with ONNX Runtime's package for node: node ort_node_worker.mjs FOLDER NET MODEL.onnx THREADS SECONDS. FOLDER
// has node_modules and the network's reference, see worker.py. Without SECONDS one prediction, for the time of the process.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const tolerance = 1e-3, warmUp = 2, fewest = 5; // as in worker.py

const [folder, net, model, ...numbers] = process.argv.slice(2);
const [threads, seconds] = numbers.map(Number);
const require = createRequire(path.resolve(folder) + "/");
const ort = require("onnxruntime-node");

// The floats of a .npy file, version 1.
function floats(what) {
    const file = readFileSync(path.join(folder, `${net}-${what}.npy`));
    const begin = 10 + file.readUInt16LE(8);
    return new Float32Array(file.buffer.slice(file.byteOffset + begin, file.byteOffset + file.length));
}

function check(outputs) {
    const expected = floats("outputs");
    let largest = 0, error = 0;
    outputs.forEach((value, i) => {
        const difference = Math.abs(value - expected[i % expected.length]);
        error = difference <= error ? error : difference; // NaN, too
        largest = Math.max(largest, Math.abs(expected[i % expected.length]));
    });
    if (error < tolerance * largest) return;
    console.error(`another network than ${net}: expected outputs within ${tolerance} of the largest, found ${error / largest}`);
    process.exit(1);
}

const session = await ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    extra: { session: { set_denormal_as_zero: "1" } },
});
const shape = session.inputMetadata[0].shape;
const images = floats("images");
const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => images[i % images.length]);
const x = new ort.Tensor("float32", values, shape);
check((await session.run({ x })).y.data);
if (seconds === undefined) process.exit();
for (let i = 0; i < warmUp; ++i) await session.run({ x });

const times = [];
for (let total = 0; times.length < fewest || total < 1e3 * seconds; total += times.at(-1)) {
    const start = performance.now();
    await session.run({ x });
    times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({
    version: require("onnxruntime-node/package.json").version,
    ms_median: times[times.length >> 1],
    ms_min: times[0],
    peak_rss_MB: process.resourceUsage().maxRSS * 1024 / 1e6,
}));
