// Load on a server: as fast as it answers (wrk), or at a rate of its own (open loop).
import { median, PLAIN_ENV, peer, run } from '../process.mjs';
import { openLoopProgram, startOpenLoop } from './open-loop.mjs';
import { ONE_ROW } from './peers.mjs';

/** Of a run's time, for it to count as one that was undisturbed in part. */
const LEAST_SHARE = 0.1;

/**
 * Requests per second and p99 (as wrk says it) of a server that gets its next request when it has answered one.
 * `body` is the file that is sent, with its headers as [name, value, …].
 */
export function load(
  url,
  seconds,
  { path = '/predict', connections = 8, body = null, headers = ['Content-Type', 'application/json'] } = {},
) {
  const script = body === null ? ['-s', peer('predict.lua')] : ['-s', peer('body.lua')];
  const args = body === null ? [] : ['--', body, ...headers];
  const text = run('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    ...script,
    url + path,
    ...args,
  ]);
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const broken = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]),
    p99: milliseconds(/^\s*99%\s+(\S+)/m.exec(text)[1]),
    failed: refused + (broken ?? []).slice(1).reduce((sum, count) => sum + Number(count), 0),
  };
}

/** The median of a few rounds at full load, requests a second. */
export function peakOf(url, options = {}, rounds = 3, seconds = 3) {
  load(url, 2, options);
  return median(Array.from({ length: rounds }, () => load(url, seconds, options).perSecond));
}

/**
 * Offers requests at a constant rate, from a process of its own. Resolves to what open-loop.c prints; `signal` ends it
 * early. Arrivals that find no free connection wait for one, and count as unsent when that takes longer than patienceMs.
 */
export function offer(url, options) {
  const { signal, ...given } = options;
  const task = {
    url,
    path: '/predict',
    body: ONE_ROW,
    file: null,
    type: 'application/json',
    connections: 64,
    warmupSeconds: 2,
    patienceMs: 5000,
    ...given,
  };
  const child = startOpenLoop(task, { env: PLAIN_ENV });
  signal?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`the load generator ended with ${code}`));
    });
  });
}

/** Requests of a run that got no answer, or a refusal. */
export function lostOf({ failed, rejected, unsent }) {
  return failed + rejected + unsent;
}

/** How late a process is that does nothing but wake up at that rate: what of a latency is the machine's at the least. */
export function timer(rate, seconds) {
  return JSON.parse(run(openLoopProgram(), ['timer', String(rate), String(seconds)]));
}

/** Of the time in which no processor was taken away; null where that was too short to say. */
export function undisturbedP99(reports) {
  const told = reports.filter(({ undisturbedShare }) => undisturbedShare >= LEAST_SHARE);
  return told.length === 0 ? null : median(told.map(({ undisturbedMs }) => undisturbedMs.p99));
}

function milliseconds(text) {
  const [, value, unit] = /([\d.]+)(us|ms|s)/.exec(text) ?? [];
  if (value === undefined) throw new Error(`wrk has no latency for 99 %, but "${text}"`);
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit];
}
