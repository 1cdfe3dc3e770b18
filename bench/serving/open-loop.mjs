// Open-loop load, in a process of its own: requests arrive at a constant rate, however slowly they are answered, and a
// request's latency counts from the moment at which it was to be sent. So a server that stalls is charged for all who came
// meanwhile, which a client that waits for each answer does not see ("coordinated omission", Tene 2013).
// usage: node open-loop.mjs TASK (JSON, see `offer` in load.mjs). Prints one JSON document at the end; SIGTERM ends it early.
import { readFileSync } from 'node:fs';
import { createHistogram, performance } from 'node:perf_hooks';
import { Connection } from './connection.mjs';

const task = JSON.parse(process.argv[2]);
const { url, path, file, type, connections, rate, warmupSeconds, seconds, patienceMs } = task;
/** Longest sleep: what is late by no more than that is not seen as late. */
const NAP_MS = 0.1;
/** How long answers are waited for after the last arrival. */
const GRACE_MS = 10_000;
const MAX_MICROSECONDS = 3_600_000_000;
const gapMs = 1000 / rate;
const cell = new Int32Array(new SharedArrayBuffer(4));

/** Latencies in microseconds. */
const histogram = () => createHistogram({ lowest: 1, highest: MAX_MICROSECONDS, figures: 3 });
const record = (into, ms) => into.record(Math.min(MAX_MICROSECONDS - 1, Math.max(1, Math.round(ms * 1000))));
const fromArrival = histogram();
const fromSend = histogram();
const rejection = histogram();
const lateness = histogram();
const counts = { ok: 0, rejected: 0, failed: 0, unsent: 0 };
const statuses = {};

const { hostname, port } = new URL(url);
const idle = [];
const all = [];
let begin = 0;
let next = 0;
let out = 0;
let total = Math.ceil(rate * (warmupSeconds + seconds));
let cpuAtStart;

function onAnswer({ arrival }, status) {
  out--;
  const now = performance.now();
  if (!isMeasured(arrival.index)) return;
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (status === 429 || status === 503) {
    counts.rejected++;
    record(rejection, now - arrival.sentAt);
  } else if (status === 200) {
    counts.ok++;
    record(fromArrival, now - arrival.intended);
    record(fromSend, now - arrival.sentAt);
  } else counts.failed++;
}

/** The first seconds warm up and do not count. */
const isMeasured = (index) => index * gapMs >= warmupSeconds * 1000;

function onLost(connection) {
  const at = idle.indexOf(connection);
  if (at !== -1) idle.splice(at, 1);
}

function sendDue() {
  const due = Math.min(total, Math.floor((performance.now() - begin) / gapMs) + 1);
  while (next < due) {
    const intended = begin + next * gapMs;
    const now = performance.now();
    if (now - intended > patienceMs) {
      if (isMeasured(next)) counts.unsent++;
      next++;
      continue;
    }
    // The one that was idle longest: servers close those that say nothing for long.
    const connection = idle.shift();
    if (connection === undefined) return;
    if (isMeasured(next)) record(lateness, now - intended);
    out++;
    connection.send({ index: next, intended, sentAt: now });
    next++;
  }
}

function turn() {
  sendDue();
  const now = performance.now();
  cpuAtStart ??= isMeasured(next) ? { usage: process.cpuUsage(), at: now } : undefined;
  if (next >= total && (out === 0 || now > begin + total * gapMs + GRACE_MS)) return finish();
  const wait = begin + next * gapMs - now;
  // Timers of Node are whole milliseconds; a short sleep between two looks at the sockets is more exact.
  if (wait > 0 || idle.length === 0) Atomics.wait(cell, 0, 0, wait > 0 ? Math.min(wait, NAP_MS) : NAP_MS);
  setImmediate(turn);
}

function finish() {
  const used = process.cpuUsage(cpuAtStart?.usage);
  const tookMs = performance.now() - (cpuAtStart?.at ?? begin);
  for (const connection of all) connection.close();
  const measured = Math.max(0, total / rate - warmupSeconds);
  process.stdout.write(
    JSON.stringify({
      seconds: measured,
      ...counts,
      // Answers that never came belong to what failed.
      failed: counts.failed + out,
      statuses,
      latencyMs: summary(fromArrival),
      fromSendMs: summary(fromSend),
      rejectionMs: summary(rejection),
      latenessMs: summary(lateness),
      cpuShare: (used.user + used.system) / 1000 / tookMs,
    }),
    () => process.exit(0),
  );
}

const quantile = (of, percent) => (of.count === 0 ? null : of.percentile(percent) / 1000);
const summary = (of) => ({
  p50: quantile(of, 50),
  p99: quantile(of, 99),
  p999: quantile(of, 99.9),
  max: of.count === 0 ? null : of.max / 1000,
});

function requestBytes() {
  const body = file === null ? Buffer.from(task.body) : readFileSync(file);
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

process.once('SIGTERM', () => {
  total = Math.min(total, Math.max(next, 1));
});
const bytes = requestBytes();
await new Promise((resolve) => {
  const onIdle = (connection) => {
    idle.push(connection);
    if (idle.length === connections) resolve();
  };
  for (let count = 0; count < connections; count++)
    all.push(new Connection({ host: hostname, port: Number(port) }, bytes, { onIdle, onAnswer, onLost }));
});
begin = performance.now();
turn();
