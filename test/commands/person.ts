import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { CommandContext } from '#mlx/commands/command.js';
import { loadConfig } from '#mlx/config/load.js';
import { openStore, type Store } from '#mlx/store/store.js';

/** What a person was asked: the flag that the question stands for, and the choices there were. */
export interface Question {
  readonly flag: string;
  readonly choices: readonly string[] | null;
  readonly initial: string | null;
}

/**
 * The context of a person at a terminal in `cwd` who answers by flag; an answer that is not among the
 * choices, or none at all, fails the test.
 */
export function personIn(
  cwd: string,
  answers: Readonly<Record<string, string | readonly string[]>>,
): { context: CommandContext; questions: Question[]; close: () => Promise<void> } {
  const questions: Question[] = [];
  const left = new Map(Object.entries(answers).map(([flag, given]) => [flag, [given].flat()]));
  const answer = (question: Question): string => {
    questions.push(question);
    const given = left.get(question.flag)?.shift();
    if (given === undefined) throw new Error(`${question.flag} was asked for, unexpectedly`);
    if (question.choices?.includes(given) === false) throw new Error(`${given} is no choice`);
    return given;
  };
  let store: Promise<Store> | undefined;
  const silent = { update() {}, done() {}, fail() {} };
  const context: CommandContext = {
    cwd,
    env: {},
    settings: loadConfig(cwd, {}).settings,
    version: '0.0.0',
    json: false,
    yes: false,
    interactive: true,
    actor: 'ann@here',
    now: () => new Date(),
    signal: new AbortController().signal,
    store: (options = {}) => {
      store ??= openStore(join(cwd, '.mlx'), options);
      return store;
    },
    progress: () => silent,
    note() {},
    warn() {},
    event() {},
    print() {},
    stdin: () => Readable.from([]),
    confirm: async () => true,
    choose: async (_, choices, flag) => answer({ flag, choices, initial: null }),
    input: async (_, flag, initial) => answer({ flag, choices: null, initial: initial ?? null }),
  };
  return { context, questions, close: async () => (await store?.catch(() => undefined))?.close() };
}
