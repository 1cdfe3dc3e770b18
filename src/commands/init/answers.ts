import { existsSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { SettingKey } from '../../config/settings.js';
import { STDIN_PATH } from '../../data/input-name.js';
import { readHeader } from '../../data/open-stream.js';
import type { SourceOptions } from '../../data/read.js';
import { MlxError } from '../../errors.js';
import { checkModelName } from '../../registry/names.js';
import { didYouMean } from '../../suggest.js';
import type { CommandContext } from '../command.js';

/** What a person may say on the command line. */
export interface InitFlags {
  readonly name?: string;
  readonly data?: string;
  readonly test?: string;
  readonly target?: string;
  readonly algorithm?: string;
}

/** What is known about the project; null where nobody said. */
export interface InitAnswers {
  readonly name: string;
  readonly train: string | null;
  readonly test: string | null;
  readonly target: string | null;
  readonly algorithm: string | null;
}

const OTHER_FILE = 'another file';
const NO_TEST = 'none: hold out a part of the training table';
const MAX_CHOICES = 30;
const TABLE_ENDING = /\.(?:(?:csv|tsv|jsonl|ndjson)(?:\.gz)?|parquet)$/i;

/**
 * Flags first, then what the configuration in this folder says. Questions are asked only for a new
 * configuration; with --yes the name of the folder is taken, and the table may stay unknown.
 * @param configPath the file that is about to be written; values of files above it do not count
 * @throws MlxError INPUT_REQUIRED, NAME_INVALID, COLUMN_NOT_FOUND
 */
export async function settleAnswers(
  flags: InitFlags,
  context: CommandContext,
  configPath: string,
): Promise<InitAnswers> {
  const isAsking = !context.yes && !existsSync(configPath);
  const known = (key: SettingKey): string | null => {
    const { value, origin, source } = context.settings[key];
    return origin === 'file' && source === configPath && typeof value === 'string' ? value : null;
  };
  const folderName = modelNameOf(basename(context.cwd));
  const name =
    flags.name ??
    known('name') ??
    (isAsking ? await context.input('What shall the model be called?', '--name', folderName) : folderName);
  checkModelName(name);
  const train = flags.data ?? known('data.train') ?? (isAsking ? await askTable(context) : null);
  const header = train === null ? null : await headerOf(train, sourceIn(known), context);
  const target = await settleTarget(flags.target, known('data.target'), header, isAsking, context);
  const test = flags.test ?? known('data.test') ?? (isAsking ? await askTest(context, train) : null);
  return { name, train, test, target, algorithm: flags.algorithm ?? known('training.algorithm') };
}

/** A model name out of any text: `Kündigung 2024` → `Kundigung-2024`; `model` where no letter is left. */
export function modelNameOf(text: string): string {
  const name = text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 64)
    .replace(/[-.]+$/, '');
  return name === '' ? 'model' : name;
}

async function settleTarget(
  flag: string | undefined,
  known: string | null,
  header: readonly string[] | null,
  isAsking: boolean,
  context: CommandContext,
): Promise<string | null> {
  const target = flag ?? known;
  if (target === null) {
    if (!isAsking) return null;
    const question = 'Which column shall be learned?';
    return header === null
      ? context.input(question, '--target')
      : context.choose(question, header, '--target');
  }
  if (flag !== undefined && header !== null && !header.includes(flag)) {
    throw new MlxError('COLUMN_NOT_FOUND', `The table has no column "${flag}".`, {
      hint: didYouMean(flag, header),
      details: { column: flag },
    });
  }
  return target;
}

/** How the configuration says that tables are read. */
function sourceIn(known: (key: SettingKey) => string | null): SourceOptions {
  return {
    delimiter: known('data.delimiter') ?? undefined,
    quote: known('data.quote') ?? undefined,
    encoding: (known('data.encoding') ?? undefined) as SourceOptions['encoding'],
    format: (known('data.format') ?? undefined) as SourceOptions['format'],
  };
}

async function headerOf(
  path: string,
  source: SourceOptions,
  context: CommandContext,
): Promise<readonly string[] | null> {
  try {
    return await readHeader(path === STDIN_PATH ? path : resolve(context.cwd, path), source);
  } catch (thrown) {
    if (!(thrown instanceof MlxError) || thrown.code !== 'FILE_NOT_FOUND') throw thrown;
    context.warn(`${path} is not there yet; put it there before \`mlx train\`.`);
    return null;
  }
}

async function askTable(context: CommandContext): Promise<string> {
  const question = 'Which table shall be learned from?';
  const files = tablesIn(context.cwd);
  if (files.length === 0) return context.input(question, '--data');
  const chosen = await context.choose(question, [...files, OTHER_FILE], '--data');
  return chosen === OTHER_FILE ? context.input('Path of the table?', '--data') : chosen;
}

/** A test table may be left out, so nobody is made to name one where nobody can be asked. */
async function askTest(context: CommandContext, train: string | null): Promise<string | null> {
  if (!context.interactive) return null;
  const files = tablesIn(context.cwd).filter((file) => file !== train);
  const question = 'Which table shall the model be tested on?';
  const chosen = await context.choose(question, [NO_TEST, ...files, OTHER_FILE], '--test');
  if (chosen === NO_TEST) return null;
  return chosen === OTHER_FILE ? context.input('Path of the test table?', '--test') : chosen;
}

function tablesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => TABLE_ENDING.test(file))
    .sort()
    .slice(0, MAX_CHOICES);
}
