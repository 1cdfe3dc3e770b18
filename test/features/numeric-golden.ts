import { readFileSync } from 'node:fs';
import type { Table } from '#mlx/data/table.js';
import { blockOf, type NumberBlock } from '#mlx/features/block.js';
import { NO_TARGET } from '#mlx/features/fit.js';
import { resolveOptions } from '#mlx/features/parameters.js';
import { STEPS } from '#mlx/features/pipeline.js';
import type { FitContext, Step } from '#mlx/features/step.js';
import { numbers, tableOf } from './tables.js';

type Cells = readonly (number | null)[];

/** What scikit-learn (or the numpy or pandas function named) answered: test/oracles/features_numeric.py. */
export interface GoldenCase {
  readonly step: string;
  readonly counterpart: string;
  readonly table: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The first rows alone. */
  readonly rows?: number;
  readonly target?: string;
  readonly columns?: readonly Cells[];
  readonly names?: readonly string[];
  readonly kept?: readonly number[];
  readonly scores?: Cells;
  readonly p_values?: Cells | null;
}

interface Golden {
  readonly tables: Readonly<Record<string, Readonly<Record<string, Cells>>>>;
  readonly targets: Readonly<
    Record<string, { task: 'classification' | 'regression'; classes: number; values: number[] }>
  >;
  readonly cases: readonly GoldenCase[];
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/features_numeric.json', import.meta.url), 'utf8'),
) as Golden;

export const CASES = golden.cases;

export interface Answer {
  readonly block: NumberBlock;
  readonly state: Readonly<Record<string, unknown>>;
  /** Largest difference from the counterpart's answer, relative to the largest value of the column. */
  readonly difference: number;
}

export function tableNamed(name: string, rows?: number): Table {
  const columns = Object.entries(golden.tables[name] ?? {});
  return tableOf(columns.map(([column, values]) => numbers(column, values.slice(0, rows))));
}

/** Fits the step to the case's table and applies it to the same rows. */
export function answer(golden: GoldenCase): Answer {
  const step = STEPS.get(golden.step) as Step;
  const table = tableNamed(golden.table, golden.rows);
  const block = blockOf(
    table,
    'number',
    table.columns.map(({ name }) => name),
  );
  const options = resolveOptions(step.name, step.parameters, golden.options);
  const state = step.fit(block, options, contextOf(golden.target));
  const out = step.apply(block, state) as NumberBlock;
  return { block: out, state, difference: differenceOf(golden, out, state) };
}

function contextOf(target: string | undefined): FitContext {
  if (target === undefined) return NO_TARGET;
  const { values, ...rest } = golden.targets[target] as Golden['targets'][string];
  return { target: { ...rest, values: Float64Array.from(values) }, folds: null, seed: 5 };
}

function differenceOf(golden: GoldenCase, out: NumberBlock, state: Answer['state']): number {
  const pairs: [Cells, Cells][] = (golden.columns ?? []).map((expected, index) => [
    cellsOf(out.columns[index] ?? new Float64Array()),
    expected,
  ]);
  const scores = (state.scores ?? []) as readonly { score: number | null; p_value: number | null }[];
  // Each score by itself: they differ by orders of magnitude.
  for (const [index, expected] of (golden.scores ?? []).entries()) {
    pairs.push([[scores[index]?.score ?? null], [expected]]);
  }
  for (const [index, expected] of (golden.p_values ?? []).entries()) {
    pairs.push([[scores[index]?.p_value ?? null], [expected]]);
  }
  return Math.max(0, ...pairs.map(([own, expected]) => relative(own, expected)));
}

function cellsOf(column: Float64Array): Cells {
  return Array.from(column, (value) => (Number.isNaN(value) ? null : value));
}

function relative(own: Cells, expected: Cells): number {
  if (own.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(...expected.map((value) => Math.abs(value ?? 0)));
  const differences = expected.map((value, row) => {
    const actual = own[row] ?? null;
    if (value === null || actual === null) return value === actual ? 0 : Number.POSITIVE_INFINITY;
    return Math.abs(actual - value);
  });
  const most = Math.max(...differences);
  return largest === 0 ? most : most / largest;
}
