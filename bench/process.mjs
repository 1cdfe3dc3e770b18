// What the benchmarks share: running programs, waiting for servers, medians and the tables they print.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MLX = fileURLToPath(new URL('../bin/mlx.js', import.meta.url));
export const PYTHON = process.env.MLX_BENCH_PYTHON ?? 'python3';
export const peer = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Without NODE_* settings, which can make every start of node slower and so hide what ours adds. */
export const PLAIN_ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')),
);

/** Runs a program to its end; gives its stdout. */
export function run(program, args, options = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28, env: PLAIN_ENV, ...options });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr || done.error}`);
  return done.stdout;
}

export const mlx = (args, cwd) => JSON.parse(run(process.execPath, [MLX, ...args, '--json'], { cwd }));
export const python = (args) => JSON.parse(run(PYTHON, args));

/** Whether the peer's packages are there; without them it is left out, and that is said. */
export function hasPython(...modules) {
  return spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`]).status === 0;
}

export const hasProgram = (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

/** How long a server may take to answer at first, and to end. */
const START_MS = 60_000;
const STOP_MS = 15_000;

/**
 * Starts a server, waits until its probe (`{path, body}`; with a body it is posted) is answered 2xx, lends out where it is
 * and its process id, stops it. Without `url` the first line that it prints is JSON and holds it.
 */
export async function withServer(program, args, { cwd, url, probe }, use) {
  // What it says goes into a file: a pipe that nobody empties while wrk runs would hold it up.
  const folder = mkdtempSync(join(tmpdir(), 'mlx-bench-said-'));
  const said = openSync(join(folder, 'stderr'), 'a');
  const child = spawn(program, args, { cwd, env: PLAIN_ENV, stdio: ['ignore', 'pipe', said] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  try {
    const base = url ?? (await Promise.race([firstLineUrl(child), ended]));
    for (const deadline = Date.now() + START_MS; ; ) {
      if (!hasEnded() && (await answers(base + probe.path, probe.body))) break;
      if (hasEnded() || Date.now() > deadline) {
        const why = readFileSync(join(folder, 'stderr'), 'utf8').slice(-2000);
        throw new Error(`${program} ${args.join(' ')} is not ready: ${why}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return await use(base, child.pid);
  } finally {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    if (!hasEnded()) child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
    closeSync(said);
    rmSync(folder, { recursive: true });
  }
}

async function answers(url, body) {
  const headers = { 'content-type': 'application/json' };
  const request = body === undefined ? {} : { method: 'POST', body, headers };
  const answer = await fetch(url, request).catch(() => null);
  await answer?.arrayBuffer();
  return answer?.ok === true;
}

/** Resolves to the address in the first line; never when the program prints something else, an error for example. */
function firstLineUrl({ stdout }) {
  return new Promise((resolve) => {
    let text = '';
    stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const url = /^\{"url":"([^"]+)".*\n/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

export function print(title, head, rows) {
  const table = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, index) => Math.max(...table.map((row) => row[index].length)));
  process.stdout.write(`\n${title}\n`);
  for (const row of table)
    process.stdout.write(`  ${row.map((cell, index) => cell.padEnd(widths[index])).join('  ')}\n`);
}

/** Says what is left out and why; true. */
export function skip(what, why) {
  process.stdout.write(`\n${what}: left out, ${why}\n`);
  return true;
}

/** Whether a bar is reached, as the tables say it. */
export const verdict = (isReached) => (isReached ? 'reached' : 'MISSED');
