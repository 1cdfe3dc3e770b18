import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { verifyChain } from '#mlx/registry/verify.js';
import { createRandom } from '#mlx/stats/random.js';
import { startChild } from './child.js';
import { closeStore, temporaryFolder, temporaryStore } from './temporary-store.js';

const KILLS = 20;

test('a store whose writer is killed at random instants opens, and keeps all that was acknowledged', async () => {
  const root = join(temporaryFolder(), '.mlx');
  const random = createRandom(20260301);
  const acknowledged: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const child = startChild('writer.mjs', root);
    // The first kills fall into the making of the store, the others into its use.
    const progress = kill < 3 ? 0 : random.int(20);
    while (child.lines.length < progress) await wait(1);
    await wait(random.next() * (kill < 3 ? 150 : 10));
    child.process.kill('SIGKILL');
    await child.ended;
    acknowledged.push(...child.lines);
  }
  const store = await temporaryStore(root);
  expect(
    await store.runs.search({ filter: { kind: 'compare', field: status, operator: '=', value: 'running' } }),
  ).toEqual([]);
  expect(await verifyChain(store)).toMatchObject({ ok: true });

  const versions = await store.registry.versions('crash');
  expect(versions.map(({ version }) => version)).toEqual(versions.map((_, i) => i + 1));
  expect(versions.filter(({ stage }) => stage === 'production').length).toBeLessThanOrEqual(1);
  for (const { sha256 } of versions) await store.artifacts.read(sha256);
  for (const run of await store.runs.search()) {
    expect(run.status).toMatch(/^(finished|interrupted)$/);
    if (run.status === 'finished')
      expect(run).toMatchObject({ metrics: { accuracy: 0.5 }, artifacts: [{ name: 'model' }] });
    for (const { sha256 } of run.artifacts) await store.artifacts.read(sha256);
  }
  const promoted = (await store.registry.events('crash')).filter((event) => event.toStage === 'production');
  const counts = { run: 0, version: 0, promoted: 0, prediction: 0 };
  for (const line of acknowledged) {
    const [kind = '', id = '', sha256 = ''] = line.split(' ');
    if (kind === 'run') expect(await store.runs.get(id)).toMatchObject({ status: 'finished' });
    if (kind === 'version') expect(versions[Number(id) - 1]).toMatchObject({ sha256 });
    if (kind === 'promoted') expect(promoted.some((event) => event.version === Number(id))).toBe(true);
    if (kind === 'prediction') expect(await store.predictions.get(id)).toMatchObject({ model: 'crash' });
    if (kind in counts) counts[kind as keyof typeof counts]++;
  }
  // The writers got far enough for the kills to mean something.
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(10);
  await closeStore(store);
  const files = readdirSync(root).sort();
  expect(files).toEqual(['artifacts', 'log.db', 'mlx.db']);
});

const status = { kind: 'attribute', name: 'status' } as const;
