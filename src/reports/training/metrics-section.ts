import { type Html, html, type Part, shownText } from '../../html.js';
import { momentsOf } from '../../stats/moments.js';
import { formatCount, formatInterval, formatScore, isKnown } from '../format.js';
import { intervalBar, rangeOf } from '../plots/interval-bar.js';
import { card, figureTable, restNote, type Section, section } from './layout.js';
import { intervalName, metricMeaning, metricName } from './metric-words.js';
import type { Better, CrossValidation, Figure, TrainingReport } from './report.js';

const MAX_METRICS = 60;
const MAX_FOLDS_SHOWN = 20;

/** The metrics with what they mean, and how they vary over folds. */
export function metricsSection(report: TrainingReport): Section | null {
  const { metrics, intervals, crossValidation, outOfBag } = report;
  const table = metrics.length === 0 ? null : metricsCard(metrics, intervals, outOfBag);
  const folds = crossValidation === undefined ? null : foldsCard(crossValidation);
  return section('metrics', 'How good it is', [table, folds], 'tables');
}

function metricsCard(
  metrics: TrainingReport['metrics'],
  intervals: TrainingReport['intervals'],
  outOfBag: TrainingReport['outOfBag'],
): Html {
  const has = {
    interval: metrics.some(({ low, high }) => isKnown(low) && isKnown(high)),
    baseline: metrics.some(({ baseline }) => isKnown(baseline)),
  };
  const columns = [
    { name: 'metric' },
    { name: 'value', isNumber: true },
    ...(has.interval ? [{ name: intervalName(intervals?.level), isNumber: true }] : []),
    ...(has.baseline ? [{ name: 'baseline', isNumber: true }] : []),
  ];
  const rows = metrics.slice(0, MAX_METRICS).map(({ name, value, low, high, baseline, better }, index) => ({
    isMarked: index === 0,
    cells: [
      html`${metricName(name)}${direction(better)}<small>${metricMeaning(name)}</small>`,
      html`<b>${formatScore(value)}</b>`,
      ...(has.interval ? [formatInterval(low, high)] : []),
      ...(has.baseline ? [formatScore(baseline)] : []),
    ],
  }));
  const method = intervals === undefined ? '' : ` Intervals: ${shownText(intervals.method, 120)}.`;
  const note = `On the held-out rows. ↑: higher is better, ↓: lower is better.${method}`;
  return card(
    'Metrics',
    [
      figureTable('Metrics on the held-out rows', columns, rows),
      restNote(MAX_METRICS, metrics.length, 'metrics'),
      outOfBag === undefined ? null : outOfBagLine(outOfBag),
    ],
    { note },
  );
}

/** What a forest says of its training rows, in a sentence. */
function outOfBagLine({ rows, metrics }: NonNullable<TrainingReport['outOfBag']>): Html {
  const figures = metrics
    .slice(0, MAX_METRICS)
    .map(({ name, value }) => `${metricName(name.replace('oob_', ''))} ${formatScore(value)}`)
    .join(', ');
  return html`<p class="small">Out of bag, each of ${formatCount(rows)} training rows by the trees that did not see it: ${figures}.</p>`;
}

function direction(better: Better | null | undefined): Part {
  if (better === null || better === undefined) return null;
  return html` <span class="soft" aria-hidden="true">${better === 'higher' ? '↑' : '↓'}</span><span class="unseen">, ${better} is better</span>`;
}

function foldsCard({ scheme, metrics }: CrossValidation): Html {
  const rows = metrics.slice(0, MAX_METRICS).map(({ name, folds }) => {
    const { mean, sd } = spread(folds);
    return {
      cells: [
        metricName(name),
        html`<b>${formatScore(mean)}</b>${sd === null ? null : ` ± ${formatScore(sd)}`}`,
        foldDots(folds, mean),
        html`<span class="small">${folds.slice(0, MAX_FOLDS_SHOWN).map(formatScore).join(' · ')}${folds.length > MAX_FOLDS_SHOWN ? ' …' : null}</span>`,
      ],
    };
  });
  const columns = [
    { name: 'metric' },
    { name: 'mean ± sd', isNumber: true },
    { name: 'spread', isDrawn: true },
    { name: 'folds', isSpare: true },
  ];
  return card('Cross-validation', figureTable('Metrics of the folds', columns, rows), {
    note: `${shownText(scheme, 120)}; each fold is scored by a model that has not seen it.`,
  });
}

function foldDots(folds: readonly Figure[], mean: Figure): Part {
  const range = rangeOf(folds);
  return html`<span class="over-each-other">${folds.map((value, index) =>
    intervalBar({ value, range, ...(index === 0 ? { reference: mean } : {}) }),
  )}</span>`;
}

/** Mean and standard deviation (divisor n − 1) of what is known. */
function spread(values: readonly Figure[]): { mean: Figure; sd: Figure } {
  const { count, mean, deviation } = momentsOf(Float64Array.from(values, (value) => value ?? Number.NaN));
  if (count === 0) return { mean: null, sd: null };
  return { mean, sd: count === 1 ? null : deviation * Math.sqrt(count / (count - 1)) };
}
