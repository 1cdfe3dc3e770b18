import { findAbtest } from '../../rollout/abtest.js';
import { type ArmReport, reportAbtest } from '../../rollout/abtest-report.js';
import type { CommandContext, Outcome } from '../command.js';
import { abtestDocument } from './start.js';

export interface AbtestReportOptions {
  readonly test: string;
}

export async function run(options: AbtestReportOptions, context: CommandContext) {
  const store = await context.store();
  const report = await reportAbtest(store, await findAbtest(store, options.test));
  const result = {
    test: abtestDocument(report.test),
    task: report.task,
    control: armDocument(report.control),
    treatment: armDocument(report.treatment),
    difference: report.difference,
    verdict: report.verdict,
    reason: report.reason,
    split_p_value: report.splitPValue,
  };
  return { result } satisfies Outcome<unknown>;
}

function armDocument(arm: ArmReport) {
  return {
    version: arm.version,
    count: arm.count,
    units: arm.units,
    mean_prediction: arm.meanPrediction,
    class_shares: arm.classShares,
    latency_ms: arm.latencyMs,
    labelled: arm.labelled,
    metric: arm.metric,
  };
}

export type AbtestReportDocument = Awaited<ReturnType<typeof run>>['result'];
