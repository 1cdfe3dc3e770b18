import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { setAlias } from '#mlx/registry/aliases.js';
import { verifyChain } from '#mlx/registry/verify.js';
import { canonicalJson } from '#mlx/store/canonical-json.js';
import { eventHash, GENESIS_HASH } from '#mlx/store/event-chain.js';
import type { Store } from '#mlx/store/store.js';
import golden from '../golden/event-chain.json' with { type: 'json' };
import { temporaryStore } from '../store/temporary-store.js';
import { testModel } from './registered.js';

test.each([
  [{ b: 1, a: [2, null, { d: 'x', c: true }] }, '{"a":[2,null,{"c":true,"d":"x"}],"b":1}'],
  [{ a: undefined, b: Number.NaN, c: -0 }, '{"b":null,"c":0}'],
  [{ é: 'é', Z: '"\n' }, '{"Z":"\\"\\n","é":"é"}'],
  [undefined, 'null'],
  [new Date(0), '"1970-01-01T00:00:00.000Z"'],
])('canonical JSON of %j', (value, expected) => {
  expect(canonicalJson(value)).toBe(expected);
});

test('canonical JSON does not depend on the order of keys, and is read back as it was written', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
      const text = canonicalJson(record);
      const reversed = Object.fromEntries(Object.entries(record).toReversed());
      expect(canonicalJson(reversed)).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test('hashes are those that another implementation gets', () => {
  let prevHash = GENESIS_HASH;
  for (const { hash, ...event } of golden as (Parameters<typeof eventHash>[0] & { hash: string })[]) {
    expect(event.prevHash).toBe(prevHash);
    expect(eventHash(event)).toBe(hash);
    prevHash = hash;
  }
});

async function filledStore(): Promise<Store> {
  const store = await temporaryStore();
  const churn = testModel(store);
  const fraud = testModel(store, 'fraud');
  await churn.add(); // event 1
  await fraud.add(); // 2
  await churn.move(1, 'production', { reason: 'first' }); // 3
  await churn.add(); // 4
  await setAlias(store, { name: 'churn', alias: 'best', version: 2, actor: 'ann', now: churn.now }); // 5
  await fraud.move(1, 'staging'); // 6
  return store;
}

test('an untouched chain is whole', async () => {
  expect(await verifyChain(await filledStore())).toEqual({
    ok: true,
    events: 6,
    brokenAt: null,
    problem: null,
  });
  expect(await verifyChain(await temporaryStore())).toMatchObject({ ok: true, events: 0 });
});

test.each([
  ['a reason', "UPDATE events SET reason = 'forged' WHERE seq = 3", 3],
  ['a time', "UPDATE events SET time = '2020-01-01T00:00:00.000Z' WHERE seq = 1", 1],
  ['evidence', "UPDATE events SET evidence = '{}' WHERE seq = 5", 5],
  ['evidence, beyond JSON', "UPDATE events SET evidence = '{' WHERE seq = 5", 5],
  ['a hash', "UPDATE events SET hash = replace(hash, 'a', 'b') WHERE seq = 2", 2],
  ['an event taken out', 'DELETE FROM events WHERE seq = 4', 4],
  ['the last event taken out', 'DELETE FROM events WHERE seq = 6', 2],
  ['a stage', "UPDATE versions SET stage = 'production' WHERE model = 'fraud'", 6],
  [
    'a model file',
    `UPDATE versions SET sha256 = '${'0'.repeat(64)}' WHERE model = 'churn' AND version = 2`,
    4,
  ],
  ['metrics', `UPDATE versions SET metrics = '{"roc_auc":1}' WHERE model = 'churn' AND version = 1`, 1],
  ['an alias', "UPDATE aliases SET version = 1 WHERE alias = 'best'", 3],
  [
    'a version taken out',
    "DELETE FROM aliases; DELETE FROM versions WHERE model = 'churn' AND version = 2",
    5,
  ],
])('tampering with %s is found', async (_, sql, brokenAt) => {
  const store = await filledStore();
  const db = new Database(join(store.root, 'mlx.db'));
  db.pragma('foreign_keys = OFF');
  for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all() as {
    name: string;
  }[]) {
    db.exec(`DROP TRIGGER ${name}`);
  }
  db.exec(sql);
  db.close();
  expect(await verifyChain(store)).toMatchObject({ ok: false, brokenAt, problem: expect.any(String) });
});

test('a forged event that is hashed anew still breaks the next one', async () => {
  const store = await filledStore();
  const events = await store.registry.eventPage(0);
  const third = events[2];
  if (third === undefined) throw new Error('no third event');
  const forged = { ...third, reason: 'forged' };
  const db = new Database(join(store.root, 'mlx.db'));
  db.exec('DROP TRIGGER events_are_immutable');
  db.prepare('UPDATE events SET reason = ?, hash = ? WHERE seq = 3').run(forged.reason, eventHash(forged));
  db.close();
  expect(await verifyChain(store)).toMatchObject({ ok: false, brokenAt: 4 });
});
