import { type CommandSpec, loadParts } from '../command.js';

export const configSpec: CommandSpec = {
  path: ['config'],
  group: 'The tool itself',
  summary: 'the effective configuration and where each value comes from',
  description: 'A flag wins over an MLX_* variable, that over mlops.config.json, that over the default.',
  arguments: [{ name: '[key]', help: 'only settings whose key begins so, such as data or serving.port' }],
  examples: ['mlx config', 'mlx config serving', 'MLX_SERVING_PORT=9000 mlx config serving.port --json'],
  list: true,
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
