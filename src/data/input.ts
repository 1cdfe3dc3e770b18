import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { MlxError } from '../errors.js';
import { writeError } from './atomic-file.js';
import type { FileFormat } from './file-format.js';
import { detectFormat, sniffFormat } from './format.js';
import { type Input, STDIN_NAME, STDIN_PATH } from './input-name.js';
import type { SourceFile } from './pour-files.js';

export type { Input } from './input-name.js';

export interface InputOptions {
  /** `auto`, or none: by the ending of each file, else by its first bytes. */
  readonly format?: 'auto' | FileFormat | undefined;
  /** What the path `-` stands for. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
}

/** The files that an input names, in order; to be let go of in the end. */
export interface OpenInput {
  /** How messages call them together. */
  readonly name: string;
  readonly files: readonly SourceFile[];
  /** An error as it is told to people: nobody knows the file that holds standard input. */
  told(thrown: unknown): unknown;
  close(): Promise<void>;
}

const PATTERN = /[*?[{]|[!+@]\(/;

/**
 * Finds the files of an input: those of a pattern in the order of their names, each file once. Standard input is kept
 * in a file that others cannot read until the input is closed, for most work goes over it twice.
 * @throws MlxError FILE_NOT_FOUND where there is no such file or nothing matches, FILE_UNREADABLE, DISK_FULL, USAGE
 */
export async function openInput(input: Input, { format, stdin }: InputOptions): Promise<OpenInput> {
  const names = typeof input === 'string' ? [input] : input;
  if (names.includes(STDIN_PATH)) {
    if (names.length > 1 || stdin === undefined) {
      throw new MlxError(
        'USAGE',
        `"-" (${STDIN_NAME}) ${names.length > 1 ? 'is read alone' : 'cannot be read here'}.`,
        {
          hint: 'Write what it holds to a file.',
        },
      );
    }
    return spool(stdin, format);
  }
  const paths = new Map<string, string>();
  for (const name of names) for (const path of await matches(name)) paths.set(resolve(path), path);
  const files: SourceFile[] = [];
  for (const path of paths.values()) files.push({ path, format: await formatOf(path, format) });
  const [first] = files;
  if (first === undefined) throw new MlxError('USAGE', 'No file was named.', { hint: 'Name one, or "-".' });
  const name = files.length === 1 ? first.path : `${first.path} and ${files.length - 1} more`;
  return { name, files, told: (thrown) => thrown, close: async () => undefined };
}

/** Does some work with the files of an input. @throws MlxError as {@link openInput} */
export async function withInput<T>(
  input: Input,
  options: InputOptions,
  work: (input: OpenInput) => Promise<T>,
): Promise<T> {
  const files = await openInput(input, options);
  try {
    return await work(files);
  } catch (thrown) {
    throw files.told(thrown);
  } finally {
    await files.close();
  }
}

async function formatOf(path: string, format: InputOptions['format']): Promise<FileFormat> {
  return format === undefined || format === 'auto' ? detectFormat(path) : format;
}

/** A name that is a file's is that file, whatever characters are in it. */
async function matches(name: string): Promise<readonly string[]> {
  if (!PATTERN.test(name) || (await exists(name))) return [name];
  const { glob } = await import('tinyglobby');
  const found = await glob(name, { absolute: isAbsolute(name), expandDirectories: false });
  if (found.length > 0) return found.sort();
  throw new MlxError('FILE_NOT_FOUND', `${name}: no file matches.`, {
    hint: 'Check the pattern: * stands for a part of a name, ** for any folders.',
    details: { pattern: name },
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function spool(stdin: AsyncIterable<Uint8Array>, format: InputOptions['format']): Promise<OpenInput> {
  const folder = await mkdtemp(join(tmpdir(), 'mlx-stdin-'));
  const path = join(folder, 'table');
  const close = () => rm(folder, { recursive: true, force: true });
  const told = (thrown: unknown) => renamed(thrown, path);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of stdin) await file.writeFile(chunk);
    } catch (thrown) {
      throw writeError(path, thrown);
    } finally {
      await file.close();
    }
    const isKnown = format !== undefined && format !== 'auto';
    return {
      name: STDIN_NAME,
      files: [{ path, format: isKnown ? format : await sniffFormat(path) }],
      told,
      close,
    };
  } catch (thrown) {
    await close();
    throw told(thrown);
  }
}

function renamed(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof MlxError)) return thrown;
  const { code, message, hint, details, cause } = thrown;
  return new MlxError(code, message.replaceAll(path, STDIN_NAME), {
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined
      ? {}
      : { details: details.path === path ? { ...details, path: STDIN_NAME } : details }),
  });
}
