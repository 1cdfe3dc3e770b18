import { type CommandSpec, loadParts } from '../command.js';

export const promoteSpec: CommandSpec = {
  path: ['promote'],
  group: 'Bring it to production',
  summary: 'move a version to staging, production or archived, through the gate',
  description:
    'A version does not replace a production version that was better on the same test data, nor does an uncertified\n' +
    'one, unless --force is given; the history keeps the reason and the numbers.',
  arguments: [
    { name: '<model>', help: 'churn/3 or churn@staging' },
    { name: '<stage>', help: 'staging, production, archived or none' },
  ],
  options: [
    { flags: '--reason <text>', help: 'why; kept in the history' },
    { flags: '--force', help: 'go past a gate that was not passed', kind: 'flag' },
    {
      flags: '--keep-latest <k>',
      help: 'archive versions older than the newest k; never production',
      setting: 'registry.keepLatest',
    },
    { flags: '--dry-run', help: 'say what would happen', kind: 'flag' },
  ],
  examples: [
    'mlx promote churn/3 production --reason "better recall on March"',
    'mlx promote churn/4 staging --keep-latest 3',
  ],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
