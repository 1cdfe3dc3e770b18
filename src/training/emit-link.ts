import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import type { Model } from './model.js';

/** Raw scores to predictions before calibration: see `linkScores`. */
export function emitLink(graph: GraphBuilder, scores: TensorRef, { task, classes, link }: Model): TensorRef {
  if (link === 'exp') return graph.node('Exp', [scores], { type: 'float' });
  if (task === 'regression') return scores;
  if (classes > 2) return link === 'identity' ? scores : emitSoftmax(graph, scores);
  return link === 'identity' ? emitPair(graph, scores) : emitPairFromLogOdds(graph, scores);
}

/** Probabilities of two classes, float `[N, 2]`, from the last one's, float `[N, 1]`. */
export function emitPair(graph: GraphBuilder, last: TensorRef): TensorRef {
  const one = graph.constant('float', [], Float32Array.of(1));
  return sideBySide(graph, graph.node('Sub', [one, last], { type: 'float' }), last);
}

/** Probabilities of two classes, float `[N, 2]`, from the log odds of the last one, float `[N, 1]`. */
export function emitPairFromLogOdds(graph: GraphBuilder, logOdds: TensorRef): TensorRef {
  // the log odds of the first class against itself are 0; softmax keeps small probabilities exact at both ends
  const zero = graph.constant('float', [], Float32Array.of(0));
  const first = graph.node('Mul', [logOdds, zero], { type: 'float' });
  return emitSoftmax(graph, sideBySide(graph, first, logOdds));
}

function emitSoftmax(graph: GraphBuilder, scores: TensorRef): TensorRef {
  return graph.node('Softmax', [scores], { type: 'float', attributes: { axis: { int: 1 } } });
}

function sideBySide(graph: GraphBuilder, first: TensorRef, last: TensorRef): TensorRef {
  return graph.node('Concat', [first, last], { type: 'float', attributes: { axis: { int: 1 } } });
}
