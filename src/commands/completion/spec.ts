import { type CommandGroupSpec, type CommandSpec, loadParts } from '../command.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The whole command line as data: all that a completion script is made from. */
export interface CommandLine {
  readonly specs: readonly CommandSpec[];
  readonly groups: readonly CommandGroupSpec[];
  /** Options of every command: commander's notation and help. */
  readonly shared: readonly (readonly [flags: string, help: string])[];
  /** What `--format` of a list takes. */
  readonly formats: readonly string[];
}

/**
 * The commands are handed in by whoever knows them all; this one among them, so they come when it runs.
 */
export function completionSpec(commandLine: () => Promise<CommandLine>): CommandSpec {
  return {
    path: ['completion'],
    group: 'The tool itself',
    summary: 'a completion script for bash, zsh or fish',
    description:
      'bash: source <(mlx completion bash), in ~/.bashrc\n' +
      'zsh:  source <(mlx completion zsh), in ~/.zshrc after compinit\n' +
      'fish: mlx completion fish > ~/.config/fish/completions/mlx.fish',
    arguments: [{ name: '<shell>', help: SHELLS.join(', ') }],
    examples: ['mlx completion bash', 'mlx completion fish > ~/.config/fish/completions/mlx.fish'],
    load: () =>
      loadParts(
        import('./run.js').then(({ runWith }) => ({ run: runWith(commandLine) })),
        import('./view.js'),
      ),
  };
}
