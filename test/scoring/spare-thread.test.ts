import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId, Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RowPacker } from '#mlx/scoring/packed-rows.js';
import type { ModelFile } from '#mlx/scoring/thread/messages.js';
import { prepareThread, threadFor } from '#mlx/scoring/thread/spare-thread.js';
import { ThreadedModel } from '#mlx/scoring/thread/threaded-model.js';
import { buildModel } from '../serving/fixtures/model.js';

const { postMessage: send } = Worker.prototype;
const SPARE_THREAD = fileURLToPath(new URL('../../dist/scoring/thread/spare-thread.js', import.meta.url));

describe('a thread that is prepared before its model is known', () => {
  let folder: string;
  let file: ModelFile;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mlx-spare-'));
    const bytes = buildModel();
    const path = join(folder, 'model.onnx');
    writeFileSync(path, bytes);
    file = { path, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('scores as one that is started for its model does', async () => {
    const started = await ThreadedModel.open(file);
    prepareThread();
    const prepared = await ThreadedModel.open(file);
    const { columns } = started.manifest;
    const pack = () => new RowPacker(columns).pack([columns.map(({ type }) => (type === 'number' ? 1 : ''))]);
    const [one, other] = [await started.score(pack(), false), await prepared.score(pack(), false)];
    expect({ ...other, runMs: 0 }).toEqual({ ...one, runMs: 0 });
    await Promise.all([started.release(), prepared.release()]);
  });

  it('is given to one model alone', async () => {
    prepareThread();
    const task = { ...file, bell: new Int32Array(new SharedArrayBuffer(4)) };
    const [first, second] = [threadFor(task), threadFor(task)];
    expect(first.threadId).not.toBe(second.threadId);
    expect([first.threadId, second.threadId]).not.toContain(threadId);
    await Promise.all([first.terminate(), second.terminate()]);
  });

  it('is kept when its model is released, and takes the next one', async () => {
    const ids = new Set<number>();
    const post = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (
      this: Worker,
      ...message: Parameters<Worker['postMessage']>
    ) {
      ids.add(this.threadId);
      return send.apply(this, message);
    });
    for (let round = 0; round < 3; round++) {
      const model = await ThreadedModel.open(file);
      const { columns } = model.manifest;
      const pack = new RowPacker(columns).pack([columns.map(({ type }) => (type === 'number' ? 1 : ''))]);
      expect((await model.score(pack, false)).failures).toEqual([]);
      await model.release();
    }
    post.mockRestore();
    expect(ids.size).toBe(1);
  });

  it('does not keep a process alive that has no model after all', () => {
    const program = `import { prepareThread } from ${JSON.stringify(SPARE_THREAD)}; prepareThread();`;
    const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 });
    expect(ended.status).toBe(0);
  });
});
