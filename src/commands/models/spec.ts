import { type CommandSpec, loadParts } from '../command.js';

const GROUP = 'Look at runs and models';

export const modelsListSpec: CommandSpec = {
  path: ['models', 'list'],
  group: GROUP,
  summary: 'models, or the versions of one',
  arguments: [{ name: '[model]', help: 'name of a model: its versions are listed' }],
  examples: ['mlx models list', 'mlx models list churn --format md'],
  list: true,
  load: () => loadParts(import('./list.js'), import('./list-view.js')),
};

export const modelsShowSpec: CommandSpec = {
  path: ['models', 'show'],
  group: GROUP,
  summary: 'one version: where it came from, how good it is, what it takes',
  arguments: [{ name: '<model>', help: 'churn (production), churn@staging, churn@alias or churn/3' }],
  examples: ['mlx models show churn', 'mlx models show churn/3 --json'],
  load: () => loadParts(import('./show.js'), import('./show-view.js')),
};

export const modelsHistorySpec: CommandSpec = {
  path: ['models', 'history'],
  group: GROUP,
  summary: 'every event of a model: who, when, what, why',
  arguments: [{ name: '<model>', help: 'name of the model' }],
  examples: ['mlx models history churn'],
  list: true,
  load: () => loadParts(import('./history.js'), import('./history-view.js')),
};

export const modelsAtSpec: CommandSpec = {
  path: ['models', 'at'],
  group: GROUP,
  summary: 'which version was in which stage at a time',
  arguments: [
    { name: '<time>', help: 'ISO 8601, UTC unless an offset is given' },
    { name: '[model]', help: 'name of a model (default: all)' },
  ],
  examples: ['mlx models at 2026-03-03T12:00:00Z churn'],
  list: true,
  load: () => loadParts(import('./at.js'), import('./at-view.js')),
};

export const modelsVerifySpec: CommandSpec = {
  path: ['models', 'verify'],
  group: GROUP,
  summary: 'checks the file of a version and makes its certificate again',
  description:
    'The bytes are compared with their SHA-256 and with the certificate in the file, the graph is read and opened, and ' +
    'rows are scored one by one, in batches, on one thread and on two, in other orders: every score must have the ' +
    'same bytes. Exit code 3 when the model is not verified.',
  arguments: [
    { name: '<model>', help: 'churn (production), churn@staging, churn@alias, churn/3, or an .onnx file' },
  ],
  options: [
    {
      flags: '--data <file>',
      help: 'rows to score (default: made up from what the file knows of its columns)',
    },
    { flags: '--rows <count>', help: 'how many rows', kind: 'integer', default: 200 },
    { flags: '--exit-zero', help: 'exit 0 although the model is not verified', kind: 'flag' },
  ],
  examples: ['mlx models verify churn', 'mlx models verify churn/3 --data new.csv --json'],
  load: () => loadParts(import('./verify.js'), import('./verify-view.js')),
};

export const modelsCardSpec: CommandSpec = {
  path: ['models', 'card'],
  group: GROUP,
  summary: 'the model card of a version, as Markdown',
  description:
    'What is known of the version under the usual headings: metrics with intervals, data, slices, limits, certificate. ' +
    'What only people know is marked to be filled in; where the file is there already, what was written between ' +
    '`mlx:write` and `mlx:end` is kept, and everything else is made anew.',
  arguments: [{ name: '<model>', help: 'churn (production), churn@staging, churn@alias or churn/3' }],
  options: [{ flags: '--out <file>', help: 'write it there (default: stdout)' }],
  examples: ['mlx models card churn', 'mlx models card churn/3 --out MODEL_CARD.md'],
  load: () => loadParts(import('./card.js'), import('./card-view.js')),
};
