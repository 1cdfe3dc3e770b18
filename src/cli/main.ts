import { CommanderError } from 'commander';
import type { CommandModule, OptionValues } from '../commands/command.js';
import { type LoadedConfig, loadConfig, loadWithoutFile } from '../config/load.js';
import { MlxError, toErrorDocument, toMlxError } from '../errors.js';
import { COMMANDS } from './commands.js';
import { Context } from './context.js';
import type { Format } from './formats.js';
import { buildProgram, type Invocation } from './program.js';
import { renderBlocks } from './render.js';
import { listenForSignals } from './signals.js';
import { styleFor } from './style.js';
import { Terminal } from './terminal.js';
import { longFlag, optionKey, overlaySettings, resolveValues } from './values.js';

/** Runs one command line; gives the exit code. */
export async function main(
  argv: readonly string[],
  version: string,
  process: NodeJS.Process,
): Promise<number> {
  const words = argv.map((word) => (word === '--json=lines' ? '--json-lines' : word));
  const jsonLines = words.includes('--json-lines');
  const flags = { quiet: words.includes('--quiet'), noColor: words.includes('--no-color'), jsonLines };
  const terminal = new Terminal(process, process.env, flags);
  const report = { json: words.includes('--json'), debug: words.includes('--debug') };
  try {
    let exitCode = 0;
    const program = buildProgram(
      version,
      async (invocation) => {
        exitCode = await execute(invocation, terminal, version, process);
      },
      terminal,
      words,
    );
    if (words.length === 0) program.outputHelp();
    else await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    return reportFailure(thrown, terminal, report);
  }
}

async function execute(
  invocation: Invocation,
  terminal: Terminal,
  version: string,
  process: NodeJS.Process,
): Promise<number> {
  const { spec, given, shared } = invocation;
  const signals = listenForSignals(process);
  const config = readConfig(invocation, process);
  const settings = overlaySettings(spec, given, config.settings);
  const context = new Context({
    terminal,
    stdin: process.stdin,
    cwd: process.cwd(),
    env: process.env,
    settings,
    configPath: config.path,
    storePath: shared.store,
    version,
    json: shared.json,
    yes: shared.yes,
    input: shared.input,
    signal: signals.signal,
  });
  try {
    const values = await askForMissing(invocation, resolveValues(spec, given, config.settings), context);
    const module = (await spec.load()) as CommandModule<OptionValues>;
    const { result, exitCode = 0 } = await module.run(values, context);
    await show(module, result, invocation, terminal);
    return exitCode;
  } catch (error) {
    throw signals.reason() ?? error;
  } finally {
    await context.close();
    signals.stop();
  }
}

function readConfig({ spec, shared }: Invocation, process: NodeJS.Process): LoadedConfig {
  try {
    return loadConfig(process.cwd(), process.env, shared.config);
  } catch (error) {
    const isBroken = error instanceof MlxError && error.code === 'CONFIG_INVALID';
    if (isBroken && spec.mendsConfig === true) return loadWithoutFile(process.env);
    throw error;
  }
}

async function show(
  module: CommandModule<OptionValues>,
  result: unknown,
  { spec, shared }: Invocation,
  terminal: Terminal,
): Promise<void> {
  if (shared.jsonLines) return terminal.event('result', { result });
  if (shared.json || shared.format === 'json') {
    if (spec.streams !== true) terminal.out(JSON.stringify(result, null, 2));
    return;
  }
  const format = (shared.format ?? 'table') as Format;
  const style = await styleFor(format === 'table' && terminal.hasColor('stdout'));
  const text = await renderBlocks(module.view(result, style), format, style, terminal.lineWidth);
  if (text !== '') terminal.out(text);
}

/** Arguments come through as they are; options that must be known are asked for where somebody can answer. */
async function askForMissing(
  { spec, given }: Invocation,
  values: OptionValues,
  context: Context,
): Promise<OptionValues> {
  const complete: Record<string, unknown> = { ...values };
  for (const { name } of spec.arguments ?? []) {
    const key = name.replace(/[<>[\].]/g, '');
    if (given[key] !== undefined) complete[key] = given[key];
  }
  for (const option of spec.options ?? []) {
    const key = optionKey(option);
    if (option.ask === undefined || complete[key] !== undefined) continue;
    complete[key] =
      option.choices === undefined
        ? await context.input(option.ask, longFlag(option))
        : await context.choose(option.ask, option.choices, longFlag(option));
  }
  return complete;
}

async function reportFailure(
  thrown: unknown,
  terminal: Terminal,
  report: { readonly json: boolean; readonly debug: boolean },
): Promise<number> {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
  const error = thrown instanceof CommanderError ? usageError(thrown) : asCancelled(thrown);
  terminal.event('error', toErrorDocument(error));
  if (report.json) terminal.out(JSON.stringify(toErrorDocument(error), null, 2));
  const style = await styleFor(terminal.hasColor('stderr'));
  terminal.err(`${style.bad('error')} ${style.dim(error.code)} ${error.message}`);
  if (error.hint !== undefined) terminal.err(`  ${error.hint}`);
  if (report.debug) terminal.err(String((error.cause instanceof Error ? error.cause : error).stack));
  return error.exitCode;
}

function usageError(error: CommanderError): MlxError {
  if (error.code === 'commander.help')
    return new MlxError('USAGE', 'A command is missing.', {
      hint: 'Run it with --help to see which there are.',
    });
  const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').replace(/[()]/g, '').trim();
  const text = `${message.charAt(0).toUpperCase()}${message.slice(1)}${message.endsWith('.') ? '' : '.'}`;
  return new MlxError('USAGE', text, { hint: suggestion === '' ? hintFor(error) : suggestion });
}

/** A pattern without quotes is several words by the time that it comes here. */
function hintFor({ code, message }: CommanderError): string {
  const command = /for '([a-z-]+)'/.exec(message)?.[1];
  const takesTables = COMMANDS.some(
    ({ path, options }) => path.at(-1) === command && options?.some(({ kind }) => kind === 'paths'),
  );
  return code === 'commander.excessArguments' && takesTables
    ? "Put a pattern in quotes: --data 'parts/*.csv'; or repeat the flag: --data a.csv --data b.csv."
    : 'Run it with --help to see its options.';
}

/** Ctrl-C at a prompt is an interruption like any other. */
function asCancelled(thrown: unknown): MlxError {
  if (thrown instanceof Error && (thrown.name === 'ExitPromptError' || thrown.name === 'AbortPromptError')) {
    return new MlxError('INTERRUPTED', 'Stopped; nothing was done.');
  }
  return toMlxError(thrown);
}
