import { print, verdict } from './process.mjs';
import { load, offer, peakOf } from './serving/load.mjs';
import { forest, isLeftOut, withModel } from './serving/models.mjs';

const SECONDS = 12;
const OVERLOAD = 2;
/** An arrival that finds no free connection for so long goes away. */
const PATIENCE_MS = 1000;
const LEAST_GOODPUT = 0.9;
/** What an accepted request may take at most (p99, from the moment at which it was sent). */
const MOST_MS = 100;

/** Twice the peak is offered, open loop: what is answered, how quickly, and what becomes of the others. */
export async function bench() {
  if (isLeftOut('serve-overload')) return;
  await withModel(forest(), async (url) => {
    const rows = [];
    for (const connections of [64, 512]) {
      const peak = peakOf(url);
      const full = load(url, 3, { connections }).perSecond;
      const rate = OVERLOAD * peak;
      const report = await offer(url, { rate, connections, seconds: SECONDS, patienceMs: PATIENCE_MS });
      rows.push(rowOf(connections, peak, full, rate, report));
    }
    print(
      `Overload: ${OVERLOAD} × the peak for ${SECONDS} s, open loop; latencies from the sending`,
      [
        'connections',
        'peak (8)',
        'wrk, as many',
        'asked a second',
        'goodput',
        'of the peak',
        'p99',
        '429/503',
        'p99 of those',
        'not sent',
        'failed',
        'generator',
        `bar ≥ ${LEAST_GOODPUT}, p99 ≤ ${MOST_MS} ms`,
      ],
      rows,
    );
  });
}

function rowOf(connections, peak, full, rate, report) {
  const { ok, rejected, failed, unsent, seconds, fromSendMs, rejectionMs, cpuShare } = report;
  const goodput = ok / seconds;
  const isReached = goodput >= LEAST_GOODPUT * peak && fromSendMs.p99 <= MOST_MS && failed === 0;
  const perSecond = (count) => `${Math.round(count / seconds)}/s`;
  return [
    connections,
    Math.round(peak),
    Math.round(full),
    `${perSecond(ok + rejected + failed)} of ${Math.round(rate)}`,
    perSecond(ok),
    (goodput / peak).toFixed(3),
    `${fromSendMs.p99.toFixed(1)} ms`,
    perSecond(rejected),
    rejectionMs.p99 === null ? '–' : `${rejectionMs.p99.toFixed(1)} ms`,
    perSecond(unsent),
    failed,
    `${(100 * cpuShare).toFixed(0)} % CPU`,
    verdict(isReached),
  ];
}
