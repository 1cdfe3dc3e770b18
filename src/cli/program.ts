import { Argument, Command, type CommanderError, Option } from 'commander';
import { type CommandSpec, GROUPS, isRepeatable, type OptionValues } from '../commands/command.js';
import { COMMAND_GROUPS, COMMANDS } from './commands.js';
import { FORMATS } from './formats.js';
import { SHARED_OPTIONS } from './shared-options.js';

/** Options that every command takes. */
export interface SharedOptions {
  readonly json: boolean;
  /** Events as JSON lines, too; says `json` as well. */
  readonly jsonLines: boolean;
  readonly format: string | undefined;
  readonly store: string | undefined;
  readonly config: string | undefined;
  readonly yes: boolean;
  readonly input: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly debug: boolean;
}

/** What the command line asked for. */
export interface Invocation {
  readonly spec: CommandSpec;
  readonly given: OptionValues;
  readonly shared: SharedOptions;
}

type OnInvocation = (invocation: Invocation) => Promise<void>;

const INTRODUCTION = `mlx takes a table to a model in production, and keeps it honest there.`;

const OVERVIEW = `
Examples:
  $ mlx demo                                                  the whole life on made-up data
  $ mlx init --yes --name churn --data train.csv --target left
  $ mlx train --data train.csv --test test.csv --target left
  $ mlx register churn --run latest && mlx promote churn/1 production --reason "first release"
  $ mlx serve churn --port 8080
  $ mlx drift --model churn --last 24h

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 negative verdict, 4 no such thing, 5 busy, 130/143 stopped.
Every command takes --help, --json, --store, --config.`;

/**
 * Builds the program from the commands' specs; nothing of a command but its spec is loaded.
 * @param words the command line: where it names a command, only that one is built
 */
export function buildProgram(
  version: string,
  onInvocation: OnInvocation,
  output: Output,
  words: readonly string[] = [],
): Command {
  const named = COMMANDS.filter(({ path }) => path.every((word, index) => word === words[index]));
  const specs = named.length > 0 ? named : COMMANDS;
  const program = new Command('mlx')
    .description(INTRODUCTION)
    .version(version, '-V, --version', 'print the version');
  configure(program, output);
  program.helpCommand(false).addHelpText('after', OVERVIEW);
  const groups = new Map<string, Command>();
  for (const heading of GROUPS) {
    for (const group of COMMAND_GROUPS.filter((entry) => entry.group === heading)) {
      const command = new Command(group.name).description(group.summary).helpGroup(`${heading}:`);
      configure(command, output);
      command.helpCommand(false);
      groups.set(group.name, command);
      program.addCommand(command);
    }
    for (const spec of specs.filter((entry) => entry.group === heading)) {
      const parent = spec.path.length > 1 ? groups.get(spec.path[0] as string) : program;
      const command = buildCommand(spec, onInvocation).helpGroup(
        spec.path.length > 1 ? 'Commands:' : `${heading}:`,
      );
      configure(command, output);
      parent?.addCommand(command);
    }
  }
  return program;
}

export interface Output {
  out(text: string): void;
  err(text: string): void;
}

function configure(command: Command, output: Output): void {
  command
    .exitOverride((error: CommanderError) => {
      throw error;
    })
    .configureOutput({
      writeOut: (text) => output.out(text.trimEnd()),
      writeErr: (text) => output.err(text.trimEnd()),
      outputError: () => {},
    })
    .showSuggestionAfterError(true);
}

const FOR_EVERY_COMMAND = 'For every command:';

function buildCommand(spec: CommandSpec, onInvocation: OnInvocation): Command {
  const command = new Command(spec.path.at(-1) as string)
    .summary(spec.summary)
    .description(
      spec.description === undefined
        ? spec.summary
        : `${spec.summary}\n\n${spec.description.replaceAll('\n', ' ')}`,
    );
  for (const { name, help } of spec.arguments ?? []) command.addArgument(new Argument(name, help));
  for (const option of spec.options ?? []) {
    const built = new Option(option.flags, helpOf(option)).helpGroup(`${option.heading ?? 'Options'}:`);
    if (isRepeatable(option))
      built.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);
    command.addOption(built);
  }
  if (spec.list === true) {
    command.addOption(
      new Option('--format <format>', 'how the list is printed').choices(FORMATS).helpGroup('Options:'),
    );
  }
  for (const [flags, help] of SHARED_OPTIONS)
    command.addOption(new Option(flags, help).helpGroup(FOR_EVERY_COMMAND));
  command.addHelpOption(new Option('-h, --help', 'show this').helpGroup(FOR_EVERY_COMMAND));
  command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`);
  command.action(async (...parameters: unknown[]) => {
    const names = (spec.arguments ?? []).map(({ name }) => name.replace(/[<>[\].]/g, ''));
    const given: Record<string, unknown> = { ...command.opts() };
    names.forEach((name, index) => {
      if (parameters[index] !== undefined) given[name] = parameters[index];
    });
    await onInvocation({ spec, given, shared: sharedOf(command.opts()) });
  });
  return command;
}

function helpOf(option: NonNullable<CommandSpec['options']>[number]): string {
  const extras = [
    option.choices === undefined ? '' : option.choices.join(', '),
    option.default === undefined ? '' : `default: ${option.default}`,
    option.setting === undefined ? '' : `setting: ${option.setting}`,
  ].filter((text) => text !== '');
  return extras.length === 0 ? option.help : `${option.help} (${extras.join('; ')})`;
}

function sharedOf(values: Record<string, unknown>): SharedOptions {
  const text = (key: string): string | undefined =>
    typeof values[key] === 'string' ? values[key] : undefined;
  return {
    json: values.json === true || values.jsonLines === true,
    jsonLines: values.jsonLines === true,
    format: text('format'),
    store: text('store'),
    config: text('config'),
    yes: values.yes === true,
    input: values.input !== false,
    quiet: values.quiet === true,
    color: values.color !== false,
    debug: values.debug === true,
  };
}
