import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { verifyChain } from '#mlx/registry/verify.js';
import { startChild } from './child.js';
import { temporaryFolder, temporaryStore } from './temporary-store.js';

const PROCESSES = 4;
const VERSIONS = 12;

test('four processes that create one store and write to it at once lose nothing and never fail', async () => {
  const root = join(temporaryFolder(), '.mlx');
  const children = Array.from({ length: PROCESSES }, () =>
    startChild('promoter.mjs', root, String(VERSIONS)),
  );
  // A child that meets "database is locked" writes to stderr, which rejects.
  await Promise.all(children.map((child) => child.ended));

  const store = await temporaryStore(root);
  const total = PROCESSES * VERSIONS;
  const versions = await store.registry.versions('shared');
  expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  expect(versions.filter(({ stage }) => stage === 'production')).toHaveLength(1);
  expect(new Set(versions.map(({ createdBy }) => createdBy)).size).toBe(PROCESSES);
  expect(await store.runs.search()).toHaveLength(total);
  expect(await store.predictions.count({ model: 'shared' })).toBe(total);
  // Registered and promoted once each; every promotion but the first archived one version.
  expect(await verifyChain(store)).toMatchObject({ ok: true, events: 3 * total - 1 });
});

test('a store may be made by several at the very same instant', async () => {
  const opener = new URL('./fixtures/opener.mjs', import.meta.url);
  for (let round = 0; round < 5; round++) {
    const root = join(temporaryFolder(), '.mlx');
    const gate = new SharedArrayBuffer(4);
    const workers = Array.from(
      { length: PROCESSES },
      () => new Worker(opener, { workerData: { gate, root, count: PROCESSES } }),
    );
    const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
    expect(answers).toHaveLength(PROCESSES);
  }
});
