import { median, print, verdict } from './process.mjs';
import { offer, peakOf } from './serving/load.mjs';
import { forest, isLeftOut, withModel } from './serving/models.mjs';
import { withBareNode } from './serving/peers.mjs';

const ROUNDS = 3;
const SECONDS = 10;
const CONNECTIONS = 64;
const BAR_MS = 3;

/**
 * Latency at half of the server's own peak, open loop: one row a request, the forest of 100 trees. Bare Node at the same
 * rate says what of it is the machine's and the generator's.
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
        rounds.push({ bare: await ask(bare), ours: await ask(ours) });
      }
      report(peak, rounds);
    }),
  );
}

function report(peak, rounds) {
  const row = (title, name, bar) => {
    const runs = rounds.map((round) => round[name]);
    const ms = (of) => `${median(runs.map(of)).toFixed(2)} ms`;
    const failed = runs.reduce((sum, { failed, rejected, unsent }) => sum + failed + rejected + unsent, 0);
    const isReached = median(runs.map(({ latencyMs }) => latencyMs.p99)) <= BAR_MS && failed === 0;
    return [
      title,
      Math.round(median(runs.map(({ ok, seconds }) => ok / seconds))),
      ms(({ latencyMs }) => latencyMs.p50),
      ms(({ latencyMs }) => latencyMs.p99),
      ms(({ latencyMs }) => latencyMs.p999),
      ms(({ latencyMs }) => latencyMs.max),
      ms(({ latenessMs }) => latenessMs.p99),
      failed,
      ...(bar ? [`p99 ≤ ${BAR_MS} ms`, verdict(isReached)] : ['', '']),
    ];
  };
  print(
    `Open loop at half of the peak of ${Math.round(peak)} requests/s, ${CONNECTIONS} connections (medians of ${ROUNDS} × ${SECONDS} s)`,
    ['server', 'answers/s', 'p50', 'p99', 'p99.9', 'max', 'sent late, p99', 'failed', 'bar', 'verdict'],
    [row('mlx serve', 'ours', true), row('bare node:http', 'bare', false)],
  );
}
