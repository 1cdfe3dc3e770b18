import { type Html, html, nameOf, type Part, shownText } from '../../html.js';
import { formatCount, formatScore, formatShare, isKnown } from '../format.js';
import { intervalBar } from '../plots/interval-bar.js';
import { swarm, swarmAxis } from '../plots/swarm.js';
import { card, figureTable, restNote, type Section, section } from './layout.js';
import { metricName } from './metric-words.js';
import type { FeatureImportance, ShapColumn, ShapSummary, TrainingReport } from './report.js';

/** Columns that are shown; the others are counted. */
export const MAX_FEATURES = 30;
const MAX_SWARMS = 20;
/** Dots in a row: more are not seen apart. */
const MAX_DOTS = 200;
/** The share of contributions that may lie beyond the axis, at its ends. */
const BEYOND = 0.002;

/** Which columns the predictions rest on. */
export function importanceSection({ importance = [], shap, metrics }: TrainingReport): Section | null {
  const primary = metrics[0]?.name;
  return section(
    'importance',
    'What it looks at',
    [
      importance.length === 0 ? null : importanceCard(importance, primary),
      shap === undefined || shap.columns.length === 0 ? null : shapCard(shap),
    ],
    'tables',
  );
}

function importanceCard(features: readonly FeatureImportance[], primary: string | undefined): Html {
  const isPermuted = features.some(({ permutation }) => isKnown(permutation?.mean));
  const weight = ({ own, permutation }: FeatureImportance): number =>
    (isPermuted ? permutation?.mean : own) ?? -1;
  const ranked = features.toSorted((a, b) => weight(b) - weight(a) || (a.feature < b.feature ? -1 : 1));
  const shown = ranked.slice(0, MAX_FEATURES);
  const hasOwn = features.some(({ own }) => isKnown(own));
  const ends = shown.flatMap(({ permutation }) => [
    permutedEnd(permutation, -1),
    permutedEnd(permutation, 1),
  ]);
  const range = [Math.min(0, ...ends), Math.max(0, ...ends)] as const;
  const most = Math.max(0, ...shown.map(({ own }) => own ?? 0));
  const columns = [
    { name: 'column' },
    ...(isPermuted
      ? [
          { name: 'shuffled', isDrawn: true },
          { name: 'loss ± sd', isNumber: true },
        ]
      : []),
    ...(hasOwn
      ? [
          { name: 'in the model', isDrawn: true, isSpare: isPermuted },
          { name: 'share', isNumber: true, isSpare: isPermuted },
        ]
      : []),
  ];
  const rows = shown.map(({ feature, own = null, permutation }) => ({
    cells: [
      nameOf(feature, 32),
      ...(isPermuted ? permutedCells(permutation, range) : []),
      ...(hasOwn
        ? [intervalBar({ value: own, range: [0, most], from: 0 }), isKnown(own) ? formatShare(own) : '–']
        : []),
    ],
  }));
  const shuffled = isPermuted
    ? `Shuffled: how much ${primary === undefined ? 'the metric' : metricName(primary)} worsens when the column's values are mixed up among the rows.`
    : '';
  const inModel = hasOwn ? ' In the model: the share of the column in what the model learned.' : '';
  return card(
    'Importance',
    [
      figureTable('Importance of the columns', columns, rows),
      restNote(shown.length, features.length, 'columns'),
    ],
    { note: `${shuffled}${inModel}` },
  );
}

function permutedEnd(permutation: FeatureImportance['permutation'], sign: number): number {
  return (permutation?.mean ?? 0) + sign * (permutation?.sd ?? 0);
}

function permutedCells(
  permutation: FeatureImportance['permutation'],
  range: readonly [number, number],
): Part[] {
  const { mean = null, sd = null } = permutation ?? {};
  const [low, high] = isKnown(mean) && isKnown(sd) ? [mean - sd, mean + sd] : [null, null];
  return [
    intervalBar({ value: mean, low, high, range, from: 0, reference: range[0] < 0 ? 0 : null }),
    html`${formatScore(mean)}${isKnown(sd) ? html` <span class="soft">± ${formatScore(sd)}</span>` : null}`,
  ];
}

function shapCard({ unit, rows, columns }: ShapSummary): Html {
  const ranked = columns.toSorted((a, b) => b.meanAbs - a.meanAbs || (a.name < b.name ? -1 : 1));
  const shown = ranked.slice(0, MAX_SWARMS);
  const range = shapRange(shown);
  const most = shown[0]?.meanAbs ?? 0;
  const body = shown.map((column) => ({
    cells: [
      nameOf(column.name, 28),
      swarm(
        evenly(column.points, MAX_DOTS).map(({ value, shap }) => ({ x: shap, shade: value })),
        range,
      ),
      html`${formatScore(column.meanAbs)}${intervalBar({ value: column.meanAbs, range: [0, most], from: 0 })}`,
    ],
  }));
  const table = figureTable(
    `Contributions of the columns to the prediction, in ${shownText(unit, 60)}`,
    [
      { name: 'column' },
      { name: 'contribution of each row', isDrawn: true },
      { name: 'mean size', isNumber: true },
    ],
    [...body, { cells: [html`<span class="soft">${shownText(unit, 28)}</span>`, swarmAxis(range), ''] }],
  );
  const legend = html`<p class="legend small soft" aria-hidden="true">value: low <span class="ramp"></span> high <span class="key"><i class="none"></i>missing, or without order</span></p>`;
  return card(
    'Contributions to each prediction (SHAP)',
    [html`<div class="shap">${table}</div>`, legend, restNote(shown.length, columns.length, 'columns')],
    {
      note: `Each dot is one of ${formatCount(rows)} rows: right of the line the column raised its prediction, left of it lowered it, in ${shownText(unit, 60)}.`,
    },
  );
}

/** From the least to the greatest contribution, the extremes aside. */
function shapRange(columns: readonly ShapColumn[]): readonly [number, number] {
  const all = columns.flatMap(({ points }) => points.map(({ shap }) => shap)).filter(isKnown);
  if (all.length === 0) return [-1, 1];
  const sorted = Float64Array.from(all).sort();
  const cut = Math.floor(sorted.length * BEYOND);
  const [low, high] = [sorted[cut] ?? 0, sorted[sorted.length - 1 - cut] ?? 0];
  return low < high ? [Math.min(0, low), Math.max(0, high)] : [low - 1, high + 1];
}

function evenly<Own extends { readonly shap: number }>(points: readonly Own[], most: number): readonly Own[] {
  const known = points.filter(({ shap }) => isKnown(shap));
  if (known.length <= most) return known;
  return Array.from({ length: most }, (_, index) => known[Math.floor((index * known.length) / most)] as Own);
}
