import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { EngineCache, type KeptModel } from '#mlx/scoring/engine-cache.js';
import { engineModelOf, InlineModel } from '#mlx/scoring/inline-model.js';
import type { Manifest } from '#mlx/scoring/manifest.js';
import { ThreadedModel } from '#mlx/scoring/thread/threaded-model.js';
import { emitTrees } from '#mlx/training/emit-trees.js';
import { SMALL_FORM } from '#mlx/training/tree-form.js';
import { buildModel, COLUMNS } from '../serving/fixtures/model.js';

/** Enough for a model file to be worth keeping. */
const LARGE = 2_000_000;
const SHA256 = 'ab'.repeat(32);
const MANIFEST = {
  task: 'regression',
  classes: [],
  columns: [COLUMNS[0]],
  input: { kind: 'columns' },
  outputs: { label: null, probabilities: null, values: 'y' },
} as unknown as Manifest;

let folder: string;
let cache: EngineCache;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'mlx-cache-')), 'cache');
  cache = new EngineCache(folder);
});

afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

/** A model of three trees of two outputs, of which one is taken, and what the engine needs of it. */
function treeModel() {
  const graph = new GraphBuilder();
  const amount = graph.input('amount', 'double', ['N', 1]);
  const matrix = graph.node('Cast', [amount], { type: 'float', attributes: { to: { int: 1 } } });
  const tree = (threshold: number) => ({
    feature: Int32Array.of(0, -1, -1),
    threshold: Float32Array.of(threshold, 0, 0),
    left: Int32Array.of(1, 0, 0),
    right: Int32Array.of(2, 0, 0),
    missingLeft: Uint8Array.of(1, 0, 0),
    cover: Float32Array.of(2, 1, 1),
    value: Float64Array.of(0, 0, 0.5, 1, 2, 0.25),
  });
  const trees = [1, 2, 3].map(tree);
  const base = new Float64Array(2);
  const sums = emitTrees(
    graph,
    matrix,
    { kind: 'trees', columns: 1, outputs: 2, trees, base, divisor: 1 },
    SMALL_FORM,
  );
  const axis = { axis: { int: 1 } };
  const first = graph.node('Gather', [sums, graph.constant('int64', [1], BigInt64Array.of(1n))], {
    type: 'double',
    attributes: axis,
  });
  graph.output('y', graph.node('Cast', [first], { type: 'float', attributes: { to: { int: 1 } } }), ['N', 1]);
  const engine = engineModelOf(graph.build({}, '1'), MANIFEST);
  if (engine === null) throw new Error('the engine does not run it');
  return engine;
}

const scoresOf = (engine: ReturnType<typeof treeModel>) =>
  InlineModel.of(engine, MANIFEST)?.scorePacked({
    rows: 5,
    numbers: Float64Array.of(0, 1.5, 2.5, 9, Number.NaN),
    texts: [],
  });

describe('what is kept of a model file', () => {
  it('scores as the model does', () => {
    const engine = treeModel();
    cache.write(SHA256, LARGE, { engine, manifest: MANIFEST });
    const kept = cache.read(SHA256);
    expect(kept?.manifest).toEqual(MANIFEST);
    expect(scoresOf(kept?.engine as typeof engine)).toEqual(scoresOf(engine));
  });

  it('is read into memory that is free, where it fits', () => {
    const engine = treeModel();
    cache.write(SHA256, LARGE, { engine, manifest: MANIFEST });
    const { memory } = cache.read(SHA256) as KeptModel;
    new Uint8Array(memory).fill(255);
    const again = cache.read(SHA256, memory);
    expect(again?.memory).toBe(memory);
    expect(scoresOf(again?.engine as typeof engine)).toEqual(scoresOf(engine));
    for (const bytes of [8, 5 * memory.byteLength])
      expect(cache.read(SHA256, new SharedArrayBuffer(bytes))?.memory.byteLength).toBe(memory.byteLength);
  });

  it('is not there for small files, nor for files that were not read', () => {
    cache.write(SHA256, 1000, { engine: treeModel(), manifest: MANIFEST });
    expect(cache.read(SHA256)).toBeNull();
  });

  it('is not used when a byte of it is another, or it was cut short', () => {
    cache.write(SHA256, LARGE, { engine: treeModel(), manifest: MANIFEST });
    const [name] = readdirSync(folder) as [string];
    const bytes = readFileSync(join(folder, name));
    for (const at of [0, 35, 60, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      writeFileSync(join(folder, name), damaged);
      expect(cache.read(SHA256)).toBeNull();
    }
    for (const length of [0, 20, bytes.length - 8]) {
      writeFileSync(join(folder, name), bytes.subarray(0, length));
      expect(cache.read(SHA256)).toBeNull();
    }
  });

  it('is no more than 32 files: the oldest go', () => {
    const engine = treeModel();
    for (let file = 0; file < 34; file++) {
      cache.write(`${file}`.padStart(64, '0'), LARGE, { engine, manifest: MANIFEST });
      for (const name of readdirSync(folder).filter((each) => each.startsWith(`${file}`.padStart(64, '0'))))
        utimesSync(join(folder, name), file, file);
    }
    expect(readdirSync(folder)).toHaveLength(32);
    expect(cache.read('0'.repeat(64))).toBeNull();
    expect(cache.read('33'.padStart(64, '0'))).not.toBeNull();
  });

  it('cannot be written where there is a file in place of its folder: then it is not there', () => {
    writeFileSync(folder, '');
    cache.write(SHA256, LARGE, { engine: treeModel(), manifest: MANIFEST });
    expect(cache.read(SHA256)).toBeNull();
  });
});

it('a model is opened without its file when it is kept', async () => {
  const bytes = buildModel({ isInline: true });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = join(folder, '..', 'model.onnx');
  writeFileSync(path, bytes);
  const first = await ThreadedModel.open({ path, sha256, cacheFolder: folder });
  const engine = engineModelOf(bytes, first.manifest);
  if (engine === null) throw new Error('the engine does not run it');
  cache.write(sha256, LARGE, { engine, manifest: first.manifest });
  rmSync(path);
  const second = await ThreadedModel.open({ path, sha256, cacheFolder: folder });
  expect(second.manifest).toEqual(first.manifest);
  await Promise.all([first.release(), second.release()]);
});
