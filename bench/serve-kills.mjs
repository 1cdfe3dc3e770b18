import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MLX, mlx, print, skip } from './process.mjs';

const SECONDS = Number(process.env.MLX_BENCH_SECONDS ?? 60);
const WORKERS = 2;
const CLIENTS = 16;
/** An answer that takes longer than that is taken for lost. */
const PATIENCE_MS = 10_000;

/** A client sees that its connection is gone within that time of the kill; later the port may be another connection's. */
const JUST_MS = 2000;

/**
 * Under load, one worker after the other is killed with SIGKILL, one a second. Whose request failed must have been on a
 * connection that the killed process held, and the log must have every prediction that was answered.
 */
export async function bench() {
  if (process.platform !== 'linux') return skip('serve-kills', 'who holds a connection is read from /proc');
  const dir = mkdtempSync(join(tmpdir(), 'mlx-bench-'));
  const server = startServer(dir);
  try {
    const { url, pids } = await server.ready;
    const port = Number(new URL(url).port);
    const tally = { answered: [], held: 0, notHeld: [], refused: 0, slow: 0 };
    const heldPorts = new Map();
    let isOver = false;
    const clients = Array.from({ length: CLIENTS }, (_, index) =>
      client(port, index % 2 === 0, tally, heldPorts, () => isOver),
    );
    const killed = await killOneASecond(server.child.pid, pids, port, heldPorts);
    isOver = true;
    await Promise.all(clients);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const counted = sum(metrics, 'mlx_predictions_total');
    server.child.kill('SIGTERM');
    const code = await server.ended;
    const missing = missingIn(dir, tally.answered);
    print(
      `${CLIENTS} clients, ${WORKERS} workers, one killed every second for ${SECONDS} s (exit code ${code})`,
      ['', 'count'],
      [
        ['workers killed', killed],
        ['requests answered', tally.answered.length],
        ['failed, held by a killed worker', tally.held],
        ['failed, not held', tally.notHeld.length],
        ['connections refused', tally.refused],
        [`no answer within ${PATIENCE_MS / 1000} s`, tally.slow],
        ['answered and not in the log', missing],
        ['predictions in /metrics', counted],
      ],
    );
    if (tally.notHeld.length > 0) process.stdout.write(`  not held: ${tally.notHeld.join(', ')}\n`);
  } finally {
    server.child.kill('SIGKILL');
    await server.ended;
    rmSync(dir, { recursive: true });
  }
}

function startServer(dir) {
  const lines = Array.from({ length: 2000 }, (_, row) => {
    const [a, b] = [(row * 37) % 101, (row * 53) % 97];
    return `${a},${b},${'xyz'[row % 3]},${a + b > 98 ? 'yes' : 'no'}`;
  });
  writeFileSync(join(dir, 'train.csv'), `a,b,c,y\n${lines.join('\n')}\n`);
  mlx(['train', '--data', 'train.csv', '--target', 'y', '--report', 'none'], dir);
  mlx(['register', 'bench', '--run', 'latest'], dir);
  mlx(['promote', 'bench/1', 'production', '--reason', 'first'], dir);
  const args = ['serve', 'bench', '--port', '0', '--workers', String(WORKERS), '--json'];
  const child = spawn(process.execPath, [MLX, ...args], { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const ready = new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(JSON.parse(text));
    });
    void ended.then((code) => reject(new Error(`mlx serve ended with exit code ${code}`)));
  });
  return { child, ended, ready };
}

/** Stops a worker, notes the connections that it holds, kills it; then the next one, a second later. */
async function killOneASecond(primary, pids, port, heldPorts) {
  let killed = 0;
  let last = pids[0];
  for (const end = Date.now() + SECONDS * 1000; Date.now() < end; ) {
    const started = Date.now();
    const living = workersOf(primary);
    const next = living.find((pid) => pid !== last) ?? living[0];
    if (next !== undefined) {
      process.kill(next, 'SIGSTOP');
      for (const held of clientPorts(next, port)) heldPorts.set(held, Date.now());
      process.kill(next, 'SIGKILL');
      last = next;
      killed++;
    }
    await wait(Math.max(0, 1000 - (Date.now() - started)));
  }
  return killed;
}

const workersOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);

/** The clients' ports of the connections to that port that a process has open. */
function clientPorts(pid, port) {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => /socket:\[(\d+)\]/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1]),
  );
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , , , , , , , inode]) => portIn(local) === port && inodes.has(inode))
    .map(([, , remote]) => portIn(remote));
}

function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

const portIn = (address) => Number.parseInt(address?.split(':')[1] ?? '', 16);

/** Asks one request after the other, on one connection or on a new one each time. */
async function client(port, keepAlive, tally, heldPorts, isOver) {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  const body = JSON.stringify({ features: { a: 3, b: 77, c: 'x' } });
  while (!isOver()) {
    const { id, error, localPort } = await ask(port, agent, body);
    if (id !== undefined) tally.answered.push(id);
    else if (error === 'ECONNREFUSED') tally.refused++;
    else if (error === 'slow') tally.slow++;
    else if (Date.now() - (heldPorts.get(localPort) ?? 0) < JUST_MS) tally.held++;
    else tally.notHeld.push(error);
  }
  agent.destroy();
}

function ask(port, agent, body) {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    let localPort;
    const sent = request({ port, host: '127.0.0.1', path: '/predict', method: 'POST', agent, headers });
    const failed = (error) => resolve({ error: error.code ?? error.message, localPort });
    sent.on('socket', (socket) => {
      localPort = socket.localPort;
      if (!socket.connecting) return;
      socket.once('connect', () => {
        localPort = socket.localPort;
      });
    });
    sent.setTimeout(PATIENCE_MS, () => sent.destroy(Object.assign(new Error(), { code: 'slow' })));
    sent.on('error', failed);
    sent.on('response', async (response) => {
      try {
        let text = '';
        for await (const chunk of response) text += chunk;
        if (response.statusCode === 200) resolve({ id: JSON.parse(text).prediction_id });
        else resolve({ error: `status ${response.statusCode}`, localPort });
      } catch (error) {
        failed(error);
      }
    });
    sent.end(body);
  });
}

const sum = (text, name) =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);

/** How many of the ids the log does not know. */
function missingIn(dir, ids) {
  writeFileSync(join(dir, 'labels.csv'), `prediction_id,label\n${ids.map((id) => `${id},yes`).join('\n')}\n`);
  return mlx(['feedback', '--data', 'labels.csv'], dir).unknown;
}
