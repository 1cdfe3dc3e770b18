// What the benchmarks share: running programs, waiting for servers, medians and the tables they print.
import { spawn, spawnSync } from 'node:child_process';
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
const PLAIN_ENV = Object.fromEntries(
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

/** Starts a server, waits until it answers, lends it out, stops it. */
export async function withServer(program, args, { cwd, url }, use) {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const base = await (url ?? firstLineUrl(child));
    for (const deadline = Date.now() + 30_000; ; ) {
      const up = await fetch(`${base}/health`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (up) break;
      if (Date.now() > deadline) throw new Error(`${program} does not answer at ${base}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return await use(base);
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

async function firstLineUrl(child) {
  for await (const chunk of child.stdout) return JSON.parse(String(chunk).split('\n')[0]).url;
}

/** Requests per second and p99 by wrk. */
export function load(url, seconds) {
  const text = run('wrk', [
    '-t1',
    '-c8',
    `-d${seconds}s`,
    '--latency',
    '-s',
    peer('predict.lua'),
    `${url}/predict`,
  ]);
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? '0';
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]),
    p99: /99%\s+(\S+)/.exec(text)[1],
    failed: Number(failed),
  };
}

export function print(title, head, rows) {
  const table = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, index) => Math.max(...table.map((row) => row[index].length)));
  process.stdout.write(`\n${title}\n`);
  for (const row of table)
    process.stdout.write(`  ${row.map((cell, index) => cell.padEnd(widths[index])).join('  ')}\n`);
}

export const skip = (what, why) => process.stdout.write(`\n${what}: left out, ${why}\n`);
