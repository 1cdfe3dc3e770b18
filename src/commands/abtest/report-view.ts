import type { Style, ViewBlock } from '../command.js';
import { formatNumber, formatShare } from '../format.js';
import type { AbtestReportDocument } from './report.js';

type Arm = AbtestReportDocument['control'];

export function view(report: AbtestReportDocument, style: Style): readonly ViewBlock[] {
  const arms = [report.control, report.treatment];
  const row = (name: string, cell: (arm: Arm) => string): string[] => [name, ...arms.map(cell)];
  const classes = [...new Set(arms.flatMap((arm) => Object.keys(arm.class_shares ?? {})))].sort();
  const metric = arms.find((arm) => arm.metric !== null)?.metric?.name ?? 'metric';
  const rows = [
    row('version', (arm) => String(arm.version)),
    row('predictions', (arm) => String(arm.count)),
    row('units', (arm) => String(arm.units)),
    ...(report.task === 'regression'
      ? [row('mean prediction', (arm) => formatNumber(arm.mean_prediction))]
      : []),
    ...classes.map((name) => row(`predicted ${name}`, (arm) => formatShare(arm.class_shares?.[name] ?? 0))),
    row('latency mean / p95', (arm) => latencyText(arm)),
    row('labelled', (arm) => String(arm.labelled)),
    row(`${metric} (95 %)`, (arm) => intervalText(arm.metric)),
  ];
  const lines = [`A/B test ${style.bold(report.test.id)} on ${report.test.model}: ${report.test.status}`, ''];
  const verdict =
    report.verdict === 'treatment better' ? style.good(report.verdict) : style.bold(report.verdict);
  const difference =
    report.difference === null
      ? []
      : [
          `difference in ${report.difference.metric}: ${intervalText(report.difference)} (${report.difference.method})`,
        ];
  return [
    { kind: 'lines', lines },
    { kind: 'table', table: { head: ['', 'control', 'treatment'], rows, right: [1, 2] } },
    { kind: 'lines', lines: ['', ...difference, `verdict: ${verdict}`, style.dim(report.reason)] },
  ];
}

function latencyText(arm: Arm): string {
  if (arm.latency_ms === null) return '–';
  return `${arm.latency_ms.mean.toFixed(2)} / ${arm.latency_ms.p95.toFixed(2)} ms`;
}

function intervalText(
  interval: { readonly estimate: number; readonly low: number; readonly high: number } | null,
): string {
  if (interval === null) return '–';
  return `${formatNumber(interval.estimate)} [${formatNumber(interval.low)}, ${formatNumber(interval.high)}]`;
}
