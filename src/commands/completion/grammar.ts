import { SETTINGS, type SettingKey, type SettingSpec } from '../../config/settings.js';
import { type ArgumentSpec, type CommandSpec, isRepeatable, type OptionSpec } from '../command.js';
import type { CommandLine } from './command-line.js';

/** What may stand after an option or as an argument. */
export type Value =
  | { readonly kind: 'file' | 'folder' | 'text' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

export interface GrammarOption {
  /** `--data` */
  readonly flag: string;
  readonly help: string;
  /** Null for a flag, which takes none. */
  readonly value: Value | null;
  readonly repeats: boolean;
}

export interface GrammarCommand {
  /** `runs list` */
  readonly path: string;
  readonly summary: string;
  readonly options: readonly GrammarOption[];
  /** Whether files are completed where no option is. */
  readonly takesFiles: boolean;
}

export interface Grammar {
  /** What may stand first: commands and groups, in the order of the specs. */
  readonly top: readonly { readonly name: string; readonly summary: string }[];
  readonly groups: readonly string[];
  readonly commands: readonly GrammarCommand[];
}

/** Specs without what completion does not need. */
export function grammarOf({ specs, groups, shared, formats }: CommandLine): Grammar {
  const always = [...shared, ['--help', 'how it is used'] as const].map(([flags, help]) =>
    optionOf({ flags, help, ...(hasValue(flags) ? {} : { kind: 'flag' }) }),
  );
  const format = optionOf({ flags: '--format <format>', help: 'how the list is printed', choices: formats });
  const commands = specs.map((spec) => ({
    path: spec.path.join(' '),
    summary: spec.summary,
    options: [...(spec.options ?? []).map(optionOf), ...(spec.list === true ? [format] : []), ...always],
    takesFiles: (spec.arguments ?? []).some(isFileArgument),
  }));
  const single = specs.filter(({ path }) => path.length === 1);
  return {
    top: [
      ...single.map((spec: CommandSpec) => ({ name: spec.path[0] as string, summary: spec.summary })),
      ...groups.map(({ name, summary }) => ({ name, summary })),
    ],
    groups: groups.map(({ name }) => name),
    commands,
  };
}

/** The commands of a group, by their second word. */
export function membersOf(grammar: Grammar, group: string): { name: string; summary: string }[] {
  return grammar.commands
    .filter(({ path }) => path.startsWith(`${group} `))
    .map(({ path, summary }) => ({ name: path.slice(group.length + 1), summary }));
}

function optionOf(option: OptionSpec): GrammarOption {
  return {
    flag: /--[a-z0-9-]+/.exec(option.flags)?.[0] as string,
    help: option.help,
    value: option.kind === 'flag' || !hasValue(option.flags) ? null : optionValue(option),
    repeats: isRepeatable(option),
  };
}

function optionValue({ flags, kind, choices, setting }: OptionSpec): Value {
  if (kind === 'pairs') return { kind: 'text' };
  const spec: SettingSpec | undefined = setting === undefined ? undefined : SETTINGS[setting as SettingKey];
  const known = choices ?? spec?.choices;
  if (known !== undefined) return { kind: 'choice', choices: known };
  if (/<(file|path)s?>/.test(flags)) return { kind: 'file' };
  return { kind: /<(dir|folder)>/.test(flags) ? 'folder' : 'text' };
}

function hasValue(flags: string): boolean {
  return flags.includes('<');
}

function isFileArgument({ name }: ArgumentSpec): boolean {
  return /file|path/.test(name);
}
