import type { GraphBuilder, TensorRef } from '../../onnx/graph.js';
import { momentsOf } from '../../stats/moments.js';
import { quantilesOf } from '../../stats/selection.js';
import type { NumberBlock } from '../block.js';
import { finite } from '../finite.js';
import { takeColumns } from '../row-operation.js';
import { scratchFor } from '../scratch.js';
import type { Step } from '../step.js';
import { emitFlags } from './impute.js';

type State = {
  readonly encode: string;
  /** Per column the ascending edges between its bins; a value on an edge belongs to the bin above. */
  readonly edges: readonly (readonly number[])[];
};

/** Quantile bins that are not wider than this are joined to the one before (scikit-learn's own figure). */
const NARROWEST = 1e-8;

/**
 * Numbers become the place of their bin, from 0, or one 0/1 column `name.bin0`, `name.bin1`, … per bin. Same bins as
 * scikit-learn's KBinsDiscretizer, of equal width (`uniform`) or equal share of the training rows (`quantile`);
 * the outer bins are open, and a constant column has one. A missing value stays missing, or is 0 in every column.
 */
export const bins: Step<NumberBlock, NumberBlock, State> = {
  name: 'bins',
  summary: 'numbers become the place of their bin, or one 0/1 column per bin',
  accepts: 'number',
  isColumnwise: ({ encode }) => encode === 'ordinal',
  parameters: {
    strategy: {
      kind: 'choice',
      choices: ['quantile', 'uniform'],
      default: 'quantile',
      help: 'bins of equal share of the rows, or of equal width',
    },
    n_bins: { kind: 'integer', default: 5, min: 2, max: 1000, help: 'number of bins' },
    encode: {
      kind: 'choice',
      choices: ['ordinal', 'onehot'],
      default: 'ordinal',
      help: 'the place of the bin as one number, or a 0/1 column per bin',
    },
  },
  fit(block, options, context) {
    const count = options.n_bins as number;
    const scratch = scratchFor(block, context);
    const edgesOf = options.strategy === 'uniform' ? uniformEdges : quantileEdges;
    return {
      encode: options.encode as string,
      edges: block.columns.map((column) => edgesOf(column, count, scratch).map((edge) => finite(edge, 0))),
    };
  },
  apply(block, { encode, edges }) {
    const places = block.columns.map((column, index) => placesOf(column, edges[index] ?? []));
    if (encode === 'ordinal') return { ...block, columns: places };
    const outputs = binsOf(edges);
    return {
      kind: 'number',
      names: outputs.map(({ column, bin }) => `${block.names[column]}.bin${bin}`),
      columns: outputs.map(({ column, bin }) => flagsOf(places[column] as Float64Array, bin)),
    };
  },
  sources({ encode, edges }) {
    return encode === 'ordinal'
      ? edges.map((_, column) => [column])
      : binsOf(edges).map(({ column }) => [column]);
  },
  emit(graph, { tensor }, { encode, edges }) {
    const places = emitPlaces(graph, tensor, edges);
    if (encode === 'ordinal') return { kind: 'number', tensor: places };
    const outputs = binsOf(edges);
    const sources = takeColumns(
      graph,
      places,
      outputs.map(({ column }) => column),
    );
    const own = graph.constant(
      'double',
      [1, outputs.length],
      Float64Array.from(outputs, ({ bin }) => bin),
    );
    return {
      kind: 'number',
      tensor: emitFlags(graph, graph.node('Equal', [sources, own], { type: 'bool' })),
    };
  },
};

/** numpy's linspace without its ends. */
function uniformEdges(column: Float64Array, count: number): number[] {
  const { min, max } = momentsOf(column);
  if (!(min < max)) return [];
  const step = finite(max - min, 0) / count;
  return Array.from({ length: count - 1 }, (_, index) => (index + 1) * step + min);
}

function quantileEdges(column: Float64Array, count: number, scratch: Float64Array): number[] {
  // The bits of numpy's linspace(0, 100) / 100.
  const share = 100 / count;
  const shares = Array.from({ length: count + 1 }, (_, index) =>
    index === count ? 1 : (index * share) / 100,
  );
  const quantiles = quantilesOf(column, shares, scratch);
  const wide = quantiles.filter(
    (edge, index) => index === 0 || edge - (quantiles[index - 1] as number) > NARROWEST,
  );
  return wide.slice(1, -1);
}

/** Every bin of every column, in the order of the one-hot columns. */
function binsOf(edges: State['edges']): { readonly column: number; readonly bin: number }[] {
  return edges.flatMap((own, column) =>
    Array.from({ length: own.length + 1 }, (_, bin) => ({ column, bin })),
  );
}

/** Number of edges that are not above each value. */
function placesOf(column: Float64Array, edges: readonly number[]): Float64Array {
  const out = new Float64Array(column.length);
  for (let row = 0; row < out.length; row++) {
    const value = column[row] as number;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    out[row] = Number.isNaN(value) ? value : low;
  }
  return out;
}

function flagsOf(places: Float64Array, bin: number): Float64Array {
  const out = new Float64Array(places.length);
  for (let row = 0; row < out.length; row++) out[row] = +(places[row] === bin);
  return out;
}

/** Compares every value with every edge of its column at once; nothing is at or above the NaN that fills up. */
function emitPlaces(graph: GraphBuilder, tensor: TensorRef, edges: State['edges']): TensorRef {
  const width = edges.length;
  const most = Math.max(1, ...edges.map((own) => own.length));
  const padded = new Float64Array(width * most).fill(Number.NaN);
  edges.forEach((own, column) => {
    padded.set(own, column * most);
  });
  const last = graph.constant('int64', [1], BigInt64Array.of(2n));
  const values = graph.node('Unsqueeze', [tensor, last], { type: 'double' });
  const isReached = graph.node(
    'GreaterOrEqual',
    [values, graph.constant('double', [1, width, most], padded)],
    {
      type: 'bool',
    },
  );
  const places = graph.node('ReduceSum', [emitFlags(graph, isReached), last], {
    type: 'double',
    attributes: { keepdims: { int: 0 } },
  });
  const missing = graph.node('IsNaN', [tensor], { type: 'bool' });
  return graph.node('Where', [missing, tensor, places], { type: 'double' });
}
