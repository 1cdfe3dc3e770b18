import type { Settings } from '../config/settings.js';
import type { Store } from '../store/store.js';

/** How the text of an option becomes a value. `list`, `paths` and `pairs` may be repeated; commas part a `list` alone. */
export type OptionKind = 'text' | 'flag' | 'integer' | 'number' | 'list' | 'paths' | 'pairs' | 'duration';

/** One option of a command, as data: help, completion, docs and parsing all come from it. */
export interface OptionSpec {
  /** commander's notation: `--data <file>` or `--dry-run`. */
  readonly flags: string;
  readonly help: string;
  readonly kind?: OptionKind;
  readonly choices?: readonly string[];
  /** The setting that answers when the flag is absent (flag > variable > file > default). */
  readonly setting?: string;
  /** Must be known in the end; the text is the question that a person at a terminal is asked. */
  readonly ask?: string;
  readonly default?: string | number | boolean;
  /** What the flag means without a value, where it may have one: `--explain [n]`. */
  readonly bare?: number;
  /** Under which heading the help has it; `Options` when not given. */
  readonly heading?: string;
}

/** Whether all texts of an option count that is given more than once, rather than the last one alone. */
export function isRepeatable({ kind }: OptionSpec): boolean {
  return kind === 'list' || kind === 'paths' || kind === 'pairs';
}

export interface ArgumentSpec {
  /** `<model>` (needed), `[model]` (may be absent) or `<run...>` (one or more). */
  readonly name: string;
  readonly help: string;
}

export const GROUPS = [
  'Set up',
  'Build a model',
  'Look at runs and models',
  'Bring it to production',
  'Keep it honest',
  'The tool itself',
] as const;

/** What a command offers. Importing a spec loads nothing heavy; `load` brings the code. */
export interface CommandSpec {
  /** `['train']` or `['runs', 'list']`. */
  readonly path: readonly string[];
  readonly group: (typeof GROUPS)[number];
  readonly summary: string;
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** The output is one list: `--format table|json|csv|md` is offered. */
  readonly list?: boolean;
  /** The command writes its output itself while it runs (servers, completion scripts). */
  readonly streams?: boolean;
  /** Runs with the defaults where the configuration file is broken, since it is the command that finds or mends that. */
  readonly mendsConfig?: boolean;
  load(): Promise<CommandModule>;
}

/** A command that only groups others: `runs`, `models`, `abtest`. */
export interface CommandGroupSpec {
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  readonly summary: string;
}

/** Option values after parsing and precedence; keys are the long flag in camelCase, arguments by their name. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** What a run gives back: the document that `--json` prints, and an exit code when it is not 0. */
export interface Outcome<Result> {
  readonly result: Result;
  readonly exitCode?: number;
}

export interface CommandModule<Options = never, Result = unknown> {
  run(options: Options, context: CommandContext): Promise<Outcome<Result>>;
  view(result: Result, style: Style): readonly ViewBlock[];
}

/** Puts a command's two files together: `() => loadParts(import('./run.js'), import('./view.js'))`. */
export async function loadParts(
  run: Promise<Pick<CommandModule, 'run'>>,
  view: Promise<Pick<CommandModule, 'view'>>,
): Promise<CommandModule> {
  return { run: (await run).run, view: (await view).view };
}

/** Text for a person. A view is a pure function from a result to blocks. */
export type ViewBlock =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'table'; readonly table: TableView }
  /** The whole output for `--format junit`, and for no other. */
  | { readonly kind: 'junit'; document(): string };

export interface TableView {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns whose cells are numbers. */
  readonly right?: readonly number[];
  /** The column whose cells are broken into lines where a terminal is too narrow. */
  readonly wrap?: number;
}

/** Colours, or none, as decided for the stream. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  accent(text: string): string;
}

/** A line of work in progress on stderr. */
export interface Progress {
  update(text: string): void;
  /** Ends with a mark and a last text. */
  done(text?: string): void;
  fail(text?: string): void;
}

/** Everything that a command may touch outside its own arguments. */
export interface CommandContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: Settings;
  readonly version: string;
  readonly json: boolean;
  readonly yes: boolean;
  /** True when a person can be asked. */
  readonly interactive: boolean;
  /** Who acts, for the registry's events: `user@host`. */
  readonly actor: string;
  readonly now: () => Date;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Opens the store once; it is closed when the command ends. `create` makes it where it is absent. */
  store(options?: { readonly create?: boolean }): Promise<Store>;
  progress(text: string): Progress;
  /** Tells a program that listens (`--json=lines`) what happens; a person sees nothing of it. */
  event(name: string, data: object): void;
  /** Lines on stderr. */
  note(text: string): void;
  warn(text: string): void;
  /** The bytes of standard input, to be read once. @throws MlxError USAGE where it is a terminal */
  stdin(): AsyncIterable<Uint8Array>;
  /** A line on stdout while the command runs; only for commands that stream. */
  print(text: string): void;
  confirm(question: string, flag: string): Promise<boolean>;
  choose(question: string, choices: readonly string[], flag: string): Promise<string>;
  input(question: string, flag: string, initial?: string): Promise<string>;
}
