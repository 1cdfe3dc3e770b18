import { expect, it } from 'vitest';
import { fitPipeline } from '#mlx/features/fit.js';
import { featureSources } from '#mlx/features/sources.js';
import { assembleModel } from '#mlx/modeling/assemble.js';
import { scoreTable } from '#mlx/modeling/evaluate.js';
import { Explainer } from '#mlx/modeling/explain.js';
import { inexactOperators, newerVersions } from '#mlx/onnx/exact-operators.js';
import { inspectModel } from '#mlx/onnx/inspect.js';
import { type Manifest, METADATA } from '#mlx/scoring/manifest.js';
import { ScoringModel } from '#mlx/scoring/model.js';
import type { Tree } from '#mlx/training/ensemble.js';
import { roundLeavesToGrid } from '#mlx/training/leaf-grid.js';
import { type Model, predictModel } from '#mlx/training/model.js';
import { numbers, schemaOf, tableOf, texts } from '../features/tables.js';
import { ensembleOf, randomTree } from '../training/random-trees.js';

const TREES = 70;

it('a forest too large for one operator is scored and explained from its file, texts and all', async () => {
  const table = tableOf([
    numbers('age', [0.1, -0.2, 0.4, 0.9]),
    texts('colour', ['red', 'blue', 'red', 'red']),
  ]);
  const columns = schemaOf(table);
  const { pipeline } = fitPipeline(table, columns, [{ step: 'impute' }, { step: 'ordinal' }]);
  const tree = randomTree({ columns: 2, depth: 13, split: 1 }, 5);
  const trees = new Array<Tree>(TREES).fill({
    ...tree,
    value: tree.value.map((value) => Math.abs(value) / 2),
  });
  roundLeavesToGrid(trees);
  const scorer = { ...ensembleOf(trees, 2, 1, TREES), base: new Float64Array(1) };
  const model: Model = {
    task: 'classification',
    classes: 2,
    link: 'identity',
    calibration: null,
    scorer,
  };
  const classes = ['no', 'yes'];
  const manifest: Manifest = {
    version: 1,
    mlxVersion: 'test',
    task: 'classification',
    algorithm: 'random-forest',
    target: { name: 'y', type: 'string' },
    classes,
    columns,
    input: { kind: 'columns' },
    outputs: { label: 'label', probabilities: 'probabilities', values: null },
    runId: null,
    dataset: null,
    featureNames: pipeline.features,
    featureSources: featureSources(pipeline, ['age', 'colour']),
  };
  const target = {
    task: 'classification' as const,
    name: 'y',
    type: 'string' as const,
    classes,
    values: new Float64Array(),
  };
  const file = assembleModel(pipeline, columns, model, target, manifest);
  const info = inspectModel(file);
  expect(info.operators['ai.onnx.ml.TreeEnsemble']).toBeGreaterThan(1);
  expect(info.metadata[METADATA.covers]).toBeDefined();
  expect([...newerVersions(info), ...inexactOperators(info)]).toEqual([]);

  const scoring = await ScoringModel.open(file);
  const explainer = await Explainer.open(file);
  try {
    const predicted = await scoreTable(scoring, table);
    expect(predicted).toEqual(predictModel(model, await explainer.features(table)));
    const { scores, expected, values } = await explainer.explain(table);
    scores.forEach((score, row) => {
      expect(predicted[2 * row + 1]).toBe(Math.fround(score));
      expect(expected[0]! + values[2 * row]! + values[2 * row + 1]!).toBeCloseTo(score, 9);
    });
  } finally {
    await explainer.release();
    await scoring.release();
  }
});
