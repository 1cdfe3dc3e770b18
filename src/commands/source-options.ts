import { SETTINGS } from '../config/settings.js';
import { type Input, STDIN_PATH } from '../data/input-name.js';
import type { SourceOptions } from '../data/read.js';
import { MlxError } from '../errors.js';
import type { CommandContext, OptionSpec } from './command.js';

/** What `--data` may be; said after what the table is for. */
export const TABLE_HELP =
  'CSV, TSV, JSON, JSON lines or Parquet, also .gz; a quoted pattern, - for standard input; may be repeated';

/** Options of every command that reads tables; they hold for all tables of the command. */
export const SOURCE_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--delimiter <character>',
    help: 'character between the cells of CSV, \\t for a tab (default: found from the header)',
    setting: 'data.delimiter',
  },
  {
    flags: '--quote <character>',
    help: 'character around cells of CSV that hold a delimiter (default: ")',
    setting: 'data.quote',
  },
  {
    flags: '--encoding <name>',
    help: 'how the text is encoded',
    setting: 'data.encoding',
    choices: SETTINGS['data.encoding'].choices,
  },
  {
    flags: '--input-format <format>',
    help: 'what tables are read as; auto goes by the ending, then by the first bytes',
    setting: 'data.format',
    choices: SETTINGS['data.format'].choices,
  },
];

/** The values of SOURCE_OPTIONS after parsing. */
export interface SourceFlags {
  readonly delimiter?: SourceOptions['delimiter'];
  readonly quote?: SourceOptions['quote'];
  readonly encoding?: SourceOptions['encoding'];
  readonly inputFormat?: SourceOptions['format'];
}

/**
 * How a command's tables are read.
 * @param inputs all its tables: at most one of them may be standard input
 * @throws MlxError USAGE for standard input twice, or where it is a terminal
 */
export function sourceOptions(
  { delimiter, quote, encoding, inputFormat: format }: SourceFlags,
  context: CommandContext,
  inputs: readonly (Input | undefined)[],
): SourceOptions {
  const named = inputs.flatMap((input) => input ?? []).filter((name) => name === STDIN_PATH);
  if (named.length > 1) {
    throw new MlxError('USAGE', 'Standard input can be one table only, and "-" is given twice.', {
      hint: 'Write one of the tables to a file.',
    });
  }
  const stdin = named.length === 0 ? undefined : context.stdin();
  return { delimiter, quote, encoding, format, stdin };
}
