import { hostname, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { CommandContext, Progress } from '../commands/command.js';
import type { Settings } from '../config/settings.js';
import { MlxError } from '../errors.js';
import { findStore } from '../store/location.js';
import type { Store } from '../store/store.js';
import type { Terminal } from './terminal.js';

export interface ContextParts {
  readonly terminal: Terminal;
  readonly stdin: NodeJS.ReadStream;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: Settings;
  readonly configPath: string | null;
  readonly storePath: string | undefined;
  readonly version: string;
  readonly json: boolean;
  readonly yes: boolean;
  readonly input: boolean;
  readonly signal: AbortSignal;
}

/** The composition root: everything a command may touch, made once per process. */
export class Context implements CommandContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: Settings;
  readonly version: string;
  readonly json: boolean;
  readonly yes: boolean;
  readonly interactive: boolean;
  readonly actor: string;
  readonly now = (): Date => new Date();
  readonly signal: AbortSignal;
  readonly #terminal: Terminal;
  readonly #stdin: NodeJS.ReadStream;
  readonly #storeRoot: string;
  #store: Promise<Store> | undefined;

  constructor(parts: ContextParts) {
    this.#terminal = parts.terminal;
    this.#stdin = parts.stdin;
    this.cwd = parts.cwd;
    this.env = parts.env;
    this.settings = parts.settings;
    this.version = parts.version;
    this.json = parts.json;
    this.yes = parts.yes;
    this.interactive = parts.input && !parts.json && parts.terminal.canAsk;
    this.actor = parts.env.MLX_ACTOR ?? `${userName()}@${hostname()}`;
    this.signal = parts.signal;
    this.#storeRoot = storeRoot(parts);
  }

  store(options: { readonly create?: boolean } = {}): Promise<Store> {
    this.#store ??= import('../store/store.js').then(({ openStore }) =>
      openStore(this.#storeRoot, { create: options.create ?? false, now: this.now }),
    );
    return this.#store;
  }

  /** Closes what was opened; called once when the command has ended. */
  async close(): Promise<void> {
    const store = await this.#store?.catch(() => undefined);
    await store?.close();
  }

  progress(text: string): Progress {
    return this.#terminal.progress(text);
  }

  event(name: string, data: object): void {
    this.#terminal.event(name, data);
  }

  note(text: string): void {
    this.#terminal.note(text);
  }

  warn(text: string): void {
    this.#terminal.event('warning', { message: text });
    this.#terminal.err(`warning: ${text}`);
  }

  print(text: string): void {
    this.#terminal.out(text);
  }

  stdin(): AsyncIterable<Uint8Array> {
    if (this.#stdin.isTTY) {
      throw new MlxError('USAGE', 'Standard input is a terminal: there is no table to read from it.', {
        hint: 'Pipe one in: zcat table.csv.gz | mlx … --data -',
      });
    }
    // a reader that waits for more ends when the command is stopped
    return addAbortSignal(this.signal, this.#stdin);
  }

  async confirm(question: string, flag: string): Promise<boolean> {
    if (this.yes) return true;
    this.#mustAsk(question, flag);
    const { confirm } = await import('@inquirer/prompts');
    return confirm({ message: question, default: false }, this.#promptContext());
  }

  async choose(question: string, choices: readonly string[], flag: string): Promise<string> {
    this.#mustAsk(question, flag);
    const { select } = await import('@inquirer/prompts');
    return select({ message: question, choices: choices.map((value) => ({ value })) }, this.#promptContext());
  }

  async input(question: string, flag: string, initial?: string): Promise<string> {
    this.#mustAsk(question, flag);
    const { input } = await import('@inquirer/prompts');
    const settings = {
      message: question,
      required: true,
      ...(initial === undefined ? {} : { default: initial }),
    };
    return input(settings, this.#promptContext());
  }

  #mustAsk(question: string, flag: string): void {
    if (this.interactive) return;
    throw new MlxError('INPUT_REQUIRED', `${flag} is needed (${question.replace(/\?$/, '')}).`, {
      hint: `Give ${flag}; nobody can be asked here.`,
      details: { flag },
    });
  }

  /** Questions go to stderr, so that stdout carries the result alone. */
  #promptContext(): { output: NodeJS.WriteStream; signal: AbortSignal } {
    return { output: process.stderr, signal: this.signal };
  }
}

/** --store, then MLX_STORE, then the nearest `.mlx` above, then one beside the configuration or here. */
function storeRoot(parts: ContextParts): string {
  const named = parts.storePath ?? parts.env.MLX_STORE;
  if (named !== undefined && named !== '') return resolve(parts.cwd, named);
  const home = parts.configPath === null ? parts.cwd : dirname(parts.configPath);
  return findStore(parts.cwd) ?? join(home, '.mlx');
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
