import { MlxError } from '../../errors.js';
import type { GraphBuilder, TensorRef } from '../../onnx/graph.js';
import type { NumberBlock } from '../block.js';
import { takeColumns } from '../row-operation.js';
import type { Step } from '../step.js';

type State = {
  readonly columns: number;
  readonly degree: number;
  readonly interaction_only: boolean;
  readonly include_bias: boolean;
};

const MOST_COLUMNS = 10_000;

/** A product of columns: one column times a product of the degree below. */
interface Term {
  readonly column: number;
  /** Place of the other factor among the terms of the degree below. */
  readonly rest: number;
  /** The columns multiplied, ascending. */
  readonly factors: readonly number[];
}

/**
 * All products of up to `degree` columns: `a`, `b`, `a^2`, `a*b`, `b^2`, … Same terms in the same order as
 * scikit-learn's PolynomialFeatures. Each term is one multiplication of a column with a term of the degree below,
 * so that the graph multiplies in the same order and needs three operators per degree.
 * @throws MlxError PARAM_INVALID when there would be more than 10,000 columns
 */
export const polynomial: Step<NumberBlock, NumberBlock, State> = {
  name: 'polynomial',
  summary: 'adds the products of up to so many columns',
  accepts: 'number',
  parameters: {
    degree: { kind: 'integer', default: 2, min: 1, help: 'the most factors of a product' },
    interaction_only: { kind: 'boolean', default: false, help: 'only products of different columns' },
    include_bias: { kind: 'boolean', default: false, help: 'adds a column "1" of ones' },
  },
  fit(block, options) {
    const state: State = {
      columns: block.columns.length,
      degree: options.degree as number,
      interaction_only: options.interaction_only as boolean,
      include_bias: options.include_bias as boolean,
    };
    const count = countTerms(state);
    if (count <= MOST_COLUMNS) return state;
    throw new MlxError(
      'PARAM_INVALID',
      `polynomial: degree ${state.degree} of ${state.columns} columns would make ${count.toLocaleString('en')} columns; ${MOST_COLUMNS.toLocaleString('en')} is the most.`,
      {
        hint: 'Take a lower degree, "interaction_only", or name fewer "columns".',
        details: { columns: count },
      },
    );
  },
  apply(block, state) {
    const rows = block.columns[0]?.length ?? 0;
    const names: string[] = state.include_bias ? ['1'] : [];
    const columns: Float64Array[] = state.include_bias ? [new Float64Array(rows).fill(1)] : [];
    let below: readonly Float64Array[] = block.columns;
    for (const terms of termsOf(state)) {
      if (terms[0]?.factors.length !== 1) {
        below = terms.map(({ column, rest }) =>
          product(below[rest] as Float64Array, block.columns[column] as Float64Array),
        );
      }
      columns.push(...below);
      names.push(...terms.map(({ factors }) => nameOf(block.names, factors)));
    }
    return { kind: 'number', names, columns };
  },
  sources(state) {
    const terms = termsOf(state).flat();
    return [...(state.include_bias ? [[]] : []), ...terms.map(({ factors }) => [...new Set(factors)])];
  },
  emit(graph, { tensor }, state) {
    const parts: TensorRef[] = state.include_bias ? [emitOnes(graph, tensor)] : [];
    let below = tensor;
    for (const terms of termsOf(state)) {
      if (terms[0]?.factors.length !== 1) {
        const rests = takeColumns(
          graph,
          below,
          terms.map(({ rest }) => rest),
        );
        const columns = takeColumns(
          graph,
          tensor,
          terms.map(({ column }) => column),
        );
        below = graph.node('Mul', [rests, columns], { type: 'double' });
      }
      parts.push(below);
    }
    if (parts.length === 1) return { kind: 'number', tensor: below };
    return {
      kind: 'number',
      tensor: graph.node('Concat', parts, { type: 'double', attributes: { axis: { int: 1 } } }),
    };
  },
};

/** The terms degree by degree from 1, each degree in lexicographic order of its factors; no empty degree. */
function termsOf({ columns, degree, interaction_only: isInteraction }: State): Term[][] {
  let below: readonly Term[] = Array.from({ length: columns }, (_, column) => ({
    column,
    rest: 0,
    factors: [column],
  }));
  const degrees = [[...below]];
  for (let of = 2; of <= degree; of++) {
    const terms: Term[] = [];
    for (let column = 0; column < columns; column++) {
      const first = column + (isInteraction ? 1 : 0);
      below.forEach((term, rest) => {
        if (term.column >= first) terms.push({ column, rest, factors: [column, ...term.factors] });
      });
    }
    if (terms.length === 0) break;
    degrees.push(terms);
    below = terms;
  }
  return degrees;
}

/** Number of columns that come out: binomial coefficients. */
function countTerms({
  columns,
  degree,
  interaction_only: isInteraction,
  include_bias: hasBias,
}: State): number {
  let count = hasBias ? 1 : 0;
  if (!isInteraction) return count + binomial(columns + degree, Math.min(columns, degree)) - 1;
  for (let of = 1; of <= Math.min(columns, degree); of++) count += binomial(columns, of);
  return count;
}

function binomial(n: number, k: number): number {
  let result = 1;
  // From the left each quotient is whole.
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let row = 0; row < out.length; row++) out[row] = (a[row] as number) * (b[row] as number);
  return out;
}

function nameOf(names: readonly string[], factors: readonly number[]): string {
  const powers = new Map<number, number>();
  for (const factor of factors) powers.set(factor, (powers.get(factor) ?? 0) + 1);
  return [...powers]
    .map(([column, power]) => (power === 1 ? names[column] : `${names[column]}^${power}`))
    .join('*');
}

/** Ones for as many rows as the tensor has. */
function emitOnes(graph: GraphBuilder, tensor: TensorRef): TensorRef {
  const missing = graph.node('IsNaN', [takeColumns(graph, tensor, [0])], { type: 'bool' });
  const one = graph.constant('double', [1, 1], Float64Array.of(1));
  return graph.node('Where', [missing, one, one], { type: 'double' });
}
