import type { RunRecord } from '../store/run-records.js';
import { isFoldMetric } from './fold-metric.js';
import { type MetricDirection, metricDirection } from './metric-direction.js';

export interface ParamRow {
  readonly key: string;
  /** One per run; null where the run lacks it. */
  readonly values: readonly (string | null)[];
}

export interface MetricRow {
  readonly key: string;
  /** One per run; null where the run lacks it or could not compute it. */
  readonly values: readonly (number | null)[];
  readonly direction: MetricDirection | null;
  /** Which runs have the best value, by position; empty when the direction is not known. */
  readonly best: readonly number[];
}

/** What differs between runs; what is the same in all is left out. */
export interface Comparison {
  readonly runs: readonly { readonly id: string; readonly name: string }[];
  readonly params: readonly ParamRow[];
  readonly metrics: readonly MetricRow[];
  /** Names of params and metrics that are equal in all the runs. */
  readonly same: { readonly params: readonly string[]; readonly metrics: readonly string[] };
}

/** Rows for the params and metrics that differ, sorted by name, the best of each metric marked. */
export function compareRuns(runs: readonly RunRecord[]): Comparison {
  const params = rows(runs, (run) => run.params);
  const metrics = rows(runs, (run) => finiteOnly(run.metrics));
  return {
    runs: runs.map(({ id, name }) => ({ id, name })),
    params: params.filter(differs),
    metrics: metrics.filter(differs).map((row) => {
      const direction = metricDirection(row.key);
      return { ...row, direction, best: bestPositions(row.values, direction) };
    }),
    same: {
      params: params.filter((row) => !differs(row)).map((row) => row.key),
      metrics: metrics.filter((row) => !differs(row)).map((row) => row.key),
    },
  };
}

function rows<V>(
  runs: readonly RunRecord[],
  entries: (run: RunRecord) => Readonly<Record<string, V>>,
): { key: string; values: (V | null)[] }[] {
  const maps = runs.map((run) => new Map(Object.entries(entries(run))));
  const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))].sort();
  return keys.map((key) => ({ key, values: maps.map((map) => map.get(key) ?? null) }));
}

function differs(row: { readonly values: readonly unknown[] }): boolean {
  return new Set(row.values).size > 1;
}

function finiteOnly(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).filter(([name, value]) => Number.isFinite(value) && !isFoldMetric(name)),
  );
}

function bestPositions(values: readonly (number | null)[], direction: MetricDirection | null): number[] {
  const known = values.filter((value) => value !== null);
  if (direction === null || known.length === 0) return [];
  const best = direction === 'higher' ? Math.max(...known) : Math.min(...known);
  return values.flatMap((value, position) => (value === best ? [position] : []));
}
