import { castTo } from '../onnx/cast.js';
import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import { emitCalibration } from './emit-calibration.js';
import { emitLinear } from './emit-linear.js';
import { emitLink } from './emit-link.js';
import { emitTrees } from './emit-trees.js';
import type { Model } from './model.js';

/** What a model adds to a graph. */
export interface EmittedModel {
  /** Raw scores, float `[N, outputs]`. */
  readonly scores: TensorRef;
  /** Probabilities, float `[N, classes]`, or regression values, float `[N, 1]`. */
  readonly predictions: TensorRef;
}

/**
 * Adds the model to a graph: see `predictModel`. The links use float32 `Softmax` and `Exp`, which give the same bits for
 * a row alone as in a batch (their double forms do not).
 *
 * @param matrix float `[N, columns]`
 */
export function emitModel(graph: GraphBuilder, matrix: TensorRef, model: Model): EmittedModel {
  const { scorer } = model;
  const raw = scorer.kind === 'trees' ? emitTrees(graph, matrix, scorer) : emitLinear(graph, matrix, scorer);
  const scores = castTo(graph, raw, 'float');
  const probabilities = emitLink(graph, scores, model);
  const { calibration } = model;
  return {
    scores,
    predictions:
      calibration === null ? probabilities : emitCalibration(graph, calibration, { scores, probabilities }),
  };
}
