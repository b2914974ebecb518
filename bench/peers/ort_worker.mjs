// One measurement with ONNX Runtime: node ort_worker.mjs FOLDER_WITH_NODE_MODULES MODEL.onnx THREADS SECONDS. Without SECONDS
// one prediction, for the time of the process.
import { createRequire } from "node:module";
import path from "node:path";

const [folder, model, ...numbers] = process.argv.slice(2);
const [threads, seconds] = numbers.map(Number);
const require = createRequire(path.resolve(folder) + "/");
const ort = require("onnxruntime-node");

const session = await ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    extra: { session: { set_denormal_as_zero: "1" } },
});
const shape = session.inputMetadata[0].shape;
const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * Math.random() - 1);
const x = new ort.Tensor("float32", values, shape);
await session.run({ x });
if (numbers.length === 1) process.exit();
for (let i = 0; i < 2; ++i) await session.run({ x });

const times = [];
for (let total = 0; times.length < 5 || total < 1e3 * seconds; total += times.at(-1)) {
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
