import type { Slices } from '../../reports/training/report.js';
import { metricDirection } from '../../tracking/metric-direction.js';
import { measureSlices, type SlicedPredictions } from '../slices.js';
import { figure } from './figure.js';
import type { HeldOut } from './prediction-part.js';
import type { ReportInput } from './training-report.js';

/** The metric on each slice of the features, and of what rows were grouped by. */
export function slicesPart({ data, spec }: ReportInput, heldOut: HeldOut, metric: string): Slices {
  const { schema, test } = data;
  const shown = new Set(
    schema.columns.filter(({ role }) => role === 'feature' || role === 'group').map(({ name }) => name),
  );
  const columns = test.table.columns.filter(({ name }) => shown.has(name));
  const { truth, predictions, classes, threshold } = heldOut;
  const sliced = (
    classes.length > 0
      ? {
          task: 'classification',
          metric,
          truth,
          probabilities: predictions,
          classes: classes.length,
          threshold,
        }
      : { task: 'regression', metric, truth, predicted: predictions }
  ) as SlicedPredictions;
  const { overall, slices, worst } = measureSlices(columns, sliced, { seed: spec.seed });
  return {
    metric,
    better: metricDirection(metric) ?? 'higher',
    overall: figure(overall),
    columns: [...new Set(slices.map(({ column }) => column))].map((column) => ({
      column,
      slices: slices
        .filter((slice) => slice.column === column)
        .map((slice) => ({
          name: slice.label,
          rows: slice.rows,
          value: figure(slice.estimate),
          low: figure(slice.low),
          high: figure(slice.high),
          isWorse: worst.includes(slice),
        })),
    })),
  };
}
