import type { Style, ViewBlock } from '../command.js';
import { formatNumber, formatShare } from '../format.js';
import type { DemoDocument } from './run.js';

export function view({ dir, steps, seconds }: DemoDocument, style: Style): readonly ViewBlock[] {
  const { train, serve, drift, abtest, rollback } = steps;
  const line = (name: string, text: string): string => `${style.bold(name.padEnd(10))}${text}`;
  const arms = [abtest.control, abtest.treatment].map(({ metric }) =>
    metric === null ? '–' : formatShare(metric.estimate),
  );
  return [
    {
      kind: 'lines',
      lines: [
        '',
        `The whole life of a model, on made-up subscribers, in ${seconds.toFixed(1)} s:`,
        '',
        line(
          'train',
          `ROC AUC ${formatNumber(train.metrics.roc_auc)} on held-out rows, ${style.good('certified')}`,
        ),
        line(
          'serve',
          `${serve.predictions} predictions over HTTP, ${serve.labels} labels came back, ${formatShare(serve.accuracy)} right`,
        ),
        line(
          'drift',
          `may: ${style.good(drift.may.verdict)}; later: ${style.bad(drift.later.verdict)} in ${drift.later.drifted_columns.join(', ')}`,
        ),
        line(
          'abtest',
          `version ${abtest.control.version} ${arms[0]} right, version ${abtest.treatment.version} ${arms[1]}: ${style.bold(abtest.verdict)}`,
        ),
        line(
          'rollback',
          `version ${rollback.release} failed ${rollback.failed_requests} times and was taken back: ${rollback.reason}`,
        ),
        '',
        `Everything is in ${style.bold(dir)}. Try next, in that folder:`,
        '  mlx models history churn',
        '  mlx runs list --sort "metrics.roc_auc desc"',
        '  mlx drift --model churn/1 --data later.csv',
        '  mlx abtest report churn',
        '  mlx serve churn',
        'And on a table of your own:',
        '  mlx train --data YOUR.csv --target COLUMN',
      ],
    },
  ];
}
