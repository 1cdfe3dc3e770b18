import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { MLX, median, PLAIN_ENV, print, run, verdict } from './process.mjs';
import { adult, forest, isLeftOut, NAME } from './serving/models.mjs';

const ROUNDS = 11;
const BAR_MS = 400;
const LOOK_MS = 3;
const LIMIT_MS = 60_000;

/** From the start of the process to its first answer that it is ready. */
export async function bench() {
  if (isLeftOut('serve-start')) return;
  const models = [adult(), forest()].filter((each) => each !== null);
  const times = new Map([['node -e 0', []], ...models.map(({ name }) => [name, []])]);
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    run(process.execPath, ['-e', '0']);
    times.get('node -e 0').push(performance.now() - startedAt);
    for (const model of models) times.get(model.name).push(await startToReady(model.dir));
  }
  const ms = (value) => `${value.toFixed(0)} ms`;
  print(
    `Process start to the first ready answer (median of ${ROUNDS}, in turn)`,
    ['program', 'median', 'least', 'bar', 'verdict'],
    [...times].map(([name, values], index) => [
      index === 0 ? name : `mlx serve: ${name}`,
      ms(median(values)),
      ms(Math.min(...values)),
      ...(index === 0 ? ['', ''] : [`≤ ${BAR_MS} ms`, verdict(median(values) <= BAR_MS)]),
    ]),
  );
}

async function startToReady(dir) {
  const port = await freePort();
  const startedAt = performance.now();
  const args = [MLX, 'serve', NAME, '--port', String(port), '--json'];
  const child = spawn(process.execPath, args, { cwd: dir, env: PLAIN_ENV, stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    while ((await statusOf(`http://127.0.0.1:${port}/ready`)) !== 200) {
      if (child.exitCode !== null || performance.now() - startedAt > LIMIT_MS)
        throw new Error('mlx serve did not become ready');
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return performance.now() - startedAt;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** 0 while nobody listens. */
function statusOf(url) {
  return new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', () => resolve(0));
  });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
