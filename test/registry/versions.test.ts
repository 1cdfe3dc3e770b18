import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removeAlias, setAlias } from '#mlx/registry/aliases.js';
import { listModels, listVersions } from '#mlx/registry/list-models.js';
import { checkAlias, checkModelName, parseModelReference } from '#mlx/registry/names.js';
import { resolveModel } from '#mlx/registry/resolve.js';
import { clock, temporaryStore } from '../store/temporary-store.js';
import { testModel } from './registered.js';

test('versions count from 1 per name, and come back as they were registered', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  const first = await churn.add({
    runId: 'r',
    metrics: { roc_auc: 0.8, log_loss: Number.NaN },
    testDigest: 't',
    description: 'first',
    details: { algorithm: 'random-forest' },
  });
  expect(first).toMatchObject({
    name: 'churn',
    version: 1,
    stage: 'none',
    aliases: [],
    runId: 'r',
    metrics: { roc_auc: 0.8 },
    testDigest: 't',
    certified: true,
    createdBy: 'ann',
    details: { algorithm: 'random-forest' },
  });
  expect(first.metrics).not.toHaveProperty('log_loss');
  expect((await churn.add()).version).toBe(2);
  expect((await testModel(store, 'fraud').add()).version).toBe(1);
  expect((await listVersions(store, 'churn')).map(({ version }) => version)).toEqual([2, 1]);
});

test('a version without its file in the store is refused', async () => {
  const store = await temporaryStore();
  const attempt = testModel(store).add({ sha256: '0'.repeat(64) });
  await expect(attempt).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  expect(await listModels(store)).toEqual([]);
});

test.each(['', '1st', '../x', 'a/b', 'a b', 'é', 'a'.repeat(65), 'a\n', '.hidden', 'a@b'])(
  '%j cannot be the name of a model or an alias',
  (name) => {
    expect(() => checkModelName(name)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
    expect(() => checkAlias(name)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
  },
);

test.each(['staging', 'production', 'archived', 'latest', 'none', 'Production'])(
  '%s cannot be an alias',
  (alias) => {
    expect(() => checkAlias(alias)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
  },
);

test('any text is a reference or NAME_INVALID', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]*[@/]?[a-z0-9/@]*$/)), (text) => {
      try {
        expect(parseModelReference(text).name).toMatch(/^[A-Za-z]/);
      } catch (error) {
        expect(error).toMatchObject({ code: 'NAME_INVALID' });
      }
    }),
  );
});

test('a reference finds a version by stage, alias or number', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 4; i++) await churn.add();
  await churn.move(1);
  await churn.move(2, 'staging');
  await setAlias(store, { name: 'churn', alias: 'champion', version: 3, actor: 'ann', now: churn.now });
  const found = async (ref: string) => (await resolveModel(store, ref)).version;
  expect(await found('churn')).toBe(1);
  expect(await found('churn@production')).toBe(1);
  expect(await found('churn@staging')).toBe(2);
  expect(await found('churn@champion')).toBe(3);
  expect(await found('churn@latest')).toBe(4);
  expect(await found('churn/3')).toBe(3);
});

test.each([
  ['chrun', 'MODEL_NOT_FOUND', 'Did you mean churn?'],
  ['churn', 'MODEL_NOT_FOUND', 'Promote one'],
  ['churn/9', 'MODEL_NOT_FOUND', 'Its versions are 1 to 2.'],
  ['churn@champoin', 'MODEL_NOT_FOUND', 'Did you mean churn@champion?'],
  ['churn/0', 'NAME_INVALID', 'churn/3'],
  ['churn/v2', 'NAME_INVALID', 'churn/3'],
  ['churn@', 'NAME_INVALID', 'churn@staging'],
])('%s is %s with the hint %j', async (ref, code, hint) => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 2; i++) await churn.add();
  await setAlias(store, { name: 'churn', alias: 'champion', version: 1, actor: 'ann', now: churn.now });
  await expect(resolveModel(store, ref)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
});

test('an alias moves, is recorded when it does, and can be taken away', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 2; i++) await churn.add();
  const alias = { name: 'churn', alias: 'champion', actor: 'ann', now: clock() };
  expect((await setAlias(store, { ...alias, version: 1 })).aliases).toEqual(['champion']);
  await setAlias(store, { ...alias, version: 1 });
  await setAlias(store, { ...alias, version: 2 });
  expect((await store.registry.version('churn', 1))?.aliases).toEqual([]);
  expect((await removeAlias(store, alias)).version).toBe(2);
  await expect(removeAlias(store, alias)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  const kinds = (await store.registry.events('churn')).map(({ kind, version }) => `${kind} ${version}`);
  expect(kinds.slice(2)).toEqual(['alias-set 1', 'alias-set 2', 'alias-removed 2']);
});

test('models are summarised', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 3; i++) await churn.add();
  await churn.move(2);
  await setAlias(store, { name: 'churn', alias: 'best', version: 3, actor: 'ann', now: churn.now });
  await testModel(store, 'a').add();
  expect(await listModels(store)).toMatchObject([
    { name: 'a', versions: 1, latest: 1, production: null, staging: null, aliases: {} },
    { name: 'churn', versions: 3, latest: 3, production: 2, staging: null, aliases: { best: 3 } },
  ]);
});
