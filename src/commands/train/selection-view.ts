import type { Style, TableView, ViewBlock } from '../command.js';
import { formatDuration, formatNumber } from '../format.js';
import type { LeaderboardRowDocument, SearchDocument, ValidationDocument } from '../selection-documents.js';
import type { TrainDocument } from '../train-document.js';

/** The algorithms that were compared, the best one first; nothing where there was no comparison. */
export function leaderboardBlocks({ leaderboard }: TrainDocument, style: Style): readonly ViewBlock[] {
  if (leaderboard === null) return [];
  const failed = leaderboard.filter(({ status }) => status !== 'finished');
  const notes = failed.map(({ algorithm, status, error }) =>
    style.warn(`${algorithm} ${status}: ${error ?? ''}`),
  );
  return [
    { kind: 'table', table: leaderboardTable(leaderboard, style) },
    {
      kind: 'lines',
      lines: [
        ...notes,
        style.dim(
          "score: mean of the folds and its 95 % interval; rows/s and size: of the first fold's model",
        ),
        '',
      ],
    },
  ];
}

function leaderboardTable(rows: readonly LeaderboardRowDocument[], style: Style): TableView {
  const head = ['algorithm', rows[0]?.metric ?? 'score', 'interval', 'fit', 'rows/s', 'size', 'trials'];
  return {
    head,
    rows: rows.map((row, index) => [
      index === 0 ? style.good(row.algorithm) : row.algorithm,
      row.score === null ? row.status : formatNumber(row.score.mean),
      intervalText(row),
      formatDuration(row.fit_seconds === null ? null : row.fit_seconds * 1000),
      row.rows_per_second === null ? '–' : String(Math.round(row.rows_per_second)),
      row.bytes === null ? '–' : `${(row.bytes / 1e6).toFixed(2)} MB`,
      String(row.trials),
    ]),
    right: [1, 3, 4, 5, 6],
  };
}

function intervalText({ score }: LeaderboardRowDocument): string {
  if (score === null || score.low === null) return '–';
  return `${formatNumber(score.low)} … ${formatNumber(score.high)}`;
}

/** How the run was judged, searched for and decided, in a line each. */
export function selectionFields({
  classes,
  decision,
  validation,
  search,
}: TrainDocument): readonly (readonly [name: string, value: string])[] {
  return [
    ...(validation === null ? [] : [['validation', validationText(validation)] as const]),
    ...(search === null ? [] : [['search', searchText(search)] as const]),
    ...(decision === null || decision.calibration === null
      ? []
      : [['calibration', `${decision.calibration}, inside the model`] as const]),
    ...(decision === null || decision.threshold === null
      ? []
      : [['decision', decisionText(decision, classes.at(-1))] as const]),
  ];
}

/** Validation is measured before calibration and at one half, what is held out after both. */
function decisionText(
  { threshold, tuned_for: rule, out_of_fold: values }: NonNullable<TrainDocument['decision']>,
  positive: string | undefined,
): string {
  const from = `${positive} from a probability of ${formatNumber(threshold)} on`;
  if (rule === null) return from;
  const change = `${formatNumber(values?.at_half)} → ${formatNumber(values?.at_threshold)}`;
  return `${from}, tuned for ${rule} (${change} out of fold)`;
}

function validationText({ folds, method, column, metric, metrics }: ValidationDocument): string {
  const how = `${method}${column === null ? '' : ` by ${column}`}`;
  const score = metrics[metric];
  const parts = folds.length === 1 ? `one part held out, ${how}` : `${folds.length} folds, ${how}`;
  const spread = score?.sd === null || score === undefined ? '' : ` ± ${formatNumber(score.sd)} sd`;
  return `${metric} ${formatNumber(score?.mean)}${spread} (${parts})`;
}

function searchText({ trials, chosen }: SearchDocument): string {
  const failed = trials.filter(({ status }) => status === 'failed').length;
  const searched = Object.entries(chosen).filter(([name]) =>
    trials.some(({ params }) => params[name] !== trials[0]?.params[name]),
  );
  const best = searched.map(([name, value]) => `${name}=${value}`);
  return `${trials.length} trials${failed === 0 ? '' : `, ${failed} failed`}: ${best.join(' ')}`;
}

/** The metrics of the run: held out, and over the folds where there are some. */
export function metricsTable({ metrics, validation }: TrainDocument): TableView {
  const folds = validation?.metrics;
  if (folds === undefined) {
    return {
      head: ['metric', 'held out'],
      rows: Object.entries(metrics).map(([name, value]) => [name, formatNumber(value)]),
      right: [1],
    };
  }
  return {
    head: ['metric', 'held out', 'folds', 'sd'],
    rows: Object.entries(metrics).map(([name, value]) => [
      name,
      formatNumber(value),
      formatNumber(folds[name]?.mean),
      formatNumber(folds[name]?.sd),
    ]),
    right: [1, 2, 3],
  };
}
