import { modelCard } from '../../reports/card/model-card.js';
import { REPORT_ARTIFACTS } from '../../reports/training/artifacts.js';
import { trainingPage } from '../../reports/training/training-page.js';
import type { ActiveRun } from '../../tracking/active-run.js';
import { type ReportInput, trainingReport } from './training-report.js';

/** Makes the report of a run, and keeps it with the run as data, as a page and as a model card. */
export async function storeReport(run: ActiveRun, input: ReportInput): Promise<void> {
  const report = await trainingReport(input);
  const columns = input.made.model.manifest.columns;
  await run.logArtifact(REPORT_ARTIFACTS.data, { bytes: Buffer.from(JSON.stringify(report)) });
  await run.logArtifact(REPORT_ARTIFACTS.page, { bytes: Buffer.from(trainingPage(report)) });
  const card = modelCard({ name: run.name, report, columns });
  await run.logArtifact(REPORT_ARTIFACTS.card, { bytes: Buffer.from(card) });
}
