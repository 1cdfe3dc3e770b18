import { type CommandSpec, loadParts } from '../command.js';
import type { CommandLine } from './command-line.js';

/**
 * The commands are handed in by whoever knows them all; this one among them, so they come when it runs.
 */
export function completionSpec(commandLine: () => Promise<CommandLine>): CommandSpec {
  return {
    path: ['completion'],
    group: 'The tool itself',
    summary: 'a completion script for bash, zsh or fish',
    description:
      'Completes commands, options, what options may be, and files. The examples are the lines for ~/.bashrc and for\n' +
      '~/.zshrc (after compinit), and the command that sets up fish.',
    arguments: [{ name: '<shell>', help: 'bash, zsh or fish' }],
    examples: [
      'source <(mlx completion bash)',
      'source <(mlx completion zsh)',
      'mlx completion fish > ~/.config/fish/completions/mlx.fish',
    ],
    load: () =>
      loadParts(
        import('./run.js').then(({ runWith }) => ({ run: runWith(commandLine) })),
        import('./view.js'),
      ),
  };
}
