import { type Html, html, type Part, shownText } from '../../html.js';
import { formatCount, formatInterval, formatScore, formatShare, isKnown } from '../format.js';
import { linePlot } from '../plots/lines.js';
import { figure, shareAxis } from './figure.js';
import { card, figureTable } from './layout.js';
import type { Calibration, CalibrationBin } from './report.js';

const RADIUS = { least: 2.2, most: 7 };
const METHODS: Readonly<Record<Calibration['method'], string>> = {
  none: 'The scores are as the trainer gave them.',
  sigmoid: 'Calibrated by a sigmoid.',
  isotonic: 'Calibrated by isotonic regression.',
};

/** Whether what is said to happen so often does. */
export function calibrationCard({ method, after, before }: Calibration, classes: readonly string[]): Html {
  const what = classes.length === 2 ? `of ${shownText(classes.at(-1) ?? '', 20)}` : 'of the predicted class';
  const isCalibrated = before !== undefined && method !== 'none';
  const most = Math.max(1, ...after.bins.map(({ count }) => count));
  const plot = linePlot('calibration', {
    title: 'Calibration',
    description: `Expected calibration error ${formatScore(after.error)}.`,
    x: shareAxis(`mean probability ${what}`),
    y: shareAxis('observed share'),
    reference: [
      [0, 0],
      [1, 1],
    ],
    series: [
      ...(isCalibrated ? [{ name: 'before', style: 1, points: points(before.bins) }] : []),
      { name: 'model', style: 0, points: points(after.bins) },
    ],
    intervals: {
      style: 0,
      points: after.bins.map((bin) => ({
        x: bin.meanPredicted,
        y: bin.observed,
        low: bin.low,
        high: bin.high,
        radius: RADIUS.least + (RADIUS.most - RADIUS.least) * Math.sqrt(bin.count / most),
        note: `${formatCount(bin.count)} rows: said ${formatShare(bin.meanPredicted)}, happened ${formatShare(bin.observed)} (${formatShare(bin.low)} to ${formatShare(bin.high)})`,
      })),
    },
  });
  const names = [
    { name: `model, error ${formatScore(after.error)}`, style: 0 },
    ...(isCalibrated
      ? [
          {
            name: `before calibration${isKnown(before.error) ? `, error ${formatScore(before.error)}` : ''}`,
            style: 1,
          },
        ]
      : []),
  ];
  return card('Calibration', [figure(plot, names, null), binsTable(after.bins)], {
    note: `On the diagonal, what is given 70 % happens in 70 % of such rows. ${METHODS[method]}`,
  });
}

function points(bins: readonly CalibrationBin[]): (readonly [number, number])[] {
  return bins.map(({ meanPredicted, observed }) => [meanPredicted, observed]);
}

function binsTable(bins: readonly CalibrationBin[]): Part {
  const table = figureTable(
    'Bins of the calibration curve',
    [
      { name: 'mean probability', isNumber: true },
      { name: 'observed', isNumber: true },
      { name: 'interval', isNumber: true },
      { name: 'rows', isNumber: true },
    ],
    bins.map(({ meanPredicted, observed, low, high, count }) => ({
      cells: [
        formatScore(meanPredicted),
        formatScore(observed),
        formatInterval(low, high),
        formatCount(count),
      ],
    })),
  );
  return html`<details><summary>Figures</summary>${table}</details>`;
}
