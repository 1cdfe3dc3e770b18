import { expect, it } from 'vitest';
import { assembleModel } from '#mlx/modeling/assemble.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { parseManifest } from '#mlx/scoring/manifest.js';
import { predictedClasses } from '#mlx/stats/metrics/predicted-classes.js';
import { predictModel } from '#mlx/training/model.js';
import { trainModel } from '#mlx/training/train.js';
import { seattle } from '../training/tables.js';

const CLASSES = ['dry', 'rainy'];

it.each([undefined, 0, 0.2, 0.5, 0.9, 1])(
  'the graph’s own label agrees with the rule for a threshold of %s',
  async (threshold) => {
    const data = seattle(['temp_max', 'wind'], 'rainy');
    const params = { n_estimators: 5, max_depth: 4 };
    const { model } = await trainModel({
      algorithm: 'random-forest',
      task: 'classification',
      ...data,
      params,
      seed: 1,
    });
    const names = ['temp_max', 'wind'];
    const columns = names.map(
      (name) => ({ name, type: 'number', role: 'feature', missing: 0, unique: 9 }) as const,
    );
    const manifest = parseManifest(
      JSON.stringify({
        version: 1,
        mlxVersion: 'test',
        task: 'classification',
        algorithm: 'random-forest',
        target: { name: 'rainy', type: 'string' },
        classes: CLASSES,
        columns,
        input: { kind: 'columns' },
        outputs: { label: 'label', probabilities: 'probabilities', values: null },
        runId: null,
        dataset: null,
        featureNames: names,
        threshold,
      }),
    );
    const target = {
      task: 'classification',
      name: 'rainy',
      type: 'string',
      classes: CLASSES,
      values: data.target,
    } as const;
    const raw = names.map((name) => ({ name, kind: 'number' }) as const);
    const pipeline = { version: 2, columns: raw, steps: [], features: names } as const;
    const bytes = assembleModel(pipeline, columns, model, target, manifest);
    const session = await ModelSession.load(bytes, { threads: 1 });
    const { rows } = data.matrix;
    const feeds = Object.fromEntries(
      names.map((name, at) => [
        name,
        {
          type: 'double' as const,
          dims: [rows, 1],
          data: Float64Array.from({ length: rows }, (_, row) => data.matrix.data[2 * row + at]!),
        },
      ]),
    );
    const { label } = await session.run(feeds);
    await session.release();
    const expected = predictedClasses(predictModel(model, data.matrix), 2, threshold);
    expect(label!.data).toEqual(Array.from(expected, (k) => CLASSES[k]));
    if (threshold === 0) expect(label!.data).not.toContain('dry');
  },
);
