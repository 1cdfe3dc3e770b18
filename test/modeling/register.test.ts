import { describe, expect, it } from 'vitest';
import { registerFile } from '#mlx/modeling/register-file.js';
import { registerRun } from '#mlx/modeling/register-run.js';
import { trainRun } from '#mlx/modeling/train-run.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { inspectModel } from '#mlx/onnx/inspect.js';
import { METADATA } from '#mlx/scoring/manifest.js';
import { clock, temporaryStore } from '../store/temporary-store.js';
import { depsOf, penguinsCsv, put, specOf } from './fixtures.js';

const PENGUINS = put('penguins.csv', penguinsCsv());
const registrant = { actor: 'tester', now: clock() };

function matrixModel(op: 'Neg' | 'ReduceMax' | 'Sqrt'): Uint8Array {
  const graph = new GraphBuilder();
  const x = graph.input('X', 'float', ['N', 2]);
  const sum = graph.node('ReduceSum', [x, graph.constant('int64', [1], BigInt64Array.of(1n))], {
    type: 'float',
  });
  const least = graph.node('ReduceMax', [x], { type: 'float' });
  const out =
    op === 'ReduceMax'
      ? graph.node('Sub', [sum, least], { type: 'float' })
      : graph.node(op, [sum], { type: 'float' });
  graph.output('y', out, ['N', 1]);
  return graph.build({}, 'elsewhere');
}

describe('a run', () => {
  it('becomes the next version, with its metrics, test rows and certificate', async () => {
    const store = await temporaryStore();
    const { run } = await trainRun(specOf(PENGUINS, 'species'), depsOf(store));
    const first = await registerRun(store, 'birds', run, registrant);
    expect(first).toMatchObject({
      name: 'birds',
      version: 1,
      stage: 'none',
      certified: true,
      runId: run.id,
      metrics: run.metrics,
      testDigest: run.testDataset?.digest,
      details: { algorithm: 'random-forest', target: 'species', certificate: { passed: true } },
    });
  });

  it('that failed has nothing to register', async () => {
    const store = await temporaryStore();
    const { run } = await trainRun(specOf(PENGUINS, 'species'), depsOf(store));
    const failed = { ...run, status: 'failed', artifacts: [] } as const;
    await expect(registerRun(store, 'birds', failed, registrant)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
    });
  });
});

describe('a file from elsewhere', () => {
  it('is registered with a manifest of its own and the graph as it was', async () => {
    const store = await temporaryStore();
    const path = put('neg.onnx', matrixModel('Neg'));
    const options = { ...registrant, allowUncertified: false, columns: ['age', 'spend'] };
    const version = await registerFile(store, 'theirs', path, options);
    expect(version).toMatchObject({
      version: 1,
      task: 'regression',
      certified: true,
      source: 'neg.onnx',
      runId: null,
    });
    const kept = Buffer.from(await store.artifacts.read(version.sha256));
    expect(kept.subarray(0, matrixModel('Neg').length).equals(matrixModel('Neg'))).toBe(true);
    expect(JSON.parse(inspectModel(kept).metadata[METADATA.manifest] as string)).toMatchObject({
      featureNames: ['age', 'spend'],
      input: { kind: 'matrix', input: 'X' },
    });
  });

  it.each([
    ['whose scores depend on the batch', 'ReduceMax', /differ from/],
    ['that gives NaN', 'Sqrt', /NaN/],
  ] as const)('%s needs a flag, and the version says so', async (_, op, reason) => {
    const store = await temporaryStore();
    const path = put(`${op}.onnx`, matrixModel(op));
    const refused = registerFile(store, 'theirs', path, { ...registrant, allowUncertified: false });
    await expect(refused).rejects.toMatchObject({ code: 'MODEL_UNCERTIFIED' });
    await expect(refused).rejects.toThrow(reason);
    expect(await store.registry.versions('theirs')).toEqual([]);
    const version = await registerFile(store, 'theirs', path, { ...registrant, allowUncertified: true });
    expect(version.certified).toBe(false);
  });

  it('with a text column whose levels nobody knows cannot be certified', async () => {
    const graph = new GraphBuilder();
    const kind = graph.input('kind', 'string', ['N', 1]);
    const code = graph.node('LabelEncoder', [kind], {
      type: 'float',
      domain: 'ai.onnx.ml',
      attributes: {
        keys_strings: { strings: ['a'] },
        values_floats: { floats: [1] },
        default_float: { float: 0 },
      },
    });
    graph.output('y', code, ['N', 1]);
    const path = put('text.onnx', graph.build({}, '1'));
    const options = { ...registrant, allowUncertified: false };
    await expect(registerFile(await temporaryStore(), 'm', path, options)).rejects.toThrow(
      /which values the column "kind" takes/,
    );
  });

  it.each([
    ['NAME_INVALID', '../up', matrixModel('Neg')],
    ['MODEL_INVALID', 'm', Buffer.from('hello')],
    ['MODEL_INVALID', 'm', matrixModel('Neg').subarray(0, 100)],
  ])('is refused with %s and nothing is kept', async (code, name, bytes) => {
    const store = await temporaryStore();
    const path = put('bad.onnx', bytes);
    await expect(
      registerFile(store, name, path, { ...registrant, allowUncertified: true }),
    ).rejects.toMatchObject({ code });
  });
});
