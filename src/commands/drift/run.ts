import { textSetting } from '../../config/settings.js';
import { tableFromRecords } from '../../data/cell.js';
import { inputName } from '../../data/input-name.js';
import { type Input, readTable } from '../../data/read.js';
import type { Schema } from '../../data/schema.js';
import type { Column, Table } from '../../data/table.js';
import { ERRORS, MlxError } from '../../errors.js';
import { scoreColumn, scoreTable, summariseScores } from '../../modeling/evaluate.js';
import { detectDrift } from '../../monitoring/drift.js';
import type { DriftReport } from '../../monitoring/drift-report.js';
import { parseBaseline } from '../../monitoring/parse-baseline.js';
import { type LiveQuality, liveQuality } from '../../monitoring/quality.js';
import type { ScoringModel } from '../../scoring/model.js';
import type { LabelledPrediction } from '../../store/prediction-records.js';
import { alertChannels } from '../alerts.js';
import type { CommandContext, Outcome } from '../command.js';
import { type OpenedModel, openModel } from '../model-source.js';
import { type SourceFlags, sourceOptions } from '../source-options.js';

export interface DriftOptions extends SourceFlags {
  readonly model: string;
  readonly data?: Input;
  /** Seconds. */
  readonly last?: number;
  readonly alpha: number;
  readonly minRows: number;
  readonly ignore?: readonly string[];
  readonly times?: boolean;
  readonly alert?: boolean;
  readonly exitZero?: boolean;
  readonly failOn?: string;
}

export interface DriftDocument extends DriftReport {
  readonly model: string;
  readonly source: string;
  /** Columns that were not judged: the ones named, and times, which move on by themselves. */
  readonly ignored_columns: readonly string[];
  /** Live quality where labels have come in; null otherwise. */
  readonly quality: LiveQuality | null;
}

export async function run(options: DriftOptions, context: CommandContext): Promise<Outcome<DriftDocument>> {
  if ((options.data === undefined) === (options.last === undefined)) {
    throw new MlxError('USAGE', 'Give either --data or --last.', {
      hint: 'For example: mlx drift --model churn --last 24h',
    });
  }
  const opened = await openModel(context, options.model, 2);
  const { model, label } = opened;
  try {
    const baseline = parseBaseline(model.baseline);
    if (baseline === null) {
      throw new MlxError('STATE_CONFLICT', `The model ${label} carries no drift baseline.`, {
        hint: 'Models that mlx trained have one; a model made elsewhere has none.',
      });
    }
    const window = await readWindow(options, opened, context);
    const { manifest } = model;
    if (window.isTraining) {
      context.warn(
        `${window.source} is the table that the model learned from; its answers there are not judged`,
      );
    }
    const prediction = window.isTraining ? {} : { prediction: await answersOf(model, window.table) };
    const times =
      options.times === true
        ? []
        : manifest.columns.filter(({ type }) => type === 'time').map(({ name }) => name);
    const ignore = [...(options.ignore ?? []), ...times];
    const report = detectDrift(baseline, window.table, {
      ignore,
      alpha: options.alpha,
      minRows: options.minRows,
      ...prediction,
    });
    const labelled = window.log.filter((row) => row.label !== null);
    const quality = labelled.length === 0 ? null : liveQuality(labelled, manifest.task, manifest.classes);
    const result = { model: label, source: window.source, ignored_columns: ignore, ...report, quality };
    if (options.alert === true && report.verdict === 'drift') await raiseAlert(result, context);
    return { result, exitCode: exitCodeOf(report.verdict, options) };
  } finally {
    await model.release();
  }
}

/** The model's answers as one column. */
async function answersOf(model: ScoringModel, table: Table): Promise<Column> {
  const scores = await scoreTable(model, table);
  return scoreColumn(summariseScores(scores, table.rows, Math.max(model.manifest.classes.length, 1)));
}

interface Window {
  readonly table: Table;
  readonly source: string;
  /** The logged predictions that the rows are from; empty for a file. */
  readonly log: readonly LabelledPrediction[];
  /** The very rows that the model learned from: its answers on them say nothing of drift. */
  readonly isTraining: boolean;
}

async function readWindow(
  options: DriftOptions,
  opened: OpenedModel,
  context: CommandContext,
): Promise<Window> {
  const { columns } = opened.model.manifest;
  if (options.data !== undefined) {
    const schema: Schema = { version: 1, rows: 0, columns };
    const { table, digest } = await readTable(options.data, {
      ...sourceOptions(options, context, [options.data]),
      schema,
    });
    const isTraining = digest === opened.model.manifest.dataset?.digest;
    return { table, source: inputName(options.data), log: [], isTraining };
  }
  const { version } = opened;
  if (version === null) {
    throw new MlxError('USAGE', '--last needs a registered model; a file has no prediction log.', {
      hint: 'Name a model: --model churn',
    });
  }
  const since = new Date(context.now().getTime() - (options.last as number) * 1000).toISOString();
  const store = await context.store();
  const log: LabelledPrediction[] = [];
  for await (const row of store.predictions.window({ model: version.name, version: version.version, since }))
    log.push(row);
  const records = log.map((row) => columns.map(({ name }) => row.inputs[name] ?? null));
  return {
    table: tableFromRecords(columns, records),
    source: `prediction log since ${since}`,
    log,
    isTraining: false,
  };
}

function exitCodeOf(verdict: DriftReport['verdict'], options: DriftOptions): number {
  const negative = verdict === 'drift' || (verdict === 'insufficient' && options.failOn === 'insufficient');
  return negative && options.exitZero !== true ? ERRORS.DRIFT_FOUND.exit : 0;
}

async function raiseAlert(result: DriftDocument, context: CommandContext): Promise<void> {
  const webhook = textSetting(context.settings, 'monitoring.webhook');
  const alertCommand = textSetting(context.settings, 'monitoring.command');
  const send = alertChannels(
    await context.store(),
    { ...(webhook === null ? {} : { webhook }), ...(alertCommand === null ? {} : { alertCommand }) },
    context,
  );
  await send({
    kind: 'drift',
    model: result.model,
    message: result.summary,
    details: { source: result.source, columns: result.drifted_columns },
    time: context.now().toISOString(),
  });
}
