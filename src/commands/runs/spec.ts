import { type CommandSpec, loadParts } from '../command.js';

const GROUP = 'Look at runs and models';

export const runsListSpec: CommandSpec = {
  path: ['runs', 'list'],
  group: GROUP,
  summary: 'runs, newest first or by a metric',
  options: [
    {
      flags: '--where <expression>',
      help: "filter, e.g. metrics.roc_auc > 0.9 and params.algorithm = 'random-forest'",
    },
    { flags: '--sort <field>', help: 'e.g. "metrics.roc_auc desc"' },
    { flags: '--limit <n>', help: 'how many at most', kind: 'integer', default: 20 },
    { flags: '--in <experiment>', help: 'runs of one experiment' },
    { flags: '--parent <run>', help: 'runs inside that run: the trials of a search or a comparison' },
    { flags: '--children', help: 'also the runs inside others', kind: 'flag' },
    { flags: '--deleted', help: 'deleted runs instead', kind: 'flag' },
  ],
  examples: [
    "mlx runs list --where 'metrics.roc_auc > 0.9' --sort 'metrics.roc_auc desc'",
    'mlx runs list --format csv --limit 100',
    "mlx runs list --parent brave-otter --sort 'metrics.cv_roc_auc_mean desc'",
  ],
  list: true,
  load: () => loadParts(import('./list.js'), import('./list-view.js')),
};

export const runsShowSpec: CommandSpec = {
  path: ['runs', 'show'],
  group: GROUP,
  summary: 'one run with all that was recorded',
  arguments: [{ name: '<run>', help: 'id, unique beginning of an id, or name' }],
  examples: ['mlx runs show brave-otter', 'mlx runs show brave-otter --json'],
  load: () => loadParts(import('./show.js'), import('./show-view.js')),
};

export const runsCompareSpec: CommandSpec = {
  path: ['runs', 'compare'],
  group: GROUP,
  summary: 'what differs between runs, the best marked',
  arguments: [{ name: '<run...>', help: 'two or more runs' }],
  examples: ['mlx runs compare brave-otter calm-heron'],
  list: true,
  load: () => loadParts(import('./compare.js'), import('./compare-view.js')),
};

export const runsReportSpec: CommandSpec = {
  path: ['runs', 'report'],
  group: GROUP,
  summary: 'the report of a run: one HTML page that needs nothing else',
  arguments: [{ name: '<run>', help: 'id, unique beginning of an id, or name' }],
  options: [{ flags: '--out <file>', help: 'where to write the page', default: 'report.html' }],
  examples: ['mlx runs report brave-otter', 'mlx runs report brave-otter --out churn.html'],
  load: () => loadParts(import('./report.js'), import('./report-view.js')),
};

export const runsDeleteSpec: CommandSpec = {
  path: ['runs', 'delete'],
  group: GROUP,
  summary: 'take a run out of the lists; it can be restored',
  arguments: [{ name: '<run>', help: 'id, unique beginning of an id, or name' }],
  examples: ['mlx runs delete brave-otter'],
  load: () => loadParts(import('./delete.js'), import('./delete-view.js')),
};

export const runsRestoreSpec: CommandSpec = {
  path: ['runs', 'restore'],
  group: GROUP,
  summary: 'bring a deleted run back',
  arguments: [{ name: '<run>', help: 'id, unique beginning of an id, or name' }],
  examples: ['mlx runs restore brave-otter'],
  load: () => loadParts(import('./restore.js'), import('./delete-view.js')),
};
