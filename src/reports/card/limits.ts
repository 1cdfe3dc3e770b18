import { formatCount, formatScore, formatShare, isKnown } from '../format.js';
import { metricName } from '../training/metric-words.js';
import type { TrainingReport } from '../training/report.js';
import { worstSlices } from '../training/worst-slice.js';
import { plain } from './markdown.js';

/** Below these, figures are shaky. */
const FEW = { train: 1000, test: 200, class: 50 };
/** A class with a smaller share is rare. */
const RARE_SHARE = 0.1;
const OFF_BY = 0.05;
const MAX_SLICES = 5;
const MAX_NAMES = 8;

/** What the data says of the model's limits, a sentence of Markdown each. */
export function limitsOf(report: TrainingReport): readonly string[] {
  return [
    ...rowLimits(report),
    ...classLimits(report),
    ...sliceLimits(report),
    ...calibrationLimits(report),
    ...columnLimits(report),
    ...certificateLimits(report),
    ...(report.warnings ?? []).map((text) => plain(text, 400)),
    ...(report.data?.anomalies ?? []).map((text) => `In the data: ${plain(text, 300)}`),
  ];
}

function rowLimits({ data, metrics }: TrainingReport): string[] {
  const { trainRows, testRows } = data ?? {};
  return [
    ...(trainRows !== undefined && trainRows < FEW.train
      ? [`Few rows: it has learned from ${formatCount(trainRows)} rows alone.`]
      : []),
    ...(testRows !== undefined && testRows < FEW.test
      ? [`The metrics come from ${formatCount(testRows)} held-out rows alone; they may well be off.`]
      : []),
    ...(metrics.length > 0 && !metrics.some(({ low }) => isKnown(low))
      ? ['The metrics have no intervals: how far they may be off is not known.']
      : []),
  ];
}

function classLimits({ data, run }: TrainingReport): string[] {
  const counts = data?.classCounts ?? [];
  const rows = counts.reduce((sum, { count }) => sum + count, 0);
  // One of many classes is rare where it has a small part of an even share.
  const least = run.classes.length > 2 ? RARE_SHARE / run.classes.length : RARE_SHARE;
  const rare = counts.filter(({ count }) => count < FEW.class || count / Math.max(1, rows) < least);
  if (rare.length === 0) return [];
  const named = rare
    .toSorted((a, b) => a.count - b.count)
    .slice(0, MAX_NAMES)
    .map(
      ({ class: name, count }) =>
        `${plain(name, 40)} (${formatCount(count)} rows, ${formatShare(count / Math.max(1, rows))})`,
    );
  const more = rare.length > named.length ? ` and ${formatCount(rare.length - named.length)} more` : '';
  return [`The classes are unbalanced. Rare: ${named.join(', ')}${more}; accuracy says little of them.`];
}

function sliceLimits({ slices }: TrainingReport): string[] {
  if (slices === undefined) return [];
  const worse = worstSlices(slices).filter(({ slice }) => slice.isWorse === true);
  return worse.slice(0, MAX_SLICES).map(({ column, slice }) => {
    const overall = isKnown(slices.overall) ? ` against ${formatScore(slices.overall)} overall` : '';
    return `It is weaker where ${plain(column, 60)} = ${plain(slice.name, 60)}: ${metricName(slices.metric)} ${formatScore(slice.value)}${overall} (${formatCount(slice.rows)} rows).`;
  });
}

function calibrationLimits({ calibration }: TrainingReport): string[] {
  const error = calibration?.after.error;
  return isKnown(error) && error > OFF_BY
    ? [`Its probabilities are off by ${formatShare(error)} on average: do not read them as frequencies.`]
    : [];
}

function columnLimits({ data }: TrainingReport): string[] {
  const leftOut = data?.leftOut ?? [];
  if (leftOut.length === 0) return [];
  const named = leftOut
    .slice(0, MAX_NAMES)
    .map(({ column, reason }) => `${plain(column, 40)} (${plain(reason, 80)})`);
  const more = leftOut.length > named.length ? ` and ${formatCount(leftOut.length - named.length)} more` : '';
  return [`It does not look at ${named.join(', ')}${more}.`];
}

function certificateLimits({ run: { certificate } }: TrainingReport): string[] {
  if (certificate?.passed === true) return [];
  return ['It is not certified: a row may get another score in another batch or with more threads.'];
}
