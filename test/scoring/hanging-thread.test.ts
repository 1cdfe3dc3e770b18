import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelFile } from '#mlx/scoring/thread/messages.js';
import { ThreadedModel } from '#mlx/scoring/thread/threaded-model.js';
import { buildModel, STALLING } from '../serving/fixtures/model.js';

const packed = (amount: number, rows = 1) => ({
  rows,
  numbers: new Float64Array(rows).fill(amount),
  texts: [...new Array<string>(rows).fill('a'), ...new Array<string>(rows).fill('')],
});

describe('a thread that hangs', () => {
  let folder: string;
  let task: ModelFile;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mlx-thread-'));
    const bytes = buildModel({ stalls: 12 });
    const path = join(folder, 'model.onnx');
    writeFileSync(path, bytes);
    task = { path, sha256: createHash('sha256').update(bytes).digest('hex') };
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is replaced, but not without end: with two that cannot be ended the third request is refused at once', async () => {
    let hung = 0;
    const model = await ThreadedModel.open(task, { hangMs: 250, onHung: () => hung++ });
    const refused = { code: 'SCORING_FAILED', message: 'The model does not answer.' };
    // What waits behind the row that hangs is lost with it.
    const lost = [model.score(packed(STALLING + 1), false), model.score(packed(1), false)];
    for (const score of lost) await expect(score).rejects.toMatchObject(refused);
    expect((await model.score(packed(1), false)).failures).toEqual([]);
    await expect(model.score(packed(STALLING + 1), false)).rejects.toMatchObject(refused);
    expect(hung).toBe(2);
    await expect(model.score(packed(1), false)).rejects.toMatchObject(refused);
    // Their runs end after all, and then there is one more.
    const end = performance.now() + 30_000;
    const isBack = () =>
      model.score(packed(1), false).then(
        () => true,
        () => false,
      );
    while (!(await isBack()) && performance.now() < end) await delay(20);
    expect(await isBack()).toBe(true);
    expect(hung).toBe(2);
    await model.release();
    await expect(model.score(packed(1), false)).rejects.toMatchObject({ code: 'SCORING_FAILED' });
  });

  it('is none that takes long over many rows one by one, and says so', async () => {
    const bytes = buildModel({ stalls: 1 });
    const path = join(folder, 'slow.onnx');
    writeFileSync(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    let hung = 0;
    const model = await ThreadedModel.open({ path, sha256 }, { hangMs: 2500, onHung: () => hung++ });
    const started = performance.now();
    let rows = 8;
    while (performance.now() - started < 3000) {
      const { runMs } = await model.score(packed(STALLING + 1, rows), true);
      if (runMs > 3000) break;
      rows *= 2;
    }
    expect(hung).toBe(0);
    await model.release();
  });
});
