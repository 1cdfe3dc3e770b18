import { MlxError } from '../../errors.js';
import type { Outcome } from '../command.js';
import { bashScript } from './bash.js';
import { type CommandLine, SHELLS, type Shell } from './command-line.js';
import { fishScript } from './fish.js';
import { type Grammar, grammarOf } from './grammar.js';
import { zshScript } from './zsh.js';

export interface CompletionOptions {
  readonly shell: string;
}

export interface CompletionDocument {
  readonly shell: Shell;
  readonly script: string;
}

const SCRIPTS: Readonly<Record<Shell, (grammar: Grammar) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function runWith(commandLine: () => Promise<CommandLine>) {
  return async (options: CompletionOptions): Promise<Outcome<CompletionDocument>> => {
    const shell = SHELLS.find((known) => known === options.shell);
    if (shell === undefined) {
      throw new MlxError('USAGE', `There is no completion for "${options.shell}".`, {
        hint: `Choose one of: ${SHELLS.join(', ')}.`,
      });
    }
    return { result: { shell, script: SCRIPTS[shell](grammarOf(await commandLine())) } };
  };
}
