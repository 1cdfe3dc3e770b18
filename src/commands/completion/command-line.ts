import type { CommandGroupSpec, CommandSpec } from '../command.js';

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
