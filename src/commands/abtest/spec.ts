import { type CommandSpec, loadParts } from '../command.js';

const GROUP = 'Keep it honest';
const TEST = { name: '<test>', help: 'name of the model, or the id of a test' } as const;

export const abtestStartSpec: CommandSpec = {
  path: ['abtest', 'start'],
  group: GROUP,
  summary: 'send a share of the traffic to another version',
  description:
    'POST /predict_ab assigns: the same user_id always gets the same arm; without one it is drawn anew.',
  arguments: [{ name: '<model>', help: 'name of the model' }],
  options: [
    {
      flags: '--treatment <version>',
      help: 'version that is tried',
      kind: 'integer',
      ask: 'Which version shall be tried?',
    },
    { flags: '--control <version>', help: 'version to compare with (default: production)', kind: 'integer' },
    {
      flags: '--ratio <share>',
      help: 'share of the traffic for the treatment',
      kind: 'number',
      default: 0.5,
    },
    { flags: '--reason <text>', help: 'why; kept in the history' },
  ],
  examples: ['mlx abtest start churn --treatment 4 --ratio 0.1'],
  load: () => loadParts(import('./start.js'), import('./test-view.js')),
};

export const abtestStatusSpec: CommandSpec = {
  path: ['abtest', 'status'],
  group: GROUP,
  summary: 'tests, running ones first',
  arguments: [{ name: '[model]', help: 'tests of one model' }],
  examples: ['mlx abtest status'],
  list: true,
  load: () => loadParts(import('./status.js'), import('./status-view.js')),
};

export const abtestReportSpec: CommandSpec = {
  path: ['abtest', 'report'],
  group: GROUP,
  summary: 'both arms side by side, with intervals and a verdict',
  arguments: [TEST],
  examples: ['mlx abtest report churn', 'mlx abtest report churn --json'],
  load: () => loadParts(import('./report.js'), import('./report-view.js')),
};

export const abtestStopSpec: CommandSpec = {
  path: ['abtest', 'stop'],
  group: GROUP,
  summary: 'end a test; its report stays',
  arguments: [TEST],
  options: [{ flags: '--reason <text>', help: 'why; kept in the history' }],
  examples: ['mlx abtest stop churn --reason "treatment is better"'],
  load: () => loadParts(import('./stop.js'), import('./test-view.js')),
};
