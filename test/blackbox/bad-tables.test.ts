import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';
import { emptyFolder, strayFiles } from './folders.js';
import { type Ended, failing, type LaunchOptions, mlx, mlxJson } from './program.js';
import { type PredictionAnswer, Server } from './server.js';
import { expectWholeRuns } from './store-state.js';

interface Anomaly {
  readonly column: string;
  readonly kind: string;
  readonly severity: string;
  readonly message: string;
  readonly rows?: readonly number[];
}

interface Checked {
  readonly schema: readonly { name: string; type: string; role: string; levels: readonly string[] | null }[];
  readonly anomalies: readonly Anomaly[];
  readonly features: { readonly count: number } | null;
}

interface Trained {
  readonly features: readonly string[];
  readonly anomalies: readonly Anomaly[];
  readonly model: { readonly certificate: { readonly passed: boolean; readonly rows: number } };
}

let options: LaunchOptions;

beforeAll(() => {
  options = { cwd: emptyFolder() };
});

const path = (name: string): string => join(options.cwd, name);

/** A table of a column v made from row numbers, a number x, and a target y that hangs on x. */
function tableOf(v: (row: number) => unknown, rows = 300, name = 'v'): string {
  const random = createRandom(1);
  const lines = Array.from({ length: rows }, (_, row) => {
    const x = random.next();
    return `${v(row)},${x.toFixed(3)},${x + random.next() / 3 > 0.6 ? 'yes' : 'no'}`;
  });
  return `${name},x,y\n${lines.join('\n')}\n`;
}

const preprocess = (data: string, ...more: readonly string[]): Promise<Ended> =>
  mlx(['preprocess', '--data', data, '--target', 'y', '--json', ...more], options);

async function checked(content: string, code = 0, ...more: readonly string[]): Promise<Checked> {
  writeFileSync(path('t.csv'), content);
  rmSync(path('out.csv'), { force: true });
  const ended = await preprocess('t.csv', '--out', 'out.csv', ...more);
  expect(ended.code, ended.stderr).toBe(code);
  expect(existsSync(path('out.csv'))).toBe(code === 0);
  expect(strayFiles(options.cwd)).toEqual([]);
  return JSON.parse(ended.stdout) as Checked;
}

const columnOf = ({ schema }: Checked, name: string) => schema.find((column) => column.name === name);

/** Most bytes that a process holds, as Linux counts them; undefined elsewhere. */
async function withPeak(args: readonly string[]): Promise<{ ended: Ended; peakMb: number | undefined }> {
  const time = existsSync('/usr/bin/time') ? ['/usr/bin/time', '-f', 'peak %M'] : [];
  const ended = await mlx(args, { ...options, through: time });
  const kilobytes = /peak (\d+)/.exec(ended.stderr)?.[1];
  return { ended, peakMb: kilobytes === undefined ? undefined : Number(kilobytes) / 1024 };
}

describe('a column whose type changes half-way', () => {
  const half = tableOf((row) => (row < 5000 ? row : ['red', 'green', 'blue'][row % 3]), 10_000);

  test('is named by preprocess with its row, and nothing is written', async () => {
    const { anomalies } = await checked(half, 3);
    expect(anomalies).toMatchObject([{ column: 'v', kind: 'odd-cells', severity: 'error', rows: [5001] }]);
    expect(anomalies[0]?.message).toMatch(/numbers up to row 5000, other text from row 5001 on, which has "/);
  });

  test('is refused by train before a run begins, and can be left out', async () => {
    writeFileSync(path('half.csv'), half);
    const train = ['train', '--data', 'half.csv', '--target', 'y', '--param', 'n_estimators=2'];
    const { message } = await failing(train, { exit: 3, code: 'DATA_INVALID' }, options);
    expect(message).toMatch(/"v".*row 5001/);
    expect(await expectWholeRuns(options)).toHaveLength(0);
    expect((await mlxJson<Trained>([...train, '--drop', 'v'], options)).features).toEqual(['x']);
  });
});

describe('cells in other notations are said and not guessed', () => {
  test.each<[string, (row: number) => string, string, string, RegExp]>([
    ['thousands separators', (row) => `"${row},${100 + row}"`, 'text', 'number-format', /row 1 has "0,100"/],
    ['decimal commas', (row) => `"${row},5"`, 'text', 'number-format', /decimals or thousands/],
    [
      'leading zeros',
      (row) => String(row % 50).padStart(5, '0'),
      'category',
      'number-format',
      /begin with zeros/,
    ],
    [
      'mixed time zones',
      (row) => `2024-01-${10 + (row % 20)}T10:00:00${row % 2 === 0 ? 'Z' : '+02:00'}`,
      'time',
      'mixed-time-zones',
      /row 2 has \+02:00/,
    ],
    [
      'dates of either order',
      (row) => `0${1 + (row % 9)}/0${1 + (row % 7)}/2024`,
      'text',
      'ambiguous-time',
      /--time-format v=dmy/,
    ],
  ])('%s', async (_what, v, type, kind, message) => {
    const document = await checked(tableOf(v));
    expect(columnOf(document, 'v')).toMatchObject({ type });
    expect(document.anomalies).toMatchObject([{ column: 'v', kind, severity: 'warning' }]);
    expect(document.anomalies[0]?.message).toMatch(message);
  });

  test('train says why such a column is left out', async () => {
    writeFileSync(
      path('comma.csv'),
      tableOf((row) => `"${row},5"`),
    );
    const train = ['train', '--data', 'comma.csv', '--target', 'y', '--param', 'n_estimators=2'];
    const { anomalies } = await mlxJson<Trained>(train, options);
    expect(anomalies).toMatchObject([{ column: 'v', kind: 'number-format' }]);
  });

  test('infinity and NaN in words', async () => {
    const words = await checked(tableOf((row) => ['NaN', 'Infinity', '-inf', '1e999'][row % 4]));
    expect(columnOf(words, 'v')).toMatchObject({ type: 'category', levels: ['-inf', '1e999', 'Infinity'] });
    const one = await checked(
      tableOf((row) => (row === 150 ? 'inf' : row % 101)),
      3,
    );
    expect(one.anomalies).toMatchObject([{ column: 'v', kind: 'odd-cells', severity: 'error', rows: [151] }]);
  });
});

describe('texts of every kind are levels', () => {
  test.each<[string, readonly string[]]>([
    ['emoji', ['😀', '👨‍👩‍👧', 'é']],
    ['names of the language', ['__proto__', 'constructor', 'toString']],
    ['control characters', ['\u0001', '\u001b[31m', 'plain']],
  ])('%s', async (_what, levels) => {
    const document = await checked(tableOf((row) => levels[row % levels.length]));
    expect(columnOf(document, 'v')?.levels?.toSorted()).toEqual(levels.toSorted());
    expect(document.features?.count).toBe(1 + levels.length);
  });

  test('a column without any value is left out and said', async () => {
    const document = await checked(tableOf(() => ''));
    expect(columnOf(document, 'v')).toMatchObject({ role: 'ignore' });
    expect(document.anomalies).toMatchObject([{ column: 'v', kind: 'all-missing' }]);
  });
});

describe('a schema file with unknown keys', () => {
  test.each(['preprocess', 'train'])('is refused by %s: each is named with its place', async (command) => {
    writeFileSync(
      path('t.csv'),
      tableOf((row) => row),
    );
    const columns = [
      { name: 'x', type: 'number', role: 'feature', maxx: 3 },
      { name: 'y', type: 'category', role: 'target', levles: ['no', 'yes'] },
    ];
    writeFileSync(path('schema.json'), JSON.stringify({ version: 1, colums: [], columns }));
    const args = [command, '--data', 't.csv', '--target', 'y', '--schema', 'schema.json'];
    const { message, details } = await failing(args, { exit: 2, code: 'SCHEMA_INVALID' }, options);
    expect(message).toContain('schema.json');
    expect(message).toMatch(
      /colums .*"columns".*columns\[0\].*maxx .*"max".*columns\[1\].*levles .*"levels"/,
    );
    expect(details?.problems).toHaveLength(3);
  });
});

describe('the same cell in a file and over HTTP', () => {
  let server: Server;

  beforeAll(async () => {
    const random = createRandom(3);
    const rows = Array.from({ length: 300 }, (_, row) => {
      const x = random.next();
      const level = ['a', 'b', '', '""'][row % 4] as string;
      return `${(x + random.next()).toFixed(3)},${level},${x.toFixed(3)},${x + (row % 4) / 9 > 0.6 ? 'yes' : 'no'}`;
    });
    writeFileSync(path('model.csv'), `__proto__,level,x,y\n${rows.join('\n')}\n`);
    const train = [
      'train',
      '--data',
      'model.csv',
      '--target',
      'y',
      '--param',
      'n_estimators=5',
      '--name',
      'odd',
    ];
    await mlxJson(train, options);
    await mlxJson(['register', 'odd', '--run', 'odd'], options);
    server = await Server.start(['odd/1'], options);
  });

  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  test('no value, an empty text and a quoted empty cell are all missing', async () => {
    writeFileSync(path('three.csv'), '__proto__,level,x\n0.5,,0.51\n0.5,"",0.51\n0.5, ,0.51\n0.5,b,0.51\n');
    await mlxJson(['predict', '--model', 'odd/1', '--data', 'three.csv', '--out', 'three.out.csv'], options);
    const [, first, ...others] = readFileSync(path('three.out.csv'), 'utf8').trim().split('\n');
    expect(others.slice(0, 2)).toEqual([first, first]);
    const answers: (string | number)[][] = [];
    for (const level of ['null', '""', '" "', '"b"']) {
      // As text: an object literal would take __proto__ for its prototype.
      const body = `{"features": {"__proto__": 0.5, "level": ${level}, "x": 0.51}}`;
      const answer = await server.post<PredictionAnswer>('/predict', body);
      expect(answer.status, answer.text).toBe(200);
      answers.push([answer.body.prediction, ...Object.values(answer.body.probabilities ?? {})]);
    }
    const inFile = [first, ...others].map((line = '') => {
      const [prediction, , ...probabilities] = line.split(',');
      return [prediction, ...probabilities.map(Number)];
    });
    expect(answers).toEqual(inFile);
  });
});

describe('very many levels', () => {
  const ROWS = 200_000;
  const text = tableOf((row) => `level ${(row % (ROWS / 2)).toString(36)}`, ROWS);

  test('are text that is left out, and said', async () => {
    const document = await checked(text);
    expect(columnOf(document, 'v')).toMatchObject({ type: 'text', role: 'ignore' });
    expect(document.features?.count).toBe(1);
  });

  test('are hashed where a schema file makes them a category, which is said', async () => {
    const columns = [
      { name: 'v', type: 'category', role: 'feature' },
      { name: 'x', type: 'number', role: 'feature' },
      { name: 'y', type: 'category', role: 'target' },
    ];
    writeFileSync(path('levels.json'), JSON.stringify({ version: 1, columns }));
    writeFileSync(path('t.csv'), text);
    const args = [
      'preprocess',
      '--data',
      't.csv',
      '--schema',
      'levels.json',
      '--out',
      'out.parquet',
      '--json',
    ];
    const { ended, peakMb } = await withPeak(args);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toMatch(/v has 100000 levels, more than 256: it is encoded by hashing/);
    const { anomalies, features } = JSON.parse(ended.stdout) as Checked;
    expect(anomalies).toMatchObject([{ column: 'v', kind: 'many-levels', severity: 'warning' }]);
    expect(features?.count).toBe(33);
    if (peakMb !== undefined) expect(peakMb).toBeLessThan(500);
  });
});

describe('very many columns', () => {
  const COLUMNS = 10_000;
  const ROWS = 120;

  beforeAll(() => {
    const random = createRandom(5);
    const names = Array.from({ length: COLUMNS }, (_, column) => `c${column}`);
    const rows = Array.from({ length: ROWS }, (_, row) => {
      const cells = names.map((_name, column) =>
        column % 10 === 9
          ? 'abc'.charAt(random.int(3))
          : (random.next() + (column === 3 ? row % 2 : 0)).toFixed(3),
      );
      return [...cells, row % 2 === 0 ? 'yes' : 'no'].join(',');
    });
    writeFileSync(path('wide.csv'), `${[...names, 'y'].join(',')}\n${rows.join('\n')}\n`);
  });

  test('a million are refused at once', async () => {
    const header = Array.from({ length: 1_000_000 }, (_, column) => `c${column}`).join(',');
    writeFileSync(path('million.csv'), `${header}\n`);
    const before = performance.now();
    const args = ['preprocess', '--data', 'million.csv'];
    const { message } = await failing(args, { exit: 1, code: 'DATA_MALFORMED' }, options);
    expect(message).toMatch(/million\.csv has 1000000 columns; 100000 is the most/);
    expect(performance.now() - before).toBeLessThan(15_000);
  });

  test('ten thousand become features and a graph; the screen shows the first of them', async () => {
    const args = ['preprocess', '--data', 'wide.csv', '--target', 'y', '--out', 'wide.parquet'];
    const { ended, peakMb } = await withPeak([...args, '--save-graph', 'wide.onnx']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/and 9801 more columns; --json has them all/);
    expect(ended.stdout).toMatch(/12000 features/);
    expect(ended.stdout.split('\n').length).toBeLessThan(700);
    if (peakMb !== undefined) expect(peakMb).toBeLessThan(1536);
    console.log(`${COLUMNS} columns: ${ended.seconds.toFixed(1)} s, ${peakMb?.toFixed(0)} MB`);
    expect(ended.seconds).toBeLessThan(90);
  });

  test('ten thousand are trained on, and the model is certified', async () => {
    const args = ['train', '--data', 'wide.csv', '--target', 'y', '--param', 'n_estimators=3', '--json'];
    const { ended, peakMb } = await withPeak(args);
    expect(ended.code, ended.stderr).toBe(0);
    const { features, model } = JSON.parse(ended.stdout) as Trained;
    expect(features).toHaveLength(COLUMNS);
    expect(model.certificate).toMatchObject({ passed: true, rows: 20 });
    if (peakMb !== undefined) expect(peakMb).toBeLessThan(1536);
    console.log(`training: ${ended.seconds.toFixed(1)} s, ${peakMb?.toFixed(0)} MB`);
    expect(ended.seconds).toBeLessThan(120);
  });
});
