import { formatBytes, formatCount, formatFixed, formatInterval, formatScore, isKnown } from '../format.js';
import { intervalName, metricMeaning, metricName } from '../training/metric-words.js';
import type { TrainingReport } from '../training/report.js';
import { certificateFacts } from '../training/run-section.js';
import { verdicts } from '../training/verdict.js';
import { limitsOf } from './limits.js';
import { code, list, plain, table } from './markdown.js';
import { cardMark, ownParts, type WrittenCard, writtenPart } from './written-parts.js';

const MAX_COLUMNS = 100;
const MAX_FEATURES = 15;
const MAX_SLICES = 60;
const MAX_CONFUSED = 12;

export interface ModelCardInput {
  /** As commands take it: `churn/3`; or a run's name. */
  readonly name: string;
  readonly report: TrainingReport;
  /** The raw columns that the model takes. */
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  /** Where it stands in the registry; absent for a run that is not registered. */
  readonly registered?: {
    readonly stage: string;
    readonly at: string;
    readonly by: string;
    readonly source: string;
    readonly description: string | null;
  };
}

/**
 * A model card in Markdown, under the headings of M. Mitchell et al., "Model cards for model reporting" (2019). The
 * same input gives the same text; parts that only a person can write are marked, and taken over from `written`.
 */
export function modelCard(input: ModelCardInput, written: WrittenCard | null = null): string {
  const { name, report } = input;
  const sections: readonly (readonly [heading: string, ...parts: readonly (string | null)[]])[] = [
    ['Model details', details(input), inputs(input), writtenPart('contact', written)],
    ['Intended use', writtenPart('intended-use', written)],
    ['Factors', factors(report), writtenPart('factors', written)],
    ['Metrics', metrics(report)],
    ['Evaluation data', evaluationData(report)],
    ['Training data', trainingData(report), writtenPart('data-origin', written)],
    [
      'Quantitative analyses',
      list(verdicts(report).map(({ text }) => plain(text, 500))),
      slices(report),
      confusion(report),
    ],
    ['Explanations', explanations(report)],
    ['Ethical considerations', writtenPart('ethics', written)],
    ['Caveats and recommendations', list(limitsOf(report)), DRIFT, writtenPart('recommendations', written)],
    ['How to use', howToUse(input)],
    ['Certificate', certificate(report)],
    ['Notes', ...ownParts(written)],
  ];
  const body = sections
    .map(([heading, ...parts]) => [`## ${heading}`, ...parts.filter((part) => part !== null && part !== '')])
    .filter((parts) => parts.length > 1)
    .map((parts) => parts.join('\n\n'));
  const text = `\n# Model card: ${plain(name, 120)}\n\n${body.join('\n\n')}\n`;
  return `${cardMark(text)}\n${text}`;
}

const DRIFT =
  'What the training data looked like is kept in the model file; `mlx drift` compares new data with it.';

function details({ report, registered }: ModelCardInput): string {
  const { run, parameters = [] } = report;
  const chosen = parameters.filter(({ isChosen }) => isChosen === true);
  return list([
    `Algorithm: ${plain(run.algorithm)}`,
    `Task: ${run.task} of ${plain(run.target)}`,
    ...(run.classes.length === 0
      ? []
      : [
          `Classes: ${run.classes
            .slice(0, MAX_COLUMNS)
            .map((name) => plain(name, 60))
            .join(', ')}`,
        ]),
    `Trained: ${plain(run.createdAt, 30)}, mlx ${plain(run.mlxVersion, 20)}, run ${code(run.id, 60)}`,
    ...(run.model === undefined
      ? []
      : [`File: ${formatBytes(run.model.bytes)}, SHA-256 ${code(run.model.sha256, 64)}`]),
    ...(chosen.length === 0
      ? []
      : [
          `Parameters: ${chosen.map(({ name, value }) => code(`${name} ${value}`, 120)).join(', ')}; the others are defaults`,
        ]),
    ...(registered === undefined
      ? []
      : [
          `Registered: ${plain(registered.at, 30)} by ${plain(registered.by)}, from ${plain(registered.source)}; stage ${plain(registered.stage, 20)}`,
          ...(registered.description === null ? [] : [`Description: ${plain(registered.description, 600)}`]),
        ]),
  ]);
}

function inputs({ columns = [] }: ModelCardInput): string | null {
  if (columns.length === 0) return null;
  const shown = columns.slice(0, MAX_COLUMNS).map(({ name, type }) => [plain(name, 60), plain(type, 20)]);
  const more =
    columns.length > shown.length ? `\n\nand ${formatCount(columns.length - shown.length)} more.` : '';
  return `${table(['column', 'type'], shown)}${more}`;
}

function factors({ slices: own }: TrainingReport): string | null {
  if (own === undefined || own.columns.length === 0) return null;
  const names = own.columns.slice(0, MAX_COLUMNS).map(({ column }) => plain(column, 60));
  return `Measured apart by: ${names.join(', ')} (see Quantitative analyses).`;
}

function metrics({
  metrics: own,
  intervals,
  crossValidation,
  threshold,
  run,
}: TrainingReport): string | null {
  if (own.length === 0) return null;
  const level = intervalName(intervals?.level);
  const rows = own.map(({ name, value, low, high, baseline }) => [
    plain(metricName(name)),
    formatScore(value),
    formatInterval(low, high),
    isKnown(baseline) ? formatScore(baseline) : '',
    metricMeaning(name),
  ]);
  const figures = table(['metric', 'value', level, 'baseline', 'what it says'], rows, [1, 2, 3]);
  const method = intervals === undefined ? [] : [`Intervals: ${plain(intervals.method, 120)}.`];
  const folds =
    crossValidation === undefined ? [] : [`Cross-validation: ${plain(crossValidation.scheme, 120)}.`];
  const decision =
    threshold === undefined
      ? []
      : [
          `${plain(run.classes.at(-1) ?? '')} is predicted from a probability of ${formatFixed(threshold.chosen, 3)} on.`,
        ];
  return [figures, [...method, ...folds, ...decision].join(' ')].filter((text) => text !== '').join('\n\n');
}

function evaluationData({ data }: TrainingReport): string | null {
  if (data?.testRows === undefined) return null;
  const how = data.split === undefined ? '' : `, held out: ${plain(data.split, 200)}`;
  return `${formatCount(data.testRows)} rows${how}.`;
}

function trainingData({ data, steps = [] }: TrainingReport): string | null {
  if (data === undefined) return null;
  const digest = data.digest === undefined ? '' : `, SHA-256 ${code(data.digest, 64)}`;
  const rows = data.trainRows ?? data.rows;
  const classes = (data.classCounts ?? [])
    .slice(0, MAX_COLUMNS)
    .map(({ class: name, count }) => `${plain(name, 40)} ${formatCount(count)}`);
  return [
    `${formatCount(rows)} rows of ${plain(data.source, 120)}${digest}.`,
    ...(classes.length === 0 ? [] : [`Rows by class: ${classes.join(', ')}.`]),
    ...(steps.length === 0
      ? []
      : [`Preprocessing, inside the model file:\n\n${list(steps.map((step) => plain(step, 300)))}`]),
  ].join('\n\n');
}

function slices({ slices: own }: TrainingReport): string | null {
  if (own === undefined || own.columns.length === 0) return null;
  const all = own.columns.flatMap(({ column, slices: levels }) => levels.map((slice) => ({ column, slice })));
  const rows = all
    .slice(0, MAX_SLICES)
    .map(({ column, slice }) => [
      `${plain(column, 60)} = ${plain(slice.name, 60)}${slice.isWorse === true ? ' **worse**' : ''}`,
      formatCount(slice.rows),
      formatScore(slice.value),
      formatInterval(slice.low, slice.high),
    ]);
  const more =
    all.length > rows.length
      ? `\n\n${formatCount(all.length - rows.length)} more slices are in report.json.`
      : '';
  return `${table(['slice', 'rows', plain(metricName(own.metric)), 'interval'], rows, [1, 2, 3])}${more}`;
}

function confusion({ confusion: own }: TrainingReport): string | null {
  if (own === undefined || own.classes.length > MAX_CONFUSED) return null;
  const names = own.classes.map((name) => plain(name, 40));
  const rows = own.counts.map((counts, truth) => [`**${names[truth] ?? ''}**`, ...counts.map(formatCount)]);
  return `Rows by true class (down) and predicted class (across):\n\n${table(
    ['', ...names],
    rows,
    names.map((_, index) => index + 1),
  )}`;
}

function explanations({ importance = [], shap }: TrainingReport): string | null {
  const permuted = importance.filter(({ permutation }) => isKnown(permutation?.mean));
  if (permuted.length > 0) {
    const ranked = permuted.toSorted((a, b) => (b.permutation?.mean ?? 0) - (a.permutation?.mean ?? 0));
    const rows = ranked
      .slice(0, MAX_FEATURES)
      .map(({ feature, permutation }) => [
        plain(feature, 60),
        formatScore(permutation?.mean),
        formatScore(permutation?.sd),
      ]);
    return `How much the first metric worsens when a column is shuffled:\n\n${table(['column', 'loss', '± sd'], rows, [1, 2])}`;
  }
  if (shap !== undefined && shap.columns.length > 0) {
    const ranked = shap.columns.toSorted((a, b) => b.meanAbs - a.meanAbs);
    const rows = ranked
      .slice(0, MAX_FEATURES)
      .map(({ name, meanAbs }) => [plain(name, 60), formatScore(meanAbs)]);
    return `Mean size of each column's contribution, in ${plain(shap.unit)}:\n\n${table(['column', 'mean size'], rows, [1])}`;
  }
  const own = importance.filter((feature) => isKnown(feature.own));
  if (own.length === 0) return null;
  const ranked = own.toSorted((a, b) => (b.own ?? 0) - (a.own ?? 0));
  const rows = ranked
    .slice(0, MAX_FEATURES)
    .map((feature) => [plain(feature.feature, 60), formatScore(feature.own)]);
  return `Share of each column in what the model learned:\n\n${table(['column', 'share'], rows, [1])}`;
}

function howToUse({ name, report, registered }: ModelCardInput): string {
  const lines =
    registered === undefined
      ? [`mlx register NAME --run ${report.run.id}`]
      : [`mlx predict --model ${name} --data new.csv --out predictions.csv`, `mlx serve ${name}`];
  return `\`\`\`sh\n${lines.join('\n')}\n\`\`\``;
}

function certificate({ run }: TrainingReport): string {
  return list(certificateFacts(run.certificate).map(([name, value]) => `${name}: ${plain(value, 200)}`));
}
