import { copyFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { emptyFolder } from './folders.js';
import { type Launched, type LaunchOptions, launch, mlx, mlxJson, REPOSITORY } from './program.js';
import { incomeFile } from './tables.js';
import { until } from './until.js';

const pem = (name: string): string => join(REPOSITORY, 'test/serving/fixtures/tls', `${name}.pem`);

let options: LaunchOptions;

beforeAll(async () => {
  options = { cwd: emptyFolder() };
  const { cwd } = options;
  incomeFile(cwd, 'train.csv', 1000);
  await mlxJson(['train', '--data', 'train.csv', '--target', 'income', '--param', 'n_estimators=5'], options);
  await mlxJson(['register', 'm', '--run', 'latest'], options);
  await mlxJson(['promote', 'm/1', 'production'], options);
  writeFileSync(join(cwd, 'tokens.txt'), 'predict:asker\n');
  writeFileSync(join(cwd, 'wrong.txt'), 'asker nobody\n');
  copyFileSync(pem('first-cert'), join(cwd, 'cert.pem'));
  copyFileSync(pem('first-key'), join(cwd, 'key.pem'));
});

const urlOf = (server: Launched): Promise<string> =>
  until('the server is ready', () => {
    if (server.child.exitCode !== null) throw new Error(`mlx serve ended: ${server.stderr()}`);
    return server.stdout().includes('\n') && (JSON.parse(server.stdout()) as { url: string }).url;
  });

function statusOf(url: string, token?: string): Promise<number | undefined> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, rejectUnauthorized: false, agent: false });
    sent.on('error', reject).on('response', (response) => resolve(response.resume().statusCode));
    sent.end();
  });
}

test('serves over HTTPS with tokens of two sources, and reads the file again on SIGHUP', async () => {
  const args = ['serve', 'm', '--port', '0', '--json', '--token-file', 'tokens.txt'];
  const server = launch([...args, '--tls-cert', 'cert.pem', '--tls-key', 'key.pem'], {
    ...options,
    env: { MLX_SERVE_TOKENS: 'metrics:scraper,feedback:labeller', MLX_SERVING_POLL_MS: '60000' },
  });
  const url = await urlOf(server);
  expect(url).toMatch(/^https:/);
  const statuses = (path: string, ...tokens: readonly (string | undefined)[]) =>
    Promise.all(tokens.map((token) => statusOf(`${url}${path}`, token)));
  expect(await statuses('/metrics', undefined, 'asker', 'scraper', 'labeller')).toEqual([401, 403, 200, 403]);
  expect(await statuses('/openapi.json', undefined, 'asker', 'scraper')).toEqual([401, 200, 403]);
  writeFileSync(join(options.cwd, 'tokens.txt'), 'predict:successor\n');
  server.child.kill('SIGHUP');
  await until(
    'the new token is taken',
    async () => (await statusOf(`${url}/openapi.json`, 'successor')) === 200,
  );
  expect(await statuses('/openapi.json', 'asker')).toEqual([401]);
  server.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
});

test.each([
  [['--tls-cert', 'cert.pem'], /needs --tls-key/],
  [['--tls-cert', 'cert.pem', '--tls-key', 'absent.pem'], /absent\.pem cannot be read/],
  [['--tls-cert', 'cert.pem', '--tls-key', pem('second-key')], /does not belong/],
  [['--token-file', 'absent.txt'], /absent\.txt cannot be read/],
  [['--token-file', 'wrong.txt'], /wrong\.txt, entry 1/],
])('%j ends with exit code 2 before anything is served', async (flags, says) => {
  const { code, stdout, stderr } = await mlx(['serve', 'm', '--port', '0', ...flags], options);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(says);
  expect(stderr).not.toContain('asker');
});

test.each([
  [['--host', '0.0.0.0'], {}, /NO TOKEN IS NEEDED/],
  [['--host', '0.0.0.0'], { MLX_SERVE_TOKENS: 'x' }, /plain text/],
  [['--cors-origin', '*'], {}, /any web page/],
  [[], {}, null],
])('%j with %j warns of doors that stand open', async (flags, env, says) => {
  const server = launch(['serve', 'm', '--port', '0', '--json', ...flags], { ...options, env });
  await urlOf(server);
  server.kill('SIGTERM');
  const { stderr } = await server.ended;
  if (says === null) expect(stderr).not.toContain('warning');
  else expect(stderr).toMatch(says);
});
