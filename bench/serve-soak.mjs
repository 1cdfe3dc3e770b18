import { statfsSync } from 'node:fs';
import { median, print, skip, verdict } from './process.mjs';
import { load, lostOf, offer, peakOf } from './serving/load.mjs';
import { forest, isLeftOut, withModel } from './serving/models.mjs';
import { heapMb, openFiles, residentMb } from './serving/resources.mjs';

const DEFAULT_MINUTES = 30;
const SAMPLES = 120;
/** The share of the time at the beginning in which caches fill; it is not judged. */
const WARM_UP = 0.2;
/**
 * Load before what is judged: V8's space for young objects grows with the most that was at work at once, up to 16 MB twice,
 * and would otherwise do so at the first stall of the machine.
 */
const BURST = { seconds: 5, connections: 512 };
/** What may be gained over the judged time. */
const MOST_GROWTH = 0.03;
/** What the log takes of the disk for a row, with room to spare. */
const LOG_BYTES = 1500;

/** After a burst, half load for so many minutes: whether memory, heap and open files stay where they are. */
export async function bench([minutes = DEFAULT_MINUTES]) {
  if (isLeftOut('serve-soak')) return;
  const model = forest();
  await withModel(model, async (url, pid) => {
    const seconds = Number(minutes) * 60;
    const rate = peakOf(url) / 2;
    load(url, BURST.seconds, { connections: BURST.connections });
    const { bavail, bsize } = statfsSync(model.dir);
    const needed = rate * seconds * LOG_BYTES;
    if (bavail * bsize < needed)
      return skip('serve-soak', `the log would need ${(needed / 1e9).toFixed(0)} GB of ${model.dir}`);
    const ended = new AbortController();
    const offered = offer(url, { rate, seconds, signal: ended.signal });
    const samples = await sample(url, pid, seconds).finally(() => ended.abort());
    report(Number(minutes), rate, await offered, samples);
  });
}

async function sample(url, pid, seconds) {
  const samples = [];
  const startedAt = performance.now();
  for (let count = 1; count <= SAMPLES; count++) {
    const due = startedAt + (count * seconds * 1000) / SAMPLES;
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    samples.push({
      minute: (performance.now() - startedAt) / 60_000,
      rss: residentMb(pid),
      heap: await heapMb(url),
      files: openFiles(pid),
    });
  }
  return samples.slice(Math.floor(WARM_UP * SAMPLES));
}

function report(minutes, rate, offered, samples) {
  const { latencyMs, ok } = offered;
  const judged = samples.at(-1).minute - samples[0].minute;
  const row = (title, name, unit, isJudged) => {
    const values = samples.map((one) => one[name]);
    if (values.includes(null)) return [title, '', '', '', '', 'not known here'];
    const perMinute = slope(
      samples.map(({ minute }) => minute),
      values,
    );
    const growth = (perMinute * judged) / median(values);
    const show = (value) => `${value.toFixed(unit === 'MB' ? 1 : 0)} ${unit}`;
    return [
      title,
      show(median(values.slice(0, 10))),
      show(median(values.slice(-10))),
      `${(perMinute * 60).toFixed(2)} ${unit} an hour`,
      `${(100 * growth).toFixed(1)} %`,
      isJudged ? verdict(growth <= MOST_GROWTH) : '',
    ];
  };
  const lost = lostOf(offered);
  print(
    `${minutes} minutes at ${Math.round(rate)} requests/s: ${ok} answers, ${lost} without one, p99 ${latencyMs.p99.toFixed(2)} ms; bar: ≤ ${100 * MOST_GROWTH} % in the last ${judged.toFixed(1)} minutes`,
    ['what', 'first', 'last', 'slope (Theil–Sen)', 'growth', 'verdict'],
    [
      row('resident memory', 'rss', 'MB', true),
      row('JavaScript heap in use', 'heap', 'MB', false),
      row('open files', 'files', '', true),
      ['answers without fault', '', '', '', String(lost), verdict(lost === 0)],
    ],
  );
}

/** The median of the slopes between all pairs, which single outliers do not move (Sen 1968). */
function slope(x, y) {
  const slopes = [];
  for (let i = 0; i < x.length; i++)
    for (let j = i + 1; j < x.length; j++) slopes.push((y[j] - y[i]) / (x[j] - x[i]));
  return median(slopes);
}
