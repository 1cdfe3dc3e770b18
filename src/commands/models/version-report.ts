import { REPORT_ARTIFACTS } from '../../reports/training/artifacts.js';
import type { ReportedCertificate, TrainingReport } from '../../reports/training/report.js';
import type { ModelVersion } from '../../store/registry-records.js';
import type { Store } from '../../store/store.js';
import { metricDirection } from '../../tracking/metric-direction.js';

/** The report of the run that made a version; what the registry knows where there is none. */
export async function versionReport(store: Store, version: ModelVersion): Promise<TrainingReport> {
  const run = version.runId === null ? undefined : await store.runs.get(version.runId);
  const artifact = run?.artifacts.find(({ name }) => name === REPORT_ARTIFACTS.data);
  if (artifact === undefined) return registeredReport(version);
  const bytes = await store.artifacts.read(artifact.sha256);
  const report = JSON.parse(bytes.toString('utf8')) as TrainingReport;
  return report.version === 1 ? report : registeredReport(version);
}

function registeredReport(version: ModelVersion): TrainingReport {
  const { name, task, details, metrics } = version;
  const certificate = details.certificate as ReportedCertificate | undefined;
  return {
    version: 1,
    run: {
      id: version.runId ?? '–',
      name,
      algorithm: String(details.algorithm ?? 'not known'),
      task,
      target: String(details.target ?? 'not known'),
      classes: (details.classes ?? []) as readonly string[],
      createdAt: version.createdAt,
      mlxVersion: 'not known',
      ...(certificate === undefined || !version.certified ? {} : { certificate }),
    },
    // How long it took says nothing of how good it is.
    metrics: Object.entries(metrics)
      .filter(([metric]) => !metric.endsWith('_ms'))
      .map(([metric, value]) => ({ name: metric, value, better: metricDirection(metric) })),
  };
}
