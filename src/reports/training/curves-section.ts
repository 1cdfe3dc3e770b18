import { type Html, html, type Part, shownText } from '../../html.js';
import { formatCount, formatInterval, formatScore, isKnown } from '../format.js';
import { formatPercent } from '../plots/axes.js';
import { LINE_STYLES, type LineSeries, linePlot } from '../plots/lines.js';
import { calibrationCard } from './calibration-card.js';
import { confusionCard } from './confusion-card.js';
import { figure, shareAxis } from './figure.js';
import { card, type Section, section } from './layout.js';
import type { PrecisionRecallCurve, ProbabilityHistogram, RocCurve, TrainingReport } from './report.js';
import { thresholdCard } from './threshold-card.js';

/** Of more classes the weakest are told apart, the others drawn in the background. */
const MAX_CURVES = 40;

/** What a classifier's probabilities are worth. */
export function curvesSection(report: TrainingReport): Section | null {
  const { roc = [], precisionRecall = [], calibration, probabilities, threshold, confusion, run } = report;
  return section('curves', 'What its probabilities are worth', [
    confusion === undefined ? null : confusionCard(confusion, threshold),
    roc.length === 0 ? null : rocCard(roc),
    precisionRecall.length === 0 ? null : precisionRecallCard(precisionRecall),
    calibration === undefined ? null : calibrationCard(calibration, run.classes),
    threshold === undefined ? null : thresholdCard(threshold, run.classes),
    probabilities === undefined ? null : probabilitiesCard(probabilities),
  ]);
}

function rocCard(curves: readonly RocCurve[]): Html {
  const chosen = toldApart(curves.map((curve) => ({ ...curve, figure: curve.auc })));
  const series = chosen.drawn.map(
    ({ fpr, tpr, style, class: name }): LineSeries => ({
      name,
      style,
      points: [[0, 0], ...pairs(fpr, tpr), [1, 1]],
      isFilled: curves.length === 1,
    }),
  );
  const plot = linePlot('roc', {
    title: 'ROC curve',
    description: curves
      .slice(0, 5)
      .map(({ class: name, auc }) => `${shownText(name, 40)}: area ${formatScore(auc)}.`)
      .join(' '),
    x: shareAxis('false positive rate'),
    y: shareAxis('true positive rate'),
    series,
    reference: [
      [0, 0],
      [1, 1],
    ],
  });
  const names = chosen.named.map(({ class: name, auc, low, high, style }) => {
    const interval = formatInterval(low, high);
    return {
      style,
      name: `${shownText(name, 28)} ${formatScore(auc)}${interval === '' ? '' : ` (${interval})`}`,
    };
  });
  return card('ROC curve', figure(plot, names, chosen.more), {
    note: 'Of the other rows, how many are taken for the class (across) to find so many of it (up). The area under the curve stands below.',
  });
}

function precisionRecallCard(curves: readonly PrecisionRecallCurve[]): Html {
  const chosen = toldApart(curves.map((curve) => ({ ...curve, figure: curve.averagePrecision })));
  const series = chosen.drawn.map(({ recall, precision, style, class: name }): LineSeries => {
    const points = pairs(recall, precision);
    const isAscending = (points[0]?.[0] ?? 0) <= (points.at(-1)?.[0] ?? 1);
    return { name, style, shape: 'step', points: isAscending ? points : points.toReversed() };
  });
  const [first] = curves;
  const prevalence = curves.length === 1 ? first?.prevalence : null;
  const plot = linePlot('precision-recall', {
    title: 'Precision and recall',
    description: curves
      .slice(0, 5)
      .map(
        ({ class: name, averagePrecision }) =>
          `${shownText(name, 40)}: average precision ${formatScore(averagePrecision)}.`,
      )
      .join(' '),
    x: shareAxis('recall'),
    y: shareAxis('precision'),
    series,
    ...(isKnown(prevalence)
      ? {
          reference: [
            [0, prevalence],
            [1, prevalence],
          ] as const,
        }
      : {}),
  });
  const names = chosen.named.map(({ class: name, averagePrecision, style }) => ({
    style,
    name: `${shownText(name, 28)} ${formatScore(averagePrecision)}`,
  }));
  return card('Precision and recall', figure(plot, names, chosen.more), {
    note: `The more of the class is found (across), the less pure the find (up).${prevalence === null ? '' : ' Dashed: guessing.'} The average precision stands below.`,
  });
}

function probabilitiesCard({ class: positive, edges, byClass }: ProbabilityHistogram): Html {
  const shares = byClass.map(({ class: name, counts }, style) => {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    return { name, style, rows, heights: counts.map((count) => count / Math.max(1, rows)) };
  });
  const most = Math.max(0.01, ...shares.flatMap(({ heights }) => heights));
  const name = shownText(positive, 24);
  const plot = linePlot('probabilities', {
    title: `Probability of ${name} by the true class`,
    description: shares.map((own) => `${shownText(own.name, 40)}: ${formatCount(own.rows)} rows.`).join(' '),
    x: shareAxis(`probability of ${name}`),
    y: { name: 'share of the class', range: [0, most], format: formatPercent },
    series: shares.map(({ name, style, heights }) => ({
      name,
      style,
      shape: 'step',
      isFilled: true,
      points: [
        [edges[0] ?? 0, 0],
        ...heights.flatMap((height, bin) => [
          [edges[bin] ?? 0, height] as const,
          [edges[bin + 1] ?? 1, height] as const,
        ]),
      ],
    })),
  });
  return card(
    'Probabilities by true class',
    figure(
      plot,
      shares.map(({ name, style, rows }) => ({
        style,
        name: `${shownText(name, 28)}, ${formatCount(rows)} rows`,
      })),
      null,
    ),
    {
      note: 'The further the classes lie apart, the better they are told apart.',
    },
  );
}

function pairs(x: readonly number[], y: readonly number[]): (readonly [number, number])[] {
  return x.slice(0, y.length).map((value, index) => [value, y[index] as number]);
}

interface Curve {
  readonly figure: number | null;
}

/** Of many curves those with the lowest figures get a colour and a name; the rest lie behind them. */
function toldApart<Own extends Curve>(
  curves: readonly Own[],
): { drawn: (Own & { style: number | null })[]; named: (Own & { style: number })[]; more: Part } {
  const ranked = curves.toSorted((a, b) => (a.figure ?? 2) - (b.figure ?? 2));
  const chosen = curves.length <= LINE_STYLES ? curves : ranked.slice(0, LINE_STYLES);
  const named = chosen.map((curve, style) => ({ ...curve, style }));
  const rest = ranked.filter((curve) => !chosen.includes(curve)).slice(0, MAX_CURVES);
  return {
    drawn: [...rest.map((curve) => ({ ...curve, style: null })), ...named],
    named,
    more:
      curves.length > chosen.length
        ? html`<span>The ${chosen.length} weakest of ${curves.length} classes are named; the others are grey.</span>`
        : null,
  };
}
