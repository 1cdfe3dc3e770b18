import { type CommandSpec, loadParts } from '../command.js';

export const doctorSpec: CommandSpec = {
  path: ['doctor'],
  group: 'The tool itself',
  summary: 'check this installation, the configuration and the store',
  description:
    'Runs a model, opens the databases, recomputes the hash chain of the registry and the SHA-256 of every registered\n' +
    'model file. Exit code 3 when a check fails.',
  options: [{ flags: '--exit-zero', help: 'exit 0 also when a check fails', kind: 'flag' }],
  examples: ['mlx doctor', 'mlx doctor --json'],
  mendsConfig: true,
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
