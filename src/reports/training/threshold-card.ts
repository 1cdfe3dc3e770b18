import { type Html, shownText } from '../../html.js';
import { formatFixed, formatScore, isKnown } from '../format.js';
import { LINE_STYLES, linePlot } from '../plots/lines.js';
import { roundRange } from '../plots/scale.js';
import { figure, shareAxis } from './figure.js';
import { card } from './layout.js';
import { metricName } from './metric-words.js';
import type { Figure, ThresholdChoice } from './report.js';

/** What other thresholds would have given. */
export function thresholdCard(choice: ThresholdChoice, classes: readonly string[]): Html {
  const { chosen, metric, thresholds } = choice;
  const curves = choice.curves.slice(0, LINE_STYLES);
  const positive = shownText(classes.at(-1) ?? '', 20);
  const label = formatFixed(chosen, 3);
  const values = curves.flatMap((curve) => curve.values).filter(isKnown);
  const isShare = values.every((value) => value >= 0 && value <= 1);
  const plot = linePlot('threshold', {
    title: 'Metrics by decision threshold',
    description: `${positive} is predicted from ${label} on.`,
    x: shareAxis(`least probability of ${positive}`),
    y: {
      name: curves.length === 1 ? metricName(curves[0]?.name ?? '') : 'metric',
      range: isShare ? [0, 1] : roundRange(values, 5),
    },
    mark: { at: chosen, label },
    series: curves.map(({ name, values }, style) => ({
      name,
      style,
      points: thresholds.flatMap((threshold, index) => point(threshold, values[index])),
    })),
  });
  const names = curves.map(({ name, values }, style) => ({
    style,
    name: `${metricName(name)} ${formatScore(valueAt(thresholds, values, chosen))}`,
  }));
  const how = metric === null ? 'The default' : `Chosen by ${metricName(metric)}`;
  return card('Decision threshold', figure(plot, names, null), {
    note: `${how}: ${label}. The figures below are those at the threshold.`,
  });
}

function point(threshold: number, value: Figure | undefined): (readonly [number, number])[] {
  return isKnown(value) ? [[threshold, value]] : [];
}

/** The value at the threshold that is nearest. */
function valueAt(thresholds: readonly number[], values: readonly Figure[], chosen: number): Figure {
  let nearest = 0;
  for (const [index, threshold] of thresholds.entries()) {
    if (Math.abs(threshold - chosen) < Math.abs((thresholds[nearest] as number) - chosen)) nearest = index;
  }
  return values[nearest] ?? null;
}
