import { median, print, verdict } from './process.mjs';
import { lostOf, offer, peakOf, timer, undisturbedP99 } from './serving/load.mjs';
import { forest, isLeftOut, withModel } from './serving/models.mjs';
import { withBareNode } from './serving/peers.mjs';

const ROUNDS = 5;
const SECONDS = 10;
const CONNECTIONS = 64;
const BAR_MS = 3;

/**
 * Latency at half of the server's own peak, open loop: one row a request, the forest of 100 trees. Bare Node at the same
 * rate, and a process that does nothing but wake up at that rate, say what of it is the machine's.
 */
export async function bench() {
  if (isLeftOut('serve-latency')) return;
  await withModel(forest(), (ours) =>
    withBareNode(async (bare) => {
      const peak = peakOf(ours);
      const rate = peak / 2;
      const rounds = [];
      for (let round = 0; round < ROUNDS; round++) {
        const ask = (url) => offer(url, { rate, seconds: SECONDS, connections: CONNECTIONS });
        rounds.push({ timer: timer(rate, SECONDS), bare: await ask(bare), ours: await ask(ours) });
      }
      report(peak, rounds);
    }),
  );
}

function report(peak, rounds) {
  const show = (value) => (value === null ? 'never' : `${value.toFixed(2)} ms`);
  const row = (title, name, times) => {
    const runs = rounds.map((round) => round[name]);
    const middle = (quantile) => median(runs.map((one) => one[times][quantile]));
    const lost = name === 'timer' ? 0 : runs.reduce((sum, run) => sum + lostOf(run), 0);
    const undisturbed = undisturbedP99(runs);
    const bar = (p99) => (name !== 'ours' || p99 === null ? '' : verdict(p99 <= BAR_MS && lost === 0));
    return [
      title,
      ...['p50', 'p99', 'p999', 'max'].map((quantile) => show(middle(quantile))),
      lost,
      bar(middle('p99')),
      `${Math.round(100 * median(runs.map(({ undisturbedShare }) => undisturbedShare)))} %`,
      show(undisturbed),
      bar(undisturbed),
    ];
  };
  print(
    `Open loop at half of the peak of ${Math.round(peak)} requests/s, ${CONNECTIONS} connections (medians of ${ROUNDS} × ${SECONDS} s); bar: p99 ≤ ${BAR_MS} ms`,
    ['what', 'p50', 'p99', 'p99.9', 'max', 'failed', 'verdict', 'undisturbed', 'its p99', 'verdict'],
    [
      row('mlx serve', 'ours', 'latencyMs'),
      row('bare node:http', 'bare', 'latencyMs'),
      row('a timer, no server', 'timer', 'latenessMs'),
    ],
  );
}
