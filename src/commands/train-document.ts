import { relative } from 'node:path';
import type { TrainedRun } from '../modeling/train-run.js';
import { metricsDocument, runDocument } from './documents.js';
import { leaderboardDocument, searchDocument, validationDocument } from './selection-documents.js';

/** A training run as `--json` shows it. */
export type TrainDocument = ReturnType<typeof trainDocument>;

export function trainDocument(trained: TrainedRun, cwd: string) {
  const { run: record, data, model } = trained;
  return {
    run: runDocument(record),
    task: data.train.target.task,
    target: data.train.target.name,
    classes: data.train.target.classes,
    rows: { train: data.train.table.rows, test: data.test.table.rows, without_target: data.unlabelled },
    split: data.split,
    split_column: data.splitColumn,
    duplicates_dropped: data.duplicatesDropped,
    algorithm: trained.selection.choice.algorithm,
    metrics: metricsDocument(trained.metrics),
    out_of_bag:
      trained.outOfBag === null
        ? null
        : { rows: trained.outOfBag.rows, ...metricsDocument(trained.outOfBag.metrics) },
    decision: decisionDocument(trained),
    validation: validationDocument(trained.selection),
    search: searchDocument(trained.selection),
    leaderboard: trained.selection.leaderboard?.map(leaderboardDocument) ?? null,
    features: model.manifest.featureNames,
    importance: trained.importance,
    left_out: data.schema.columns
      .filter((column) => column.role === 'ignore')
      .map(({ name, reason }) => ({ column: name, reason: reason ?? null })),
    anomalies: data.anomalies,
    model: {
      path: relative(cwd, model.path),
      sha256: model.sha256,
      bytes: model.bytes,
      certificate: {
        passed: model.certificate.passed,
        rows: model.certificate.rows,
        batch_sizes: model.certificate.batchSizes,
        threads: model.certificate.threads,
        row_orders: model.certificate.rowOrders,
        engine: model.certificate.engine,
      },
    },
    timings: {
      read_ms: trained.timings.readMs,
      select_ms: trained.timings.selectMs,
      prepare_ms: trained.timings.prepareMs,
      fit_ms: trained.timings.fitMs,
      certify_ms: trained.timings.certifyMs,
      report_ms: trained.timings.reportMs,
      total_ms: trained.timings.totalMs,
    },
  };
}

/** What was done to probabilities and labels beyond the training; null where nothing was. */
function decisionDocument({ scoring, model, tuned }: TrainedRun) {
  const { threshold } = model.manifest;
  const { calibration } = scoring;
  if (calibration === null && threshold === undefined) return null;
  return {
    calibration: calibration?.method ?? null,
    threshold: threshold ?? null,
    tuned_for: tuned?.rule ?? null,
    out_of_fold:
      tuned === null ? null : metricsDocument({ at_half: tuned.valueAtHalf, at_threshold: tuned.value }),
  };
}
