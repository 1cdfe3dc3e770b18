import type { CommandGroupSpec, CommandSpec } from '../commands/command.js';

export const COMMAND_GROUPS: readonly CommandGroupSpec[] = [
  { name: 'runs', group: 'Look at runs and models', summary: 'list, show and compare training runs' },
  {
    name: 'models',
    group: 'Look at runs and models',
    summary: 'list and show model versions and their history',
  },
  { name: 'abtest', group: 'Keep it honest', summary: 'compare two versions on live traffic' },
];

export const COMMANDS: readonly CommandSpec[] = [];
