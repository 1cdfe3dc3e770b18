import { castTo } from '../onnx/cast.js';
import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import { emitLinear } from './emit-linear.js';
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
  return { scores, predictions: emitLink(graph, scores, model) };
}

function emitLink(graph: GraphBuilder, scores: TensorRef, { task, classes, link }: Model): TensorRef {
  if (link === 'exp') return graph.node('Exp', [scores], { type: 'float' });
  if (task === 'regression') return scores;
  if (classes > 2) return link === 'identity' ? scores : emitSoftmax(graph, scores);
  if (link === 'identity') {
    const one = graph.constant('float', [], Float32Array.of(1));
    return emitPair(graph, graph.node('Sub', [one, scores], { type: 'float' }), scores);
  }
  // the log odds of the first class against itself are 0; softmax keeps small probabilities exact at both ends
  const zero = graph.constant('float', [], Float32Array.of(0));
  return emitSoftmax(graph, emitPair(graph, graph.node('Mul', [scores, zero], { type: 'float' }), scores));
}

function emitSoftmax(graph: GraphBuilder, scores: TensorRef): TensorRef {
  return graph.node('Softmax', [scores], { type: 'float', attributes: { axis: { int: 1 } } });
}

function emitPair(graph: GraphBuilder, first: TensorRef, last: TensorRef): TensorRef {
  return graph.node('Concat', [first, last], { type: 'float', attributes: { axis: { int: 1 } } });
}
