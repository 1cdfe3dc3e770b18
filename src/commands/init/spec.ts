import { type CommandSpec, loadParts } from '../command.js';

export const initSpec: CommandSpec = {
  path: ['init'],
  group: 'Set up',
  summary: 'scaffold configuration and deployment files',
  description:
    'Writes mlops.config.json with its schema for editors, keeps the store out of git, and makes the store. Run again,\n' +
    'it changes nothing; a file that differs is kept unless --force is given. Settings that you added stay in any case.',
  options: [
    { flags: '--name <name>', help: 'name of the model (default with --yes: name of the folder)' },
    { flags: '--data <file>', help: 'training table: a file, or a quoted pattern' },
    {
      flags: '--test <file>',
      help: 'test table, as --data is given; without one a part of the rows is held out',
    },
    { flags: '--target <column>', help: 'column to learn' },
    {
      flags: '--algorithm <name>',
      help: 'training algorithm',
      choices: ['random-forest', 'linear', 'baseline', 'ml-random-forest'],
    },
    {
      flags: '--template <template>',
      help: 'deployment files: three servers behind nginx',
      choices: ['docker'],
    },
    { flags: '--force', help: 'replace files that differ', kind: 'flag' },
    { flags: '--dry-run', help: 'say what would be written', kind: 'flag' },
  ],
  examples: [
    'mlx init',
    'mlx init --yes --name churn --data train.csv --target left',
    'mlx init --yes --template docker --dry-run',
  ],
  mendsConfig: true,
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
