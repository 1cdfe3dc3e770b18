import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openLoopProgram, startOpenLoop } from '../../bench/serving/open-loop.mjs';

const STALL_MS = 300;

interface Times {
  readonly p50: number | null;
  readonly p99: number;
  readonly max: number;
}

interface Report {
  readonly ok: number;
  readonly rejected: number;
  readonly failed: number;
  readonly unsent: number;
  readonly latencyMs: Times;
  readonly undisturbedShare: number;
  readonly undisturbedMs: Times;
  readonly fromSendMs: Times;
  readonly rejectionMs: Times;
}

interface Load {
  readonly rate: number;
  readonly seconds: number;
  readonly connections: number;
  readonly patienceMs?: number;
}

/** What the generator reports of a server with that handler. */
async function offer(handle: RequestListener, load: Load): Promise<Report> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const task = {
    url: `http://127.0.0.1:${port}`,
    path: '/predict',
    body: '{}',
    file: null,
    type: 'application/json',
    warmupSeconds: 0,
    patienceMs: 60_000,
    ...load,
  };
  const child = startOpenLoop(task);
  try {
    let text = '';
    for await (const chunk of child.stdout) text += String(chunk);
    return JSON.parse(text) as Report;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const total = ({ ok, rejected, failed, unsent }: Report): number => ok + rejected + failed + unsent;

const hasCompiler = spawnSync('cc', ['--version']).status === 0;
if (!hasCompiler)
  console.info('The open-loop generator is not tested: there is no C compiler (cc) to make it with.');

describe.runIf(hasCompiler)('the open-loop generator', () => {
  it('sends every arrival, and counts its answer once', async () => {
    const report = await offer((_, response) => response.end('ok'), {
      rate: 400,
      seconds: 1,
      connections: 8,
    });
    expect(report).toMatchObject({ ok: 400, rejected: 0, failed: 0, unsent: 0 });
  });

  it('charges a stall to all who arrived meanwhile, not to one request alone', async () => {
    let asked = 0;
    const stallOnce: RequestListener = (_, response) => {
      if (++asked === 200) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);
      response.end('ok');
    };
    const report = await offer(stallOnce, { rate: 500, seconds: 2, connections: 1 });
    expect(report.ok).toBe(1000);
    // 150 of 1000 arrivals fall into the stall; the slowest ten wait for more than nine tenths of it.
    expect(report.latencyMs.p99).toBeGreaterThan(0.9 * STALL_MS);
    expect(report.fromSendMs.p99).toBeLessThan(report.latencyMs.p99);
  });

  it.each([429, 503])('tells a refusal (%i) from an answer', async (status) => {
    let asked = 0;
    const everySecond: RequestListener = (_, response) => {
      response.statusCode = ++asked % 2 === 0 ? status : 200;
      response.end('{}');
    };
    const report = await offer(everySecond, { rate: 200, seconds: 1, connections: 4 });
    expect(report).toMatchObject({ ok: 100, rejected: 100, failed: 0, unsent: 0 });
    expect(report.rejectionMs.p99).toBeGreaterThan(0);
  });

  it('goes on over new connections when the server closes each, and counts those cut off as failed', async () => {
    let asked = 0;
    const closing: RequestListener = (request, response) => {
      if (++asked % 10 === 0) request.socket.destroy();
      else response.setHeader('connection', 'close').end('ok');
    };
    const report = await offer(closing, { rate: 100, seconds: 1, connections: 4 });
    expect(report).toMatchObject({ ok: 90, failed: 10, rejected: 0, unsent: 0 });
  });

  it('does not take for an answer what a server says unasked before it hangs up', async () => {
    const talkative: RequestListener = (request, response) => {
      response.end('ok', () =>
        request.socket.end('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n'),
      );
    };
    const report = await offer(talkative, { rate: 20, seconds: 1, connections: 8 });
    expect(total(report)).toBe(20);
    expect(report.failed).toBe(0);
  });

  it('counts arrivals that found no connection in time as unsent', async () => {
    const slow: RequestListener = (_, response) => void setTimeout(() => response.end('ok'), 100);
    const report = await offer(slow, { rate: 100, seconds: 1, connections: 1, patienceMs: 50 });
    expect(report.unsent).toBeGreaterThan(50);
    expect(total(report)).toBe(100);
  });

  it('tells of no more than the whole what happened while no processor was taken away', async () => {
    const report = await offer((_, response) => response.end('ok'), {
      rate: 400,
      seconds: 1,
      connections: 8,
    });
    expect(report.undisturbedShare).toBeGreaterThanOrEqual(0);
    expect(report.undisturbedShare).toBeLessThan(1);
    if (report.undisturbedShare > 0)
      expect(report.undisturbedMs.max).toBeLessThanOrEqual(report.latencyMs.max);
    else expect(report.undisturbedMs.max).toBeNull();
  });

  it('says how late a process is that only wakes up', () => {
    const { stdout, status } = spawnSync(openLoopProgram(), ['timer', '500', '0.4'], { encoding: 'utf8' });
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as { readonly latenessMs: Times };
    expect(report.latenessMs.p99).toBeGreaterThan(0);
    expect(report.latenessMs.max).toBeGreaterThanOrEqual(report.latenessMs.p99);
  });
});
