import { type CommandSpec, loadParts } from '../command.js';
import { MODELING_OPTIONS } from '../modeling-options.js';

const SHARED = [
  '--drop',
  '--time-format',
  '--test-share',
  '--split',
  '--impute',
  '--outliers',
  '--encode',
  '--scale',
  '--seed',
];

export const preprocessSpec: CommandSpec = {
  path: ['preprocess'],
  group: 'Build a model',
  summary: 'look at a table, check it, and turn it into features',
  description:
    'Shows what every column holds and what is wrong with it; with --out fits the steps on the training part and writes\n' +
    'the features of all rows. Numbers are filled with the median, capped and standardised, categories filled with the\n' +
    'most frequent level and one-hot encoded, times taken apart; the flags choose otherwise.',
  options: [
    { flags: '--data <file>', help: 'table (CSV)', setting: 'data.train', ask: 'Which table?' },
    { flags: '--target <column>', help: 'column to learn: kept beside the features', setting: 'data.target' },
    {
      flags: '--test <file>',
      help: 'second table; the steps are fitted on --data alone',
      setting: 'data.test',
    },
    { flags: '--out <file>', help: 'where the features are written: .parquet or .csv' },
    { flags: '--save-graph <file>', help: 'write the fitted preprocessing as ONNX' },
    { flags: '--save-schema <file>', help: 'write the schema as JSON' },
    {
      flags: '--profile <file>',
      help: 'write what every column holds: .html to look at, .json for programs',
    },
    ...MODELING_OPTIONS.filter(({ flags }) => SHARED.includes(flags.split(' ')[0] as string)),
    { flags: '--exit-zero', help: 'exit 0 although the table is invalid', kind: 'flag' },
  ],
  examples: [
    'mlx preprocess --data adult_train.csv --target income',
    'mlx preprocess --data adult_train.csv --target income --profile profile.html',
    'mlx preprocess --data adult_train.csv --target income --out features.parquet --save-graph preprocess.onnx',
  ],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
