// ONNX Runtime by itself: one thread runs a model on the same batch again and again, its tensors made beforehand.
// usage: node onnx.mjs MODEL TABLE.csv ROWS SECONDS (all inputs numbers). Prints {"perSecond": rows}.
import { readFileSync } from 'node:fs';

process.env.ORT_DISABLE_TELEMETRY ??= '1';
const { InferenceSession, Tensor } = await import('onnxruntime-node');
const [model, table, count, seconds] = process.argv.slice(2);
const [head, ...lines] = readFileSync(table, 'utf8').split(/\r?\n/, Number(count) + 1);
const names = head.split(',');
const rows = lines.map((line) => line.split(',').map(Number));
const session = await InferenceSession.create(model, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
});
const feeds = Object.fromEntries(
  session.inputNames.map((name) => {
    const column = names.indexOf(name);
    return [
      name,
      new Tensor(
        'float64',
        Float64Array.from(rows, (row) => row[column]),
        [rows.length, 1],
      ),
    ];
  }),
);
const WARM_UP_RUNS = 20;
for (let warm = 0; warm < WARM_UP_RUNS; warm++) await session.run(feeds);
let runs = 0;
const startedAt = performance.now();
while (performance.now() - startedAt < seconds * 1000) {
  await session.run(feeds);
  runs++;
}
const tookSeconds = (performance.now() - startedAt) / 1000;
process.stdout.write(JSON.stringify({ perSecond: (runs * rows.length) / tookSeconds }));
