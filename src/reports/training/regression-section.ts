import { type Html, html, shownText } from '../../html.js';
import type { ResidualDecile } from '../../stats/curves-regression.js';
import { momentsOf } from '../../stats/moments.js';
import { formatAtStep, formatCount, formatFigure } from '../format.js';
import { boxPlot } from '../plots/boxes.js';
import { columnPlot } from '../plots/columns.js';
import { densityPlot } from '../plots/density.js';
import { roundRange, ticksWithin } from '../plots/scale.js';
import { card, type Section, section } from './layout.js';
import type { NumberHistogram, RegressionErrors, TrainingReport } from './report.js';

/** Where a regression is off, and by how much. */
export function regressionSection({ regression, run }: TrainingReport): Section | null {
  if (regression === undefined) return null;
  const { residuals, byDecile } = regression;
  return section('errors', 'How far it is off', [
    regression.actual.length === 0 ? null : actualCard(regression, shownText(run.target, 24)),
    residuals === undefined
      ? null
      : card('Residuals', numberHistogram('residuals', 'Residuals', residuals), {
          note: 'Actual less predicted: to the right of 0 the model was too low.',
        }),
    byDecile === undefined || byDecile.length === 0 ? null : decileCard(byDecile),
  ]);
}

function actualCard({ predicted, actual, rows }: RegressionErrors, target: string): Html {
  const both = momentsOf(Float64Array.from([...predicted, ...actual]));
  const range = both.count === 0 ? ([0, 1] as const) : roundRange([both.min, both.max], 5);
  const points = predicted.map((value, index) => [value, actual[index] ?? Number.NaN] as const);
  const plot = densityPlot('actual', {
    title: 'Predicted and actual values',
    description: `${formatCount(points.length)} held-out rows; on the dashed line both are the same.`,
    x: { name: `predicted ${target}`, range },
    y: { name: `actual ${target}`, range },
    points,
  });
  const sample =
    points.length < rows ? ` A sample of ${formatCount(points.length)} of ${formatCount(rows)} rows.` : '';
  return card('Predicted and actual', html`<figure>${plot}</figure>`, {
    note: `The nearer to the dashed line the better; darker cells hold more rows.${sample}`,
  });
}

/** A histogram of numbers, with a word on what lies beyond its edges. */
export function numberHistogram(
  id: string,
  title: string,
  { edges, counts, below = 0, above = 0 }: NumberHistogram,
): Html {
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const ticks = ticksWithin(low, high, 6);
  const step = (high - low) / Math.max(1, counts.length);
  const rows = counts.reduce((sum, count) => sum + count, 0) + below + above;
  const plot = columnPlot(id, {
    title,
    description: `${formatCount(rows)} rows, drawn from ${formatFigure(low)} to ${formatFigure(high)}.`,
    columns: counts.map((count, index) => {
      const [from, to] = [edges[index] ?? low, edges[index + 1] ?? high];
      return {
        from,
        to,
        parts: [count],
        note: `${formatAtStep(from, step)} to ${formatAtStep(to, step)}: ${formatCount(count)} rows`,
      };
    }),
    ticks: ticks.values.map((at) => ({ at, label: formatAtStep(at, ticks.step) })),
    overlay: null,
    height: 230,
  });
  const hidden = [
    ...(below === 0 ? [] : [`${formatCount(below)} smaller`]),
    ...(above === 0 ? [] : [`${formatCount(above)} larger`]),
  ];
  return html`<figure>${plot}${hidden.length === 0 ? null : html`<figcaption>Not drawn: ${hidden.join(', ')}.</figcaption>`}</figure>`;
}

function decileCard(deciles: readonly ResidualDecile[]): Html {
  const range = roundRange(
    deciles.flatMap(({ p10, p90 }) => [p10, p90, 0]),
    5,
  );
  const plot = boxPlot('deciles', {
    title: 'Residuals by predicted value',
    description: `The medians are ${deciles.map(({ median }) => formatFigure(median)).join(', ')}.`,
    groups: 'tenths of the predicted value, lowest first',
    y: { name: 'residual', range },
    boxes: deciles.map((decile, index) => ({
      ...decile,
      note: `Tenth ${index + 1}, predicted ${formatFigure(decile.from)} to ${formatFigure(decile.to)} (${formatCount(decile.rows)} rows): half of the residuals between ${formatFigure(decile.p25)} and ${formatFigure(decile.p75)}, median ${formatFigure(decile.median)}`,
    })),
  });
  return card('Residuals by predicted value', html`<figure>${plot}</figure>`, {
    note: 'Boxes hold the middle half of the rows, lines four fifths. Boxes off the dashed line: a bias where the model predicts such values.',
  });
}
