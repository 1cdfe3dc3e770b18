import type { Comparison } from '../../tracking/compare-runs.js';
import type { Style, ViewBlock } from '../command.js';
import { formatNumber } from '../format.js';

export function view(comparison: Comparison, style: Style): readonly ViewBlock[] {
  const head = ['', ...comparison.runs.map(({ name }) => name)];
  const metrics = comparison.metrics.map(({ key, values, best }) => [
    key,
    ...values.map((value, index) =>
      best.includes(index) ? style.good(`${formatNumber(value)} *`) : formatNumber(value),
    ),
  ]);
  const params = comparison.params.map(({ key, values }) => [key, ...values.map((value) => value ?? '–')]);
  const rows = [...metrics, ...params];
  if (rows.length === 0)
    return [{ kind: 'lines', lines: ['The runs have the same parameters and metrics.'] }];
  return [{ kind: 'table', table: { head, rows, right: comparison.runs.map((_, index) => index + 1) } }];
}
