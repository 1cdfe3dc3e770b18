import { type CommandSpec, loadParts } from '../command.js';
import { MODELING_OPTIONS } from '../modeling-options.js';

/** In retraining nobody is asked: what is not given comes from the run of the production version. */
const OPTIONS = MODELING_OPTIONS.map(({ ask: _, ...option }) => option);

export const retrainSpec: CommandSpec = {
  path: ['retrain'],
  group: 'Keep it honest',
  summary: 'train again, compare with production on the same test rows, promote if better',
  description:
    'What is neither given nor configured is taken from the run of the production version: table, target, algorithm and\n' +
    'parameters. Exit 3 when the candidate is not better. Safe to start from cron: a second one at the same time is\n' +
    'refused with exit 5.',
  arguments: [{ name: '[model]', help: 'name of the model (default: the configured name)' }],
  options: [
    ...OPTIONS,
    {
      flags: '--min-improvement <n>',
      help: 'by how much the candidate must be better',
      kind: 'number',
      default: 0,
    },
    {
      flags: '--keep-latest <k>',
      help: 'archive versions older than the newest k',
      setting: 'registry.keepLatest',
    },
    { flags: '--exit-zero', help: 'exit 0 although the candidate is not better', kind: 'flag' },
  ],
  examples: [
    'mlx retrain churn',
    'mlx retrain churn --data this_month.csv --test holdout.csv --keep-latest 3',
  ],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
