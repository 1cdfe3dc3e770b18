import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { get } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shop, until } from './fixtures/shop.js';

const FILES = fileURLToPath(new URL('./fixtures/tls/', import.meta.url));
const pem = (name: string): string => join(FILES, `${name}.pem`);
const FIRST = { cert: pem('first-cert'), key: pem('first-key') };

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
  await shop.release('production');
});

afterEach(() => shop.close());

async function subjectOf(url: string): Promise<string> {
  const socket: TLSSocket = connect({ port: Number(new URL(url).port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject }: PeerCertificate = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

describe('TLS', () => {
  it('answers over HTTPS, and takes up new files', async () => {
    const cert = join(shop.folder, 'cert.pem');
    const key = join(shop.folder, 'key.pem');
    await copyFile(FIRST.cert, cert);
    await copyFile(FIRST.key, key);
    const server = await shop.listen({ tls: { cert, key } });
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const [response] = await once(
      get(`${server.url}/health`, { rejectUnauthorized: false, agent: false }),
      'response',
    );
    expect(response.resume().statusCode).toBe(200);
    expect(await subjectOf(server.url)).toBe('first.test');
    await copyFile(pem('second-cert'), cert);
    // Half of a change changes nothing.
    await until(() => shop.logged.some(({ message }) => /the TLS certificate stays as it was/.test(message)));
    expect(await subjectOf(server.url)).toBe('first.test');
    await copyFile(pem('second-key'), key);
    await until(async () => (await subjectOf(server.url)) === 'second.test');
  });

  it('reads the files again when it is told to', async () => {
    const cert = join(shop.folder, 'cert.pem');
    const key = join(shop.folder, 'key.pem');
    await copyFile(FIRST.cert, cert);
    await copyFile(FIRST.key, key);
    const server = await shop.listen({ tls: { cert, key }, limits: { pollMs: 60_000 } });
    await copyFile(pem('second-cert'), cert);
    await copyFile(pem('second-key'), key);
    await server.reload();
    expect(await subjectOf(server.url)).toBe('second.test');
  });

  it('lives on when somebody speaks plain HTTP to it', async () => {
    const server = await shop.listen({ tls: FIRST });
    const plain = connectPlain(Number(new URL(server.url).port), '127.0.0.1');
    plain.on('error', () => undefined);
    plain.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(plain, 'close');
    expect(await subjectOf(server.url)).toBe('first.test');
  });

  it('has nothing to wait for at its end when its clients have gone', async () => {
    const server = await shop.listen({ tls: FIRST, limits: { drainMs: 30_000 } });
    expect(await subjectOf(server.url)).toBe('first.test');
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('warns of a certificate that ends soon', async () => {
    shop.time = new Date('2126-10-25T00:00:00Z');
    await shop.inject({ tls: FIRST });
    expect(shop.logged.map(({ message }) => message)).toContain('the TLS certificate expires in 6 days');
  });

  it.each([
    ['a certificate that is not there', { ...FIRST, cert: '/absent.pem' }, /absent\.pem cannot be read/],
    ['a key that is not there', { ...FIRST, key: '/absent.pem' }, /key \/absent\.pem cannot be read/],
    ['a key as certificate', { ...FIRST, cert: FIRST.key }, /holds no certificate/],
    ['a certificate as key', { ...FIRST, key: FIRST.cert }, /holds no private key/],
    ['a key with a passphrase', { ...FIRST, key: pem('locked-key') }, /has a passphrase/],
    ['another key', { ...FIRST, key: pem('second-key') }, /does not belong to the certificate/],
  ])('%s stops the start', async (_, tls, says) => {
    await expect(shop.inject({ tls })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      exitCode: 2,
      message: expect.stringMatching(says),
    });
  });
});
