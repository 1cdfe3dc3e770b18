import { type CommandSpec, loadParts } from '../command.js';
import { SOURCE_OPTIONS, TABLE_HELP } from '../source-options.js';

export const predictSpec: CommandSpec = {
  path: ['predict'],
  group: 'Build a model',
  summary: 'score a file offline with any version',
  description:
    'Reads and writes in batches, so a file may be larger than memory. The values are those that the server gives for\n' +
    'the same rows.',
  options: [
    {
      flags: '--model <model>',
      help: 'churn, churn@staging, churn/3, or an .onnx file',
      setting: 'name',
      ask: 'Which model shall score?',
    },
    {
      flags: '--data <file>',
      help: `table to score: ${TABLE_HELP}`,
      kind: 'paths',
      ask: 'Which table shall be scored?',
    },
    ...SOURCE_OPTIONS,
    {
      flags: '--out <file>',
      help: 'where the predictions are written (CSV)',
      ask: 'Where shall the predictions be written?',
    },
    { flags: '--keep <columns>', help: 'columns of the table to carry along', kind: 'list' },
    { flags: '--batch-rows <n>', help: 'rows scored at a time', kind: 'integer', default: 8192 },
    { flags: '--threads <n>', help: 'threads of ONNX Runtime', kind: 'integer', default: 2 },
  ],
  examples: [
    'mlx predict --model churn --data new.csv --out scored.csv --keep customer_id',
    "mlx predict --model churn --data 'days/*.parquet' --out scored.csv",
  ],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
