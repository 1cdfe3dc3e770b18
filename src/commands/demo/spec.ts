import { type CommandSpec, loadParts } from '../command.js';

export const demoSpec: CommandSpec = {
  path: ['demo'],
  group: 'Set up',
  summary: 'the whole life on made-up data, in under a minute',
  description:
    'Makes up a table of subscribers (seeded, labelled as made up) and takes it through everything: train, register,\n' +
    'promote, serve, predict, feedback, drift, A/B test, and a release that fails and is taken back.',
  options: [
    { flags: '--dir <folder>', help: 'where the tables and the store are kept', default: 'mlx-demo' },
    { flags: '--seed <n>', help: 'seed of the made-up data', kind: 'integer', default: 7 },
    { flags: '--force', help: 'begin again although the folder holds something', kind: 'flag' },
  ],
  examples: ['mlx demo', 'mlx demo --dir /tmp/try --json'],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
