import { type CommandSpec, loadParts } from '../command.js';
import { SOURCE_OPTIONS, TABLE_HELP } from '../source-options.js';

export const predictSpec: CommandSpec = {
  path: ['predict'],
  group: 'Build a model',
  summary: 'score a file offline with any version',
  description:
    'Reads and writes in batches, so a file may be larger than memory. The values are those that the server gives for\n' +
    'the same rows.\n' +
    'With --explain each row also gets its reasons: how much each column of the table moved the raw score (before it\n' +
    'becomes a probability) away from the expected score. The contributions are exact Shapley values (TreeSHAP; weight ×\n' +
    'distance from the mean for linear models): with the expected score they add up to the raw score. CSV gets the\n' +
    'strongest as reason_1, reason_2 …, JSON all of them. Of two classes the score is the last one’s, of several the\n' +
    'reasons are those of the predicted class. A feature made of several columns is shared among them in equal parts.',
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
      help: 'where the predictions are written: CSV, or JSON by the ending .json (an array) or .jsonl, .ndjson (lines)',
      ask: 'Where shall the predictions be written?',
    },
    { flags: '--keep <columns>', help: 'columns of the table to carry along', kind: 'list' },
    {
      flags: '--explain [n]',
      help: 'say why: the n strongest columns of each row (3 when no number is given)',
      kind: 'integer',
      bare: 3,
    },
    { flags: '--batch-rows <n>', help: 'rows scored at a time', kind: 'integer', default: 8192 },
    { flags: '--threads <n>', help: 'threads of ONNX Runtime', kind: 'integer', default: 2 },
  ],
  examples: [
    'mlx predict --model churn --data new.csv --out scored.csv --keep customer_id',
    "mlx predict --model churn --data 'days/*.parquet' --out scored.csv",
    'mlx predict --model churn --data new.csv --out why.jsonl --explain 5',
  ],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
