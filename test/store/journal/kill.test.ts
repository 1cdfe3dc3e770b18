import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';
import { type Child, startChild } from '../child.js';
import { closeStore, temporaryFolder, temporaryStore } from '../temporary-store.js';

/** Of two processes each. */
const ROUNDS = 10;

/** Kills it some time after it has acknowledged a few commits. */
async function killAfter(child: Child, lines: number, delayMs: number): Promise<string[]> {
  while (child.lines.length < lines) await wait(1);
  await wait(delayMs);
  child.process.kill('SIGKILL');
  await child.ended;
  return child.lines.flatMap((line) => line.split(' '));
}

test('what servers acknowledged before they were killed is in the log, once', async () => {
  const root = join(temporaryFolder(), '.mlx');
  const random = createRandom(20260302);
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const kills = ['a', 'b'].map((name) =>
      killAfter(
        startChild('journal-writer.mjs', root, `${round}${name}`),
        random.int(60),
        random.next() * 20,
      ),
    );
    acknowledged.push(...(await Promise.all(kills)).flat());
    // every fifth time a command reads the log; otherwise the next servers take up what the dead have left
    if (round % 5 === 4) {
      const store = await temporaryStore(root);
      const found = new Set<string>();
      for await (const { id } of store.predictions.outcomes()) found.add(id);
      expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
      await closeStore(store);
    }
  }
  const store = await temporaryStore(root);
  const times = new Map<string, number>();
  for await (const { id, inputs, probabilities } of store.predictions.window()) {
    times.set(id, (times.get(id) ?? 0) + 1);
    expect(inputs).toEqual({ n: Number(id.split('-')[1]), text: id });
    expect(probabilities).toEqual({ no: 0.25, yes: 0.75 });
  }
  expect(acknowledged.filter((id) => times.get(id) !== 1)).toEqual([]);
  expect(Math.max(...times.values())).toBe(1);
  expect(acknowledged.length).toBeGreaterThan(1000);
  const journal = join(root, 'journal');
  expect(existsSync(journal) ? readdirSync(journal) : []).toEqual([]);
});
