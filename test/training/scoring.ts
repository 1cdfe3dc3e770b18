import { GraphBuilder } from '#mlx/onnx/graph.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { type EmittedModel, emitModel } from '#mlx/training/emit-model.js';
import type { TreeEnsemble } from '#mlx/training/ensemble.js';
import type { Matrix } from '#mlx/training/matrix.js';
import type { Model } from '#mlx/training/model.js';

/** Predictions through ONNX Runtime, `batch` rows at a time. */
export function scoreWithOnnx(
  model: Model,
  matrix: Matrix,
  batch = matrix.rows,
  threads = 1,
): Promise<Float32Array> {
  return runOnnx(model, matrix, batch, threads, 'predictions');
}

/** Raw scores through ONNX Runtime, all rows at once. */
export function rawScoresWithOnnx(model: Model, matrix: Matrix): Promise<Float32Array> {
  return runOnnx(model, matrix, matrix.rows, 1, 'scores');
}

async function runOnnx(
  model: Model,
  matrix: Matrix,
  batch: number,
  threads: number,
  output: keyof EmittedModel,
): Promise<Float32Array> {
  const { rows, columns, data } = matrix;
  const graph = new GraphBuilder();
  const input = graph.input('x', 'float', ['N', columns]);
  const isScores = output === 'scores' || model.task === 'regression';
  const width = isScores ? model.scorer.outputs : model.classes;
  graph.output('y', emitModel(graph, input, model)[output], ['N', width]);
  const session = await ModelSession.load(graph.build({}, 'test'), { threads });
  const scores = new Float32Array(rows * width);
  for (let start = 0; start < rows; start += batch) {
    const end = Math.min(rows, start + batch);
    const x = {
      type: 'float' as const,
      dims: [end - start, columns],
      data: data.slice(start * columns, end * columns),
    };
    const { y } = await session.run({ x });
    scores.set(y!.data as Float32Array, start * width);
  }
  await session.release();
  return scores;
}

/** The share of rows whose most probable class is the right one. */
export function accuracy(probabilities: Float32Array, target: Float64Array, classes: number): number {
  let right = 0;
  target.forEach((label, row) => {
    const shares = [...probabilities.subarray(row * classes, (row + 1) * classes)];
    if (shares.indexOf(Math.max(...shares)) === label) right++;
  });
  return right / target.length;
}

export function rSquared(predictions: Float32Array, target: Float64Array): number {
  const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
  const residual = target.reduce((sum, value, i) => sum + (value - predictions[i]!) ** 2, 0);
  return 1 - residual / target.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** The trees of a model that is made of trees. */
export function treesOf({ scorer }: Model): TreeEnsemble {
  if (scorer.kind !== 'trees') throw new Error('the model is not made of trees');
  return scorer;
}
