import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Alert, sendAlert } from '#mlx/monitoring/alerts.js';

const alert: Alert = {
  kind: 'drift',
  model: 'churn',
  message: `it's "moved"; $(touch /nowhere) \`id\` é`,
  details: { columns: ['age'] },
  time: '2024-03-03T00:00:00.000Z',
};

let kept: Alert[];
const log = async (entry: Alert) => kept.push(entry);
let folder: string;

beforeEach(() => {
  kept = [];
  folder = mkdtempSync(join(tmpdir(), 'mlx-alert-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the log', () => {
  it('keeps every alert', async () => {
    expect(await sendAlert(alert, { log })).toEqual([{ channel: 'log', delivered: true, error: null }]);
    expect(kept).toEqual([alert]);
  });

  it('that fails is reported and stops no other channel', async () => {
    const broken = async () => {
      throw new Error('disk full');
    };
    const deliveries = await sendAlert(alert, { log: broken, command: 'true' });
    expect(deliveries).toEqual([
      { channel: 'log', delivered: false, error: 'disk full' },
      { channel: 'command', delivered: true, error: null },
    ]);
  });
});

describe('the webhook', () => {
  let server: Server;
  let bodies: { body: string; type: string | undefined }[];
  let answer: (request: IncomingMessage, response: ServerResponse, attempt: number) => void;
  let url: string;

  beforeEach(async () => {
    bodies = [];
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      bodies.push({ body: Buffer.concat(chunks).toString(), type: request.headers['content-type'] });
      answer(request, response, bodies.length);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-token`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const deliver = async (webhook = url, webhookTimeoutMs = 5000) =>
    (await sendAlert(alert, { log, webhook }, { webhookTimeoutMs }))[1];
  const status = (code: number) => {
    answer = (_, response) => response.writeHead(code).end('text');
  };

  it('gets the alert as JSON', async () => {
    status(204);
    expect(await deliver()).toEqual({ channel: 'webhook', delivered: true, error: null });
    expect(bodies).toHaveLength(1);
    expect(bodies[0]?.type).toBe('application/json');
    expect(JSON.parse(bodies[0]?.body ?? '')).toEqual(alert);
  });

  it('is tried once more after a server error', async () => {
    answer = (_, response, attempt) => response.writeHead(attempt === 1 ? 503 : 200).end();
    expect(await deliver()).toMatchObject({ delivered: true });
    expect(bodies).toHaveLength(2);
  });

  it.each([
    [500, 2],
    [429, 2],
    [404, 1],
    [302, 1],
  ])('that answers %d is tried %d time(s), then reported without its address', async (code, attempts) => {
    status(code);
    expect(await deliver()).toEqual({
      channel: 'webhook',
      delivered: false,
      error: `The webhook answered ${code}.`,
    });
    expect(bodies).toHaveLength(attempts);
  });

  it('that never answers is given up after the timeout', async () => {
    answer = () => {};
    expect((await deliver(url, 100))?.error).toBe('The webhook did not answer within 0.1 s.');
    expect(bodies).toHaveLength(2);
  });

  it('that nobody listens at is reported', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect((await deliver())?.error).toBe('The webhook could not be reached (ECONNREFUSED).');
  });

  it.each(['ftp://example.org', 'not a url', 'file:///etc/passwd', 'http://'])(
    'must have an http address, not %s',
    async (bad) => {
      expect((await deliver(bad))?.error).toBe('The webhook address is not an http or https URL.');
    },
  );
});

describe('the command', () => {
  const deliver = async (command: string, limits = {}) =>
    (await sendAlert(alert, { log, command }, limits))[1];

  it('gets the alert on its input and in its environment, untouched by the shell', async () => {
    const file = join(folder, 'out');
    const command = `cat > '${file}'; printf '\\n%s|%s|%s|%s|%s' "$MLX_ALERT_KIND" "$MLX_ALERT_MODEL" "$MLX_ALERT_MESSAGE" "$MLX_ALERT_TIME" "$EXTRA" >> '${file}'`;
    const delivery = await deliver(command, { env: { PATH: process.env.PATH, EXTRA: 'kept' } });
    expect(delivery).toEqual({ channel: 'command', delivered: true, error: null });
    const [json, variables] = readFileSync(file, 'utf8').split('\n');
    expect(JSON.parse(json ?? '')).toEqual(alert);
    expect(variables).toBe(`drift|churn|${alert.message}|${alert.time}|kept`);
  });

  it('that fails is reported with what it said', async () => {
    expect((await deliver('echo no such channel >&2; exit 3'))?.error).toBe(
      'The alert command exited with code 3: no such channel',
    );
    expect((await deliver('exit 4'))?.error).toBe('The alert command exited with code 4.');
    expect((await deliver('kill -9 $$'))?.error).toBe('The alert command was ended by SIGKILL.');
  });

  it('that takes too long is killed with its children', async () => {
    const file = join(folder, 'pid');
    const started = performance.now();
    const delivery = await deliver(`sleep 60 & echo $! > '${file}'; wait`, { commandTimeoutMs: 300 });
    expect(delivery?.error).toBe('The alert command was stopped after 0.3 s.');
    expect(performance.now() - started).toBeLessThan(5000);
    const pid = Number(readFileSync(file, 'utf8'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('need not read its input, nor wait for what it leaves behind', async () => {
    const big = { ...alert, details: { text: 'x'.repeat(2_000_000) } };
    const [, delivery] = await sendAlert(big, { log, command: 'sleep 2 & true' });
    expect(delivery).toEqual({ channel: 'command', delivered: true, error: null });
  });

  it('copes with a message that no environment could hold', async () => {
    const odd = { ...alert, message: `a\0b${'x'.repeat(300_000)}` };
    const [, delivery] = await sendAlert(odd, {
      log,
      command: 'test $(printf %s "$MLX_ALERT_MESSAGE" | wc -c) -eq 8192',
    });
    expect(delivery).toMatchObject({ delivered: true });
  });

  it('that cannot be started is reported', async () => {
    const delivery = await deliver('true', { env: { PATH: folder } });
    expect(delivery?.delivered).toBe(false);
    expect(delivery?.error).toMatch(/^The alert command could not be started: /);
  });
});

/** A killed process that nobody has waited for yet (state Z) no longer runs. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
