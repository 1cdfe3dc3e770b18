import { castTo } from '../onnx/cast.js';
import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import { emitCalibration } from './emit-calibration.js';
import { emitLinear } from './emit-linear.js';
import { emitLink } from './emit-link.js';
import { emitTrees } from './emit-trees.js';
import type { Model } from './model.js';
import { SMALL_FORM, type TreeForm, treeFormOf } from './tree-form.js';

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
 * @param form of all trees, by the size of the model
 */
export function emitModel(
  graph: GraphBuilder,
  matrix: TensorRef,
  model: Model,
  form: TreeForm = formOf(model),
): EmittedModel {
  const { scorer } = model;
  const raw =
    scorer.kind === 'trees' ? emitTrees(graph, matrix, scorer, form) : emitLinear(graph, matrix, scorer);
  const scores = castTo(graph, raw, 'float');
  const probabilities = emitLink(graph, scores, model);
  const { calibration } = model;
  return {
    scores,
    predictions:
      calibration === null
        ? probabilities
        : emitCalibration(graph, calibration, { scores, probabilities, form }),
  };
}

function formOf({ scorer }: Model): TreeForm {
  return scorer.kind === 'trees' ? treeFormOf(scorer) : SMALL_FORM;
}
