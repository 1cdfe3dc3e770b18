import { type CommandSpec, loadParts } from '../command.js';
import { MODELING_OPTIONS } from '../modeling-options.js';
import { SOURCE_OPTIONS, TABLE_HELP } from '../source-options.js';

const SHARED = [
  '--drop',
  '--keep',
  '--schema',
  '--drop-duplicates',
  '--time-format',
  '--test-share',
  '--split',
  '--time-column',
  '--group-column',
  '--impute',
  '--outliers',
  '--encode',
  '--scale',
  '--recipe',
  '--seed',
];

export const preprocessSpec: CommandSpec = {
  path: ['preprocess'],
  group: 'Build a model',
  summary: 'look at a table, check it, and turn it into features',
  description:
    'Shows what every column holds and what is wrong with it, measured by a schema file where --schema names one: exit 3\n' +
    'where the table does not fit. --save-schema writes that file, to edit and to keep in git. With --out the steps are\n' +
    'fitted on the training part and the features of all rows are written. Numbers are filled with the median, capped\n' +
    'and standardised, categories filled with the most frequent level and one-hot encoded, times taken apart; the flags\n' +
    'choose otherwise.',
  options: [
    {
      flags: '--data <file>',
      help: `table: ${TABLE_HELP}`,
      kind: 'paths',
      setting: 'data.train',
      ask: 'Which table?',
    },
    { flags: '--target <column>', help: 'column to learn: kept beside the features', setting: 'data.target' },
    {
      flags: '--test <file>',
      help: 'second table, as --data is given; the steps are fitted on --data alone',
      kind: 'paths',
      setting: 'data.test',
    },
    ...SOURCE_OPTIONS,
    { flags: '--out <file>', help: 'where the features are written: .parquet, .csv or .csv.gz' },
    { flags: '--save-graph <file>', help: 'write the fitted preprocessing as ONNX' },
    { flags: '--save-schema <file>', help: 'write the schema as a file to edit (JSON)' },
    {
      flags: '--profile <file>',
      help: 'write what every column holds: .html to look at, .json for programs',
    },
    { flags: '--save-recipe <file>', help: 'write the steps as a recipe to edit (JSON)' },
    { flags: '--explain', help: 'show the steps, and what each makes of one row', kind: 'flag' },
    { flags: '--row <n>', help: 'the row that is explained', kind: 'integer', default: 1 },
    ...MODELING_OPTIONS.filter(({ flags }) => SHARED.includes(flags.split(' ')[0] as string)).map(
      ({ heading: _, ...option }) => option,
    ),
    {
      flags: '--format <format>',
      help: 'how the result is printed; junit is for CI',
      choices: ['table', 'json', 'csv', 'md', 'junit'],
    },
    { flags: '--exit-zero', help: 'exit 0 although the table is invalid', kind: 'flag' },
  ],
  examples: [
    'mlx preprocess --data a.csv --target income --profile profile.html',
    'mlx preprocess --data a.csv --target income --save-schema schema.json',
    'mlx preprocess --data b.csv --schema schema.json --format junit > checks.xml',
    "mlx preprocess --data 'sales/*.csv' --delimiter ';' --encoding latin1",
    'curl -s https://example.org/events.jsonl | mlx preprocess --data -',
    'mlx preprocess --data a.csv --target income --out features.parquet',
    'mlx preprocess --data a.csv --target income --encode target --explain',
  ],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
