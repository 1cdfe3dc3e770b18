import { type CommandSpec, loadParts } from '../command.js';

export const rollbackSpec: CommandSpec = {
  path: ['rollback'],
  group: 'Keep it honest',
  summary: 'production goes back to the last good version',
  description:
    'The version that is left is archived and marked, so that a second rollback does not return to it.',
  arguments: [{ name: '<model>', help: 'name of the model' }],
  options: [
    { flags: '--reason <text>', help: 'why; kept in the history', ask: 'Why does production go back?' },
    { flags: '--to <version>', help: 'a certain version instead of the last good one', kind: 'integer' },
  ],
  examples: ['mlx rollback churn --reason "wrong currency in the new data"'],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
