import { type CommandSpec, loadParts } from '../command.js';
import { SOURCE_OPTIONS, TABLE_HELP } from '../source-options.js';

export const driftSpec: CommandSpec = {
  path: ['drift'],
  group: 'Keep it honest',
  summary: "compare new data with the model's own baseline",
  description:
    'Judges every column of a table, or of the predictions that were logged lately: Kolmogorov-Smirnov for numbers and\n' +
    'times, chi-square for categories, and the share of missing values, corrected for the number of columns. A column\n' +
    'drifts when the change is both significant and large. Exit 3 when drift is found.',
  options: [
    {
      flags: '--model <model>',
      help: 'churn, churn@staging, churn/3, or an .onnx file',
      setting: 'name',
      ask: 'Which model?',
    },
    { flags: '--data <file>', help: `table to judge: ${TABLE_HELP}`, kind: 'paths' },
    ...SOURCE_OPTIONS,
    {
      flags: '--last <duration>',
      help: 'judge the predictions logged in the last 24h, 7d …',
      kind: 'duration',
    },
    { flags: '--alpha <p>', help: 'significance after correction', setting: 'drift.alpha' },
    { flags: '--min-rows <n>', help: 'fewer rows than this are not judged', setting: 'drift.minRows' },
    { flags: '--ignore <columns>', help: 'columns that are not judged', kind: 'list' },
    { flags: '--times', help: 'judge time columns too, which move on by themselves', kind: 'flag' },
    { flags: '--alert', help: 'raise an alert when drift is found (webhook, command)', kind: 'flag' },
    { flags: '--exit-zero', help: 'exit 0 although drift is found', kind: 'flag' },
    {
      flags: '--fail-on <verdict>',
      help: 'exit 3 when there is not enough data either',
      choices: ['insufficient'],
    },
  ],
  examples: ['mlx drift --model churn --data march.csv', 'mlx drift --model churn --last 24h --alert --json'],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
