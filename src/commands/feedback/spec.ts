import { type CommandSpec, loadParts } from '../command.js';
import { SOURCE_OPTIONS, TABLE_HELP } from '../source-options.js';

export const feedbackSpec: CommandSpec = {
  path: ['feedback'],
  group: 'Keep it honest',
  summary: 'bring the true labels of past predictions',
  description:
    'Rows of prediction id and label. Bringing the same labels again changes nothing; unknown ids are counted.',
  options: [
    {
      flags: '--data <file>',
      help: `table with the labels: ${TABLE_HELP}`,
      kind: 'paths',
      ask: 'Which table has the labels?',
    },
    ...SOURCE_OPTIONS,
    { flags: '--id-column <name>', help: 'column with the prediction ids', default: 'prediction_id' },
    { flags: '--label-column <name>', help: 'column with the labels', default: 'label' },
  ],
  examples: [
    'mlx feedback --data labels.csv',
    'mlx feedback --data outcomes.csv --id-column id --label-column churned',
  ],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
