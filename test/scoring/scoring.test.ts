import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import { GraphBuilder, metadataField, type TensorRef } from '#mlx/onnx/graph.js';
import { inspectModel } from '#mlx/onnx/inspect.js';
import { GRAPH, TENSOR } from '#mlx/onnx/proto.js';
import { MISSING_TIME } from '#mlx/onnx/session.js';
import { type ExternalHints, externalManifest } from '#mlx/scoring/external.js';
import { feedsOf } from '#mlx/scoring/feeds.js';
import { type Manifest, METADATA, parseManifest } from '#mlx/scoring/manifest.js';
import { ScoringModel } from '#mlx/scoring/model.js';
import { predictionAt } from '#mlx/scoring/prediction.js';
import { readScores } from '#mlx/scoring/scores.js';
import { shortest } from '#mlx/stats/shortest-float.js';
import { numbers, schemaOf, tableOf, texts, times } from '../features/tables.js';
import { modelAround } from '../onnx/files.js';
import { buildModel } from '../serving/fixtures/model.js';

const own = JSON.parse(
  inspectModel(buildModel({ isInline: false })).metadata[METADATA.manifest] as string,
) as Record<string, unknown>;

describe('a manifest', () => {
  it('of mlx’s own is read as it was written', () => {
    expect(parseManifest(JSON.stringify(own))).toEqual(own);
  });

  const column = (own.columns as object[])[0];
  it.each([
    ['no JSON', '{'],
    ['null', null],
    ['a list', []],
    ['a text', 'manifest'],
    ['another version', { ...own, version: 2 }],
    ['an unknown task', { ...own, task: 'ranking' }],
    ['no classes', { ...own, classes: [] }],
    ['classes that are no names', { ...own, classes: [1, 2] }],
    ['columns that are no list', { ...own, columns: { length: 1 } }],
    ['a null column', { ...own, columns: [null] }],
    ['a column of an unknown type', { ...own, columns: [{ ...column, type: 'blob' }] }],
    ['levels that are no names', { ...own, columns: [{ ...column, levels: [{}] }] }],
    ['a column twice', { ...own, columns: [column, column] }],
    ['null outputs', { ...own, outputs: null }],
    ['no outputs', { ...own, outputs: undefined }],
    ['outputs of numbers', { ...own, outputs: { label: 1, probabilities: 2, values: 3 } }],
    [
      'outputs without the one that is needed',
      { ...own, outputs: { label: 'label', probabilities: null, values: null } },
    ],
    ['a null input', { ...own, input: null }],
    ['an unknown input layout', { ...own, input: { kind: 'rows' } }],
    ['a matrix without a name', { ...own, input: { kind: 'matrix', type: 'float' } }],
    ['a matrix of text', { ...own, input: { kind: 'matrix', input: 'X', type: 'string' } }],
    ['a target that is a text', { ...own, target: 'answer' }],
    ['a threshold that is no probability', { ...own, threshold: 1.5 }],
    ['a threshold among three classes', { ...own, classes: ['a', 'b', 'c'], threshold: 0.5 }],
    ['a target of an unknown type', { ...own, target: { name: 'answer', type: 'blob' } }],
  ])('with %s is MODEL_INVALID', (_, value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    expect(() => parseManifest(text)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });

  it('of any JSON is read or refused, never another failure', () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant(undefined));
    const keys = Object.keys(own);
    fc.assert(
      fc.property(fc.constantFrom(...keys), part, (key, value) => {
        try {
          parseManifest(JSON.stringify({ ...own, [key]: value }));
        } catch (error) {
          expect(error).toMatchObject({ code: 'MODEL_INVALID' });
        }
      }),
    );
  });
});

describe('feeds', () => {
  const table = tableOf([
    numbers('n', [1.5, null, 3]),
    texts('s', ['x', null, 'é']),
    times('t', [0, null, -86_400]),
  ]);
  const columns = schemaOf(table);

  it('a missing number is NaN, a missing category empty, a missing time the smallest int64', () => {
    expect(feedsOf({ columns, input: { kind: 'columns' } }, table)).toEqual({
      n: { type: 'double', dims: [3, 1], data: Float64Array.of(1.5, Number.NaN, 3) },
      s: { type: 'string', dims: [3, 1], data: ['x', '', 'é'] },
      t: { type: 'int64', dims: [3, 1], data: BigInt64Array.of(0n, MISSING_TIME, -86_400n) },
    });
  });

  it('takes the rows that were asked for', () => {
    const feeds = feedsOf({ columns, input: { kind: 'columns' } }, table, 1, 3);
    expect(feeds.s).toEqual({ type: 'string', dims: [2, 1], data: ['', 'é'] });
  });

  it('lays columns side by side in one matrix, in the order of the model', () => {
    const wide = tableOf([numbers('a', [1, 2]), numbers('b', [0.1, null])]);
    const input = { kind: 'matrix', input: 'X', type: 'float' } as const;
    const reversed = schemaOf(wide).reverse();
    expect(feedsOf({ columns: reversed, input }, wide)).toEqual({
      X: { type: 'float', dims: [2, 2], data: Float32Array.of(0.1, 1, Number.NaN, 2) },
    });
  });

  it('a table without a column, or with another kind of it, is DATA_INVALID by name', () => {
    const manifest = { columns: schemaOf(tableOf([texts('n', ['x'])])), input: { kind: 'columns' } } as const;
    expect(() => feedsOf(manifest, table)).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', details: { column: 'n' } }),
    );
  });
});

describe('scores', () => {
  const manifest = parseManifest(JSON.stringify(own));
  const float = (...data: number[]) => ({
    type: 'float' as const,
    dims: [data.length],
    data: Float32Array.from(data),
  });
  const labels = (...data: string[]) => ({ type: 'string' as const, dims: [data.length], data });

  it('are read with their labels', () => {
    const outputs = { label: labels('yes', 'no'), probabilities: float(0.25, 0.75, 1, 0) };
    expect(readScores(manifest, outputs, 2)).toMatchObject({ labels: Int32Array.of(1, 0), rows: 2 });
  });

  it('without labels take the first of the largest probabilities', () => {
    const bare = { ...manifest, outputs: { ...manifest.outputs, label: null } };
    expect(readScores(bare, { probabilities: float(0.5, 0.5, 0, 1) }, 2)).toMatchObject({
      labels: Int32Array.of(0, 1),
    });
  });

  it('without labels take the last of two classes from the threshold on', () => {
    const bare = { ...manifest, threshold: 0.2, outputs: { ...manifest.outputs, label: null } };
    const outputs = { probabilities: float(0.8, 0.2, 0.81, 0.19, 0.3, 0.7) };
    expect(readScores(bare, outputs, 3)).toMatchObject({ labels: Int32Array.of(1, 0, 1) });
  });

  it.each([
    ['NaN', { label: labels('no'), probabilities: float(Number.NaN, 1) }],
    ['infinite', { label: labels('no'), probabilities: float(Number.POSITIVE_INFINITY, 1) }],
    ['too few', { label: labels('no'), probabilities: float(1) }],
    ['absent', { label: labels('no') }],
    ['of text', { label: labels('no'), probabilities: labels('a', 'b') }],
    ['of a class that was not declared', { label: labels('maybe'), probabilities: float(0, 1) }],
    ['without the label that was promised', { probabilities: float(0, 1) }],
  ])('that are %s are SCORING_FAILED', (_, outputs) => {
    expect(() => readScores(manifest, outputs, 1)).toThrow(
      expect.objectContaining({ code: 'SCORING_FAILED' }),
    );
  });

  it.each([
    ['string', ['1', '2'], '2'],
    ['integer', ['1', '2'], 2],
  ] as const)('a class of a %s target prints as its type', (type, classes, expected) => {
    const scores = {
      task: 'classification',
      rows: 1,
      classes,
      labels: Int32Array.of(1),
      probabilities: Float32Array.of(0.1, 0.9),
    } as const;
    const prediction = predictionAt(scores, 0, { ...manifest, classes, target: { name: 'y', type } });
    expect(prediction).toEqual({ prediction: expected, confidence: 0.9, probabilities: { 1: 0.1, 2: 0.9 } });
  });
});

it('the shortest decimal of a float32 is the shortest of 6 to 9 digits that reads back as that float32', () => {
  const written = (value: number): number =>
    [6, 7, 8, 9]
      .map((digits) => Number(value.toPrecision(digits)))
      .find((short) => Math.fround(short) === value) ?? Number.NaN;
  const usual = fc.integer({ min: -1e7, max: 1e7 }).map((whole) => Math.fround(whole / 128));
  const share = fc.float({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(usual, share, fc.float({ noNaN: true, noDefaultInfinity: true })), (value) => {
      expect(shortest(value)).toBe(written(value));
    }),
    { numRuns: 5000 },
  );
  for (const edge of [1e-4, 0.001, 0.01, 0.1, 1, 10, 1e4, 1e5].map(Math.fround))
    for (const near of [edge, Math.fround(edge * (1 - 2 ** -24)), Math.fround(edge * (1 + 2 ** -23))])
      expect(shortest(near)).toBe(written(near));
});

it('the shortest decimal of a float32 reads back as that float32', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const short = shortest(value);
      expect(Math.fround(short) === value).toBe(true);
    }),
    { numRuns: 5000 },
  );
  expect([shortest(Math.fround(0.1)), shortest(Math.fround(1 / 3))]).toEqual([0.1, 0.33333334]);
});

describe('models from elsewhere', () => {
  const build = (write: (graph: GraphBuilder) => void): Uint8Array => {
    const graph = new GraphBuilder();
    write(graph);
    return graph.build({}, '1');
  };
  const derive = (file: Uint8Array, hints: ExternalHints = {}): Manifest =>
    externalManifest(inspectModel(file), hints);
  const weights = (graph: GraphBuilder, rows: number, columns: number): TensorRef =>
    graph.constant(
      'float',
      [rows, columns],
      Float32Array.from({ length: rows * columns }, (_, i) => (i + 1) / 16),
    );

  const regressor = build((graph) => {
    const x = graph.input('X', 'float', ['N', 3]);
    graph.output('variable', graph.node('MatMul', [x, weights(graph, 3, 1)], { type: 'float' }), ['N', 1]);
  });
  const bare = build((graph) => {
    const x = graph.input('X', 'double', ['N', 2]);
    const half = graph.node('Mul', [x, graph.constant('double', [], Float64Array.of(0.5))], {
      type: 'double',
    });
    graph.output('probabilities', half, ['N', 2]);
  });
  const golden = JSON.parse(
    readFileSync(new URL('../golden/external_classifier.json', import.meta.url), 'utf8'),
  ) as { model: string; rows: number[][]; labels: string[]; probabilities: number[][] };
  const classifier = Buffer.from(golden.model, 'base64');

  it('one matrix and one number a row is a regression', () => {
    expect(derive(regressor)).toMatchObject({
      task: 'regression',
      input: { kind: 'matrix', input: 'X', type: 'float' },
      featureNames: ['f0', 'f1', 'f2'],
      outputs: { values: 'variable' },
    });
  });

  it('takes the names of the matrix’s columns from whoever knows them', () => {
    expect(derive(regressor, { columns: ['a', 'b', 'c'] }).featureNames).toEqual(['a', 'b', 'c']);
    expect(() => derive(regressor, { columns: ['a'] })).toThrow(/takes 3 columns, and 1 names were given/);
  });

  it('several numbers a row without labels are classes 0, 1 …', () => {
    expect(derive(bare)).toMatchObject({ classes: ['0', '1'], outputs: { label: null } });
    expect(derive(bare, { classes: ['no', 'yes'] }).classes).toEqual(['no', 'yes']);
    expect(() => derive(bare, { classes: ['a', 'b', 'c'] })).toThrow(/2 probabilities for 3 classes/);
  });

  it('class names come from the classifier operator', () => {
    expect(derive(classifier)).toMatchObject({
      task: 'classification',
      classes: ['setosa', 'versicolor', 'virginica'],
    });
  });

  it('a column each: double is a number, string a category, int64 a time', () => {
    const file = build((graph) => {
      const inputs = (['double', 'string', 'int64'] as const).map((type) =>
        graph.input(type, type, ['N', 1]),
      );
      graph.output(
        'y',
        graph.node('Cast', [inputs[0] as TensorRef], { type: 'float', attributes: { to: { int: 1 } } }),
        ['N', 1],
      );
    });
    expect(derive(file).columns.map(({ name, type }) => [name, type])).toEqual([
      ['double', 'number'],
      ['string', 'category'],
      ['int64', 'time'],
    ]);
  });

  it.each([
    [
      'three axes',
      (graph: GraphBuilder) => graph.output('y', graph.input('x', 'float', ['N', 8, 8]), ['N', 8, 8]),
    ],
    [
      'no input',
      (graph: GraphBuilder) => graph.output('y', graph.constant('float', [1, 1], Float32Array.of(1)), [1, 1]),
    ],
    [
      'a matrix of unknown width',
      (graph: GraphBuilder) => graph.output('y', graph.input('x', 'float', ['N', 'F']), ['N', 1]),
    ],
    [
      'no number output',
      (graph: GraphBuilder) => graph.output('y', graph.input('x', 'string', ['N', 1]), ['N', 1]),
    ],
  ])('with %s is MODEL_INVALID', (_, write) => {
    expect(() => derive(build(write as (graph: GraphBuilder) => void))).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    );
  });

  it('score as scikit-learn does', async () => {
    const model = await ScoringModel.open(classifier);
    const columns = model.manifest.columns.map(({ name }, k) =>
      numbers(
        name,
        golden.rows.map((row) => row[k] ?? null),
      ),
    );
    const scores = await model.score(tableOf(columns));
    const predictions = golden.rows.map((_, row) => predictionAt(scores, row, model.manifest));
    expect(predictions.map(({ prediction }) => prediction)).toEqual(golden.labels);
    predictions.forEach(({ probabilities }, row) => {
      Object.values(probabilities ?? {}).forEach((value, k) => {
        expect(value).toBeCloseTo(golden.probabilities[row]?.[k] as number, 5);
      });
    });
    expect(model.manifest.algorithm).toBe('external (skl2onnx)');
    expect(model.sha256).toMatch(/^[0-9a-f]{64}$/);
    await model.release();
  });

  it('a file is inspected before it is loaded, also when it brings a manifest', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlx-scoring-'));
    const path = join(folder, 'hostile.onnx');
    const hostile = modelAround((graph) =>
      graph.messageField(GRAPH.initializer, (tensor) => tensor.varintField(TENSOR.dataLocation, 1)),
    );
    writeFileSync(path, Buffer.concat([hostile, metadataField(METADATA.manifest, JSON.stringify(own))]));
    await expect(ScoringModel.open(path)).rejects.toThrow(/another file/);
    rmSync(folder, { recursive: true });
  });

  it('what is no file is FILE_NOT_FOUND, what is no model MODEL_INVALID', async () => {
    await expect(ScoringModel.open('/nowhere/model.onnx')).rejects.toThrow(/ENOENT/);
    await expect(ScoringModel.open(new Uint8Array(0))).rejects.toBeInstanceOf(MlxError);
  });
});
