import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TrainDocument } from './documents.js';
import { emptyFolder, strayFiles } from './folders.js';
import { failing, type LaunchOptions, mlx, mlxJson, REPOSITORY } from './program.js';
import { expectWholeRuns, runsOf } from './store-state.js';
import { incomeFile, incomeLines } from './tables.js';

const ROWS = 300;
const FOREST = ['--param', 'n_estimators=5'];

/** Good rows without quotes, header first. */
const lines = incomeLines(ROWS).filter((line) => line !== '');
const [header = '', ...body] = lines;
const first = body[0] ?? '';

let options: LaunchOptions;

beforeAll(async () => {
  options = { cwd: emptyFolder() };
  incomeFile(options.cwd, 'good.csv', ROWS);
  await mlxJson(['train', '--data', 'good.csv', '--target', 'income', ...FOREST, '--name', 'good'], options);
  await mlxJson(['register', 'm', '--run', 'good'], options);
});

interface BadTable {
  readonly what: string;
  readonly content: string | Buffer;
  readonly code: string;
  readonly exit?: number;
  /** What the message must say. */
  readonly says?: RegExp;
}

const text = (...rows: readonly string[]): string => `${rows.join('\n')}\n`;

const utf16 = Buffer.from(`\uFEFF${text(...lines)}`, 'utf16le');

const BAD_TABLES: readonly BadTable[] = [
  { what: 'an empty file', content: '', code: 'DATA_EMPTY' },
  { what: 'only line ends', content: '\n\n\n', code: 'DATA_EMPTY' },
  { what: 'a byte order mark alone', content: '\uFEFF', code: 'DATA_EMPTY' },
  { what: 'only a header', content: text(header), code: 'DATA_EMPTY' },
  {
    what: 'a repeated column name',
    content: text(`${header},age`, ...body.map((line) => `${line},1`)),
    code: 'HEADER_INVALID',
    says: /"age"/,
  },
  {
    what: 'a column without a name',
    content: text(`${header},`, ...body.map((line) => `${line},1`)),
    code: 'HEADER_INVALID',
    says: /column 16/,
  },
  {
    what: 'a row with a cell too many',
    content: text(header, ...body.slice(0, 5), `${first},extra`, ...body.slice(5)),
    code: 'DATA_MALFORMED',
    says: /\b7\b/,
  },
  {
    what: 'a row that is cut off',
    content: text(header, ...body.slice(0, 9), '39,Private', ...body.slice(9)),
    code: 'DATA_MALFORMED',
    says: /\b11\b/,
  },
  {
    what: 'a quote that is never closed',
    content: text(header, ...body.slice(0, 3), `"${first}`, ...body.slice(3)),
    code: 'DATA_MALFORMED',
    says: /\b5\b/,
  },
  {
    what: 'a binary file',
    content: readFileSync(process.execPath).subarray(0, 100_000),
    code: 'DATA_MALFORMED',
  },
  { what: 'UTF-16 that ends within a character', content: utf16.subarray(0, -1), code: 'DATA_MALFORMED' },
  {
    what: 'bytes that are no UTF-8',
    content: Buffer.concat([Buffer.from(text(header, first)), Buffer.from([0x33, 0xff, 0xfe, 0x0a])]),
    code: 'DATA_MALFORMED',
    says: /line 3/,
  },
];

/** Each command that reads a table, with its output where it writes one. */
const COMMANDS = [
  { name: 'train', args: ['train', '--target', 'income', ...FOREST, '--data'], out: undefined },
  {
    name: 'preprocess',
    args: ['preprocess', '--target', 'income', '--out', 'out.csv', '--data'],
    out: 'out.csv',
  },
  { name: 'predict', args: ['predict', '--model', 'm/1', '--out', 'out.csv', '--data'], out: 'out.csv' },
] as const;

describe.each(COMMANDS)('$name', ({ args, out }) => {
  const refuses = async (path: string, code: string, exit: number) => {
    if (out !== undefined) rmSync(join(options.cwd, out), { force: true });
    const failure = await failing([...args, path], { exit, code }, options);
    expect(strayFiles(options.cwd)).toEqual([]);
    if (out !== undefined) expect(existsSync(join(options.cwd, out))).toBe(false);
    return failure;
  };

  let runsBefore = 0;

  beforeAll(async () => {
    runsBefore = (await runsOf(options)).length;
  });

  test.each(BAD_TABLES)('refuses $what', async ({ content, code, exit = 1, says }) => {
    writeFileSync(join(options.cwd, 'bad.csv'), content);
    const { message } = await refuses('bad.csv', code, exit);
    expect(message).toContain('bad.csv');
    if (says !== undefined) expect(message).toMatch(says);
  });

  test('refuses a folder and a file that is not there', async () => {
    mkdirSync(join(options.cwd, 'folder.csv'), { recursive: true });
    expect((await refuses('folder.csv', 'FILE_UNREADABLE', 1)).message).toContain('folder.csv');
    expect((await refuses('absent.csv', 'FILE_NOT_FOUND', 4)).message).toContain('absent.csv');
  });

  test('a table that cannot be read has started no run', async () => {
    expect(await expectWholeRuns(options)).toHaveLength(runsBefore);
  });

  test.each<[string, string | Buffer]>([
    ['UTF-16', utf16],
    ['CRLF and a byte order mark', `\uFEFF${lines.join('\r\n')}\r\n`],
    ['no line end at the end', lines.join('\n')],
    ['empty lines between the rows', text(header, '', ...body.slice(0, 100), '', '', ...body.slice(100))],
    [
      'every cell quoted',
      text(
        ...lines.map((line) =>
          line
            .split(',')
            .map((cell) => `"${cell}"`)
            .join(','),
        ),
      ),
    ],
    ['semicolons', text(...lines.map((line) => line.replaceAll(',', ';')))],
  ])('takes %s', async (_what, content) => {
    writeFileSync(join(options.cwd, 'odd.csv'), content);
    const document = await mlxJson<object>(
      [...args, 'odd.csv', ...(out === undefined ? ['--name', 'odd'] : [])],
      options,
    );
    if (out === undefined) expect((document as TrainDocument).metrics).toEqual(await metricsOfGood());
    else expect(readFileSync(join(options.cwd, out), 'utf8')).toEqual(await outputOfGood(args, out));
  });

  test('takes quotes, delimiters and newlines inside cells', async () => {
    const names = ['say "hi"', 'two\nlines', 'a,b', 'naïve 😀'];
    const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
    const rows = body.map((line, index) => `${line},${quoted(names[index % names.length] ?? '')}`);
    writeFileSync(join(options.cwd, 'quoted.csv'), text(`${header},${quoted('the "new"\nname')}`, ...rows));
    await mlxJson([...args, 'quoted.csv'], options);
  });
});

async function metricsOfGood(): Promise<TrainDocument['metrics']> {
  const again = ['train', '--data', 'good.csv', '--target', 'income', ...FOREST];
  return (await mlxJson<TrainDocument>(again, options)).metrics;
}

async function outputOfGood(args: readonly string[], out: string): Promise<string> {
  await mlxJson([...args, 'good.csv'], options);
  return readFileSync(join(options.cwd, out), 'utf8');
}

describe('a target that is not there', () => {
  test.each([
    ['train', ['train', '--data', 'good.csv', '--target', 'incme']],
    ['preprocess', ['preprocess', '--data', 'good.csv', '--target', 'Income']],
  ])('%s asks whether another column is meant', async (_name, args) => {
    const failure = await failing(args, { exit: 1, code: 'TARGET_MISSING' }, options);
    expect(`${failure.message} ${failure.hint}`).toMatch(/income/);
  });

  test('train names the flag when no target is given', async () => {
    const failure = await failing(
      ['train', '--data', 'good.csv'],
      { exit: 2, code: 'INPUT_REQUIRED' },
      options,
    );
    expect(`${failure.message} ${failure.hint}`).toContain('--target');
  });
});

describe('a target that cannot be learned', () => {
  test.each([
    ['one class', (line: string) => line.replace(/[^,]*$/, '<=50K')],
    ['no value at all', (line: string) => line.replace(/[^,]*$/, '')],
  ])('%s is refused before a run begins', async (_what, change) => {
    writeFileSync(join(options.cwd, 'one.csv'), text(header, ...body.map(change)));
    const before = (await runsOf(options)).length;
    const args = ['train', '--data', 'one.csv', '--target', 'income'];
    expect((await failing(args, { exit: 1, code: 'TARGET_UNUSABLE' }, options)).message).toContain('income');
    expect(await expectWholeRuns(options)).toHaveLength(before);
  });

  test('a table of the target alone has no features', async () => {
    writeFileSync(
      join(options.cwd, 'alone.csv'),
      text('income', ...body.map((line) => line.split(',').at(-1) ?? '')),
    );
    await failing(
      ['train', '--data', 'alone.csv', '--target', 'income'],
      { exit: 1, code: 'FEATURES_MISSING' },
      options,
    );
  });
});

describe('predict', () => {
  test('names a column that is missing, and the likely one', async () => {
    writeFileSync(
      join(options.cwd, 'renamed.csv'),
      text(header.replace('hours_per_week', 'hours_per_weak'), ...body),
    );
    const args = ['predict', '--model', 'm/1', '--data', 'renamed.csv', '--out', 'renamed.out.csv'];
    const failure = await failing(args, { exit: 3, code: 'DATA_INVALID' }, options);
    expect(failure.message).toContain('hours_per_week');
    expect(`${failure.message} ${failure.hint}`).toContain('hours_per_weak');
    expect(existsSync(join(options.cwd, 'renamed.out.csv'))).toBe(false);
  });

  test('names row and column of a cell that is no number, and writes nothing', async () => {
    const wrong = [...body.slice(0, 4), first.replace(/^[^,]*/, 'forty'), ...body.slice(4)];
    writeFileSync(join(options.cwd, 'wrong.csv'), text(header, ...wrong));
    const ended = await mlx(
      ['predict', '--model', 'm/1', '--data', 'wrong.csv', '--out', 'wrong.out.csv', '--json'],
      options,
    );
    console.log(`a word in a number column: exit ${ended.code}, ${ended.stderr.trim().split('\n')[0]}`);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(/age/);
    expect(ended.stderr).toMatch(/\b6\b/);
    expect(existsSync(join(options.cwd, 'wrong.out.csv'))).toBe(false);
    expect(strayFiles(options.cwd)).toEqual([]);
  });

  test.each([
    [['--model', 'm/9'], 4, 'MODEL_NOT_FOUND'],
    [['--model', 'other'], 4, 'MODEL_NOT_FOUND'],
    [['--model', 'm@production'], 4, 'MODEL_NOT_FOUND'],
    [['--model', 'm/1', '--out', 'absent/out.csv'], 1, 'FILE_UNWRITABLE'],
    [['--model', 'm/1', '--keep', 'agee'], 4, 'COLUMN_NOT_FOUND'],
  ] as const)('%j ends with exit %i and %s', async (args, exit, code) => {
    await failing(['predict', '--data', 'good.csv', '--out', 'x.csv', ...args], { exit, code }, options);
    expect(strayFiles(options.cwd)).toEqual([]);
  });
});

describe('files that may not be read or written', () => {
  const asNobody =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

  const reason = async (): Promise<string | undefined> => {
    const ended = await mlx(['--version'], { cwd: REPOSITORY, through: asNobody }).catch(() => undefined);
    return ended?.code === 0
      ? undefined
      : 'root reads every file, and another user cannot run this copy of mlx';
  };

  test('are named, and nothing is left behind', async (context) => {
    const why = await reason();
    if (why !== undefined) {
      console.log(`skipped: ${why}`);
      context.skip(why);
    }
    const cwd = emptyFolder();
    incomeFile(cwd, 'secret.csv', 50);
    incomeFile(cwd, 'open.csv', 50);
    mkdirSync(join(cwd, 'closed'));
    chmodSync(join(cwd, 'secret.csv'), 0);
    chmodSync(join(cwd, 'closed'), 0o555);
    chmodSync(cwd, 0o777);
    const nobody = { cwd, through: asNobody };
    const train = ['train', '--target', 'income', '--data'];
    expect(
      (await failing([...train, 'secret.csv'], { exit: 1, code: 'FILE_UNREADABLE' }, nobody)).message,
    ).toContain('secret.csv');
    const preprocess = ['preprocess', '--data', 'open.csv', '--target', 'income', '--out', 'closed/out.csv'];
    await failing(preprocess, { exit: 1, code: 'FILE_UNWRITABLE' }, nobody);
    const store = { ...nobody, env: { MLX_STORE: join(cwd, 'closed', '.mlx') } };
    const refused = await mlx([...train, 'open.csv', '--json'], store);
    expect(refused.code, refused.stderr).toBe(1);
    expect(JSON.parse(refused.stdout).error.code).toMatch(/^FILE_UN(?:READABLE|WRITABLE)$/);
    expect(strayFiles(cwd)).toEqual([]);
  });
});
