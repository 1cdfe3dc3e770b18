import type { GraphBuilder, TensorRef } from '../../onnx/graph.js';
import { ELEMENT_TYPES } from '../../onnx/proto.js';
import { momentsOf } from '../../stats/moments.js';
import { quantilesOf } from '../../stats/selection.js';
import type { NumberBlock } from '../block.js';
import { finite } from '../finite.js';
import { takeColumns } from '../row-operation.js';
import { scratchFor } from '../scratch.js';
import type { Step } from '../step.js';

type State = {
  readonly strategy: string;
  /** What a missing value becomes, per column. */
  readonly values: readonly number[];
  /** Whether the column has an indicator. */
  readonly indicators: readonly boolean[];
};

/** Of a column that has at least one value; `scratch` has room for as many values. */
type Centre = (column: Float64Array, scratch: Float64Array) => number;

const CENTRES: Readonly<Record<string, Centre>> = {
  mean: (column) => momentsOf(column).mean,
  median: (column, scratch) => quantilesOf(column, [0.5], scratch)[0] as number,
  most_frequent: mode,
};

/**
 * Missing numbers become the median, mean or most frequent value (the smallest of equals) of the training rows, or
 * a constant; a column without any value becomes the constant, 0 unless told. Same definition as scikit-learn's
 * SimpleImputer, which leaves such a column out. With an indicator, each column that misses values in the training
 * rows gets a column `name.missing`, 1 where the value is missing; they stand after all the others.
 */
export const impute: Step<NumberBlock, NumberBlock, State> = {
  name: 'impute',
  summary:
    'missing numbers become the median, mean or most frequent value of the training rows, or a constant',
  accepts: 'number',
  isColumnwise: ({ add_indicator: isAdded }) => !isAdded,
  parameters: {
    strategy: {
      kind: 'choice',
      choices: ['median', 'mean', 'most_frequent', 'constant'],
      default: 'median',
      help: 'what a missing number becomes',
    },
    fill_value: {
      kind: 'number',
      default: null,
      help: 'the constant, and what a column without any value becomes (0 unless given)',
    },
    add_indicator: {
      kind: 'boolean',
      default: false,
      help: 'adds a 0/1 column NAME.missing for each column that misses values in the training rows',
    },
  },
  fit(block, options, context) {
    const strategy = options.strategy as string;
    const constant = (options.fill_value as number | null) ?? 0;
    const centre = CENTRES[strategy] ?? (() => constant);
    const scratch = scratchFor(block, context);
    const values = block.columns.map((column) =>
      finite(hasValue(column) ? centre(column, scratch) : constant, constant),
    );
    const isAdded = options.add_indicator as boolean;
    const indicators = block.columns.map((column) => isAdded && firstMissing(column) >= 0);
    return { strategy, values, indicators };
  },
  apply(block, { values, indicators }) {
    const columns = block.columns.map((column, index) => filled(column, values[index] as number));
    const places = placesOf(indicators);
    const added = places.map((index) => missingOf(block.columns[index] as Float64Array));
    const names = places.map((index) => `${block.names[index]}.missing`);
    return { kind: 'number', names: [...block.names, ...names], columns: [...columns, ...added] };
  },
  sources({ values, indicators }) {
    return [...values.keys(), ...placesOf(indicators)].map((column) => [column]);
  },
  emit(graph, { tensor }, { values, indicators }) {
    const constant = graph.constant('double', [1, values.length], Float64Array.from(values));
    const missing = graph.node('IsNaN', [tensor], { type: 'bool' });
    const full = graph.node('Where', [missing, constant, tensor], { type: 'double' });
    const places = placesOf(indicators);
    if (places.length === 0) return { kind: 'number', tensor: full };
    const flags = emitFlags(graph, takeColumns(graph, missing, places));
    return {
      kind: 'number',
      tensor: graph.node('Concat', [full, flags], { type: 'double', attributes: { axis: { int: 1 } } }),
    };
  },
};

/** A bool tensor as 0 and 1. */
export function emitFlags(graph: GraphBuilder, flags: TensorRef): TensorRef {
  return graph.node('Cast', [flags], { type: 'double', attributes: { to: { int: ELEMENT_TYPES.double } } });
}

function placesOf(indicators: readonly boolean[]): number[] {
  return [...indicators.keys()].filter((index) => indicators[index]);
}

function hasValue(column: Float64Array): boolean {
  return column.some((value) => !Number.isNaN(value));
}

/** -1 where nothing is missing. */
function firstMissing(column: Float64Array): number {
  for (let row = 0; row < column.length; row++) if (Number.isNaN(column[row] as number)) return row;
  return -1;
}

/** The same column where nothing is missing. */
function filled(column: Float64Array, value: number): Float64Array {
  const first = firstMissing(column);
  if (first < 0) return column;
  const out = column.slice();
  for (let row = first; row < out.length; row++) if (Number.isNaN(out[row] as number)) out[row] = value;
  return out;
}

function missingOf(column: Float64Array): Float64Array {
  const out = new Float64Array(column.length);
  for (let row = 0; row < out.length; row++) out[row] = +Number.isNaN(column[row] as number);
  return out;
}

function mode(column: Float64Array, scratch: Float64Array): number {
  scratch.set(column);
  // NaN sorts to the end.
  scratch.sort();
  let best = scratch[0] as number;
  let most = 0;
  for (let start = 0, end = 0; start < scratch.length; start = end) {
    const value = scratch[start] as number;
    if (Number.isNaN(value)) break;
    while (end < scratch.length && scratch[end] === value) end++;
    if (end - start <= most) continue;
    most = end - start;
    best = value;
  }
  return best;
}
