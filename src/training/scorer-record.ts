import type { LinearScorer } from './linear-scorer.js';
import type { Link, Model } from './model.js';

/** Name of the feature matrix in a model file, float `[N, columns]`. */
export const FEATURES_TENSOR = 'mlx.features';

/** What a model file says of its scorer beside the operators, so that it can be explained; plain JSON. */
export type ScorerRecord = TreesRecord | LinearRecord;

interface SharedRecord {
  readonly version: 1;
  readonly link: Link;
  /** Columns of the feature matrix. */
  readonly columns: number;
  readonly outputs: number;
}

/** The trees themselves are in the graph's operators: see emitTrees. */
export interface TreesRecord extends SharedRecord {
  readonly kind: 'trees';
  readonly base: readonly number[];
  readonly divisor: number;
}

/** Arrays as in LinearScorer. */
export interface LinearRecord extends SharedRecord {
  readonly kind: 'linear';
  readonly weights: readonly number[];
  readonly intercept: readonly number[];
  readonly units: readonly number[];
  readonly means: readonly number[];
}

export function recordScorer({ scorer, link }: Model): ScorerRecord {
  const { columns, outputs } = scorer;
  const shared = { version: 1 as const, link, columns, outputs };
  if (scorer.kind === 'trees')
    return { ...shared, kind: 'trees', base: [...scorer.base], divisor: scorer.divisor };
  const { weights, intercept, units, means } = scorer;
  return {
    ...shared,
    kind: 'linear',
    weights: [...weights],
    intercept: [...intercept],
    units: [...units],
    means: [...means],
  };
}

/** The record in a JSON text, null where it is none that this version of mlx understands; a file can come from anywhere. */
export function parseScorerRecord(text: string): ScorerRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const record = value as ScorerRecord | null;
  if (record?.version !== 1 || !LINKS.has(record.link)) return null;
  const { columns, outputs } = record;
  if (!isCount(columns) || !isCount(outputs)) return null;
  if (record.kind === 'trees')
    return areNumbers(record.base, outputs) && areNumbers([record.divisor], 1) && record.divisor > 0
      ? record
      : null;
  if (record.kind !== 'linear') return null;
  const { weights, intercept, units, means } = record;
  const isWhole = areNumbers(weights, outputs * columns) && areNumbers(means, columns);
  return isWhole && areNumbers(intercept, outputs) && areNumbers(units, outputs) ? record : null;
}

export function linearScorerOf(record: LinearRecord): LinearScorer {
  const { columns, outputs, weights, intercept, units, means } = record;
  return {
    kind: 'linear',
    columns,
    outputs,
    weights: Float64Array.from(weights),
    intercept: Float64Array.from(intercept),
    units: Float64Array.from(units),
    means: Float64Array.from(means),
  };
}

const LINKS: ReadonlySet<unknown> = new Set<Link>(['identity', 'logistic', 'softmax', 'exp']);

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function areNumbers(value: unknown, count: number): boolean {
  return Array.isArray(value) && value.length === count && value.every(Number.isFinite);
}
