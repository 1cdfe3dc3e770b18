import { join } from 'node:path';
import { promote } from '#mlx/registry/promote.js';
import { openStore } from '#mlx/store/store.js';
import { median, print, verdict } from './process.mjs';
import { lostOf, offer, peakOf, undisturbedP99 } from './serving/load.mjs';
import { adult, forest, isLeftOut, NAME, VERSIONS, withModel } from './serving/models.mjs';
import { residentMb } from './serving/resources.mjs';

const SWAPS = 100;
const STEADY_SECONDS = 12;
/** Between the end of a swap and the next promotion. */
const PAUSE_MS = 100;
/** How often is looked whether a swap is through, and how long it may take. */
const LOOK_MS = 25;
const SWAP_LIMIT_MS = 60_000;
const LONGEST_SECONDS = 1200;
const MOST_SLOWER = 1.25;
const MOST_GROWTH = 0.05;

/**
 * 100 promotions at half load, each to a version that has to be loaded: what fails, what becomes of the latency, and how
 * memory grows from the first ten swaps to the last ten.
 */
export async function bench() {
  if (isLeftOut('serve-swap')) return;
  const rows = [];
  for (const model of [adult(), forest()].filter((each) => each !== null))
    rows.push(...(await withModel(model, (url, pid) => swap(model, url, pid))));
  print(
    `${SWAPS} hot swaps among ${VERSIONS} versions, at half of the peak, open loop`,
    ['model', 'what', 'bar', 'value', 'before and after', 'verdict'],
    rows,
  );
}

async function swap(model, url, pid) {
  const rate = peakOf(url, { body: model.body }) / 2;
  const load = { rate, file: model.body };
  const before = await offer(url, { ...load, seconds: STEADY_SECONDS });
  const ended = new AbortController();
  const during = offer(url, { ...load, seconds: LONGEST_SECONDS, signal: ended.signal });
  const swaps = await swapAll(model, url, pid).finally(() => ended.abort());
  const swapping = await during;
  const after = await offer(url, { ...load, seconds: STEADY_SECONDS });
  return rowsOf(model.name, { before, swapping, after, swaps });
}

/** The time and the memory of each swap. */
async function swapAll({ dir }, url, pid) {
  const store = await openStore(join(dir, '.mlx'));
  const swaps = [];
  try {
    for (let count = 1; count <= SWAPS; count++) {
      const version = 1 + (count % VERSIONS);
      const startedAt = performance.now();
      await promote(store, {
        name: NAME,
        version,
        stage: 'production',
        reason: null,
        actor: 'bench',
        now: () => new Date(),
      });
      await until(async () => (await servedVersion(url)) === version);
      swaps.push({ ms: performance.now() - startedAt, rssMb: residentMb(pid) });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    await store.close();
  }
  return swaps;
}

async function servedVersion(url) {
  const { models } = await (await fetch(`${url}/ready`)).json();
  return models[0].version;
}

async function until(isDone) {
  for (const deadline = Date.now() + SWAP_LIMIT_MS; !(await isDone()); ) {
    if (Date.now() > deadline) throw new Error(`a swap took more than ${SWAP_LIMIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function rowsOf(name, { before, swapping, after, swaps }) {
  const ms = (value) => `${value.toFixed(2)} ms`;
  const mb = (value) => `${value.toFixed(0)} MB`;
  const lost = [before, swapping, after].reduce((sum, report) => sum + lostOf(report), 0);
  const p99s = [before, after].map(({ latencyMs }) => latencyMs.p99);
  const [steadyAlone, swappingAlone] = [[before, after], [swapping]].map(undisturbedP99);
  const slowerRow = (what, steady, slow, details) => {
    const slower = slow / steady;
    return [
      name,
      what,
      `≤ ${MOST_SLOWER} ×`,
      `${slower.toFixed(2)} ×`,
      details,
      verdict(slower <= MOST_SLOWER),
    ];
  };
  const alone = 'undisturbed p99 of steady';
  const [first, last] = [swaps.slice(5, 15), swaps.slice(-10)].map((some) =>
    median(some.map(({ rssMb }) => rssMb)),
  );
  const growth = last / first - 1;
  const asked = Math.round((swapping.ok + swapping.failed) / 1000);
  return [
    [name, 'requests without an answer', '0', lost, `of ${asked},000 during the swaps`, verdict(lost === 0)],
    slowerRow(
      'p99 of steady',
      median(p99s),
      swapping.latencyMs.p99,
      `${p99s.map(ms).join(', ')}; swapping ${ms(swapping.latencyMs.p99)}, max ${ms(swapping.latencyMs.max)}`,
    ),
    steadyAlone === null || swappingAlone === null
      ? [name, alone, '', '', 'the machine was never left alone for long enough', '']
      : slowerRow(alone, steadyAlone, swappingAlone, `${ms(steadyAlone)}; swapping ${ms(swappingAlone)}`),
    [
      name,
      'memory, swap 100 to 10',
      `< ${100 * MOST_GROWTH} %`,
      `${(100 * growth).toFixed(1)} %`,
      `${mb(first)}, ${mb(last)}`,
      verdict(growth < MOST_GROWTH),
    ],
    [name, 'a swap, from promotion to answering', '', ms(median(swaps.map((one) => one.ms))), '', ''],
  ];
}
