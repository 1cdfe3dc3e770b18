import { describe, expect, it } from 'vitest';
import { customersCsv, type Json, Workplace } from './harness.js';

const place = new Workplace();
place.put('customers.csv', customersCsv(200));
const write = ['preprocess', '--data', 'customers.csv', '--target', 'left', '--save-schema', 'schema.json'];

/** The file of the first test, made once. */
const made = place.run(write);
const check = (data: string, ...more: string[]) => [
  'preprocess',
  '--data',
  data,
  '--schema',
  'schema.json',
  ...more,
];

describe('a schema file', () => {
  it('is written, reads its own table without a complaint, and does not change by that', async () => {
    expect((await made).stdout).toMatch(/^schema written to schema\.json$/m);
    const before = place.read('schema.json');
    const again = await place.run(check('customers.csv', '--save-schema', 'again.json'));
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No anomalies\.$/m) });
    expect(again.stdout).toMatch(/^left +category +target/m);
    expect(place.read('again.json')).toBe(before);
  });

  it('finds everything that is wrong with another table: exit 3, softened by --exit-zero', async () => {
    await made;
    const odd = customersCsv(200, { seed: 5 })
      .replace(/^(c\d+),\d+/m, '$1,12abc')
      .replaceAll(',pro,', ',max,')
      .replace('spend', 'spent');
    place.put('odd.csv', odd);
    const [plain, soft, document] = await Promise.all([
      place.run(check('odd.csv')),
      place.run(check('odd.csv', '--exit-zero')),
      place.json(check('odd.csv')),
    ]);
    expect([plain.code, soft.code, document.code]).toEqual([3, 0, 3]);
    expect(plain.stdout).toMatch(/^severity +column +anomaly +what$/m);
    const found = document.document.anomalies.filter(({ kind }: Json) => kind !== 'out-of-range');
    expect(found).toMatchObject([
      { column: 'age', kind: 'odd-cells', severity: 'error', tfdv: 'INT_TYPE_INT_EXPECTED', rows: [1] },
      { column: 'spend', kind: 'missing-column', severity: 'error', tfdv: 'SCHEMA_MISSING_COLUMN' },
      { column: 'plan', kind: 'unseen-levels', severity: 'warning' },
      { column: 'spent', kind: 'new-column', severity: 'warning' },
    ]);
  });

  it('is held to by the second table too, and neither is written then', async () => {
    await made;
    place.put('second.csv', customersCsv(50, { seed: 6 }).replaceAll(',pro,', ',,'));
    const { code, document } = await place.json(
      check('customers.csv', '--test', 'second.csv', '--out', 'never.csv'),
    );
    expect(code).toBe(3);
    expect(document.features).toBeNull();
    const found = document.test.anomalies.filter(({ kind }: Json) => kind !== 'out-of-range');
    expect(found).toMatchObject([{ column: 'plan', kind: 'too-many-missing' }]);
    expect(() => place.read('never.csv')).toThrow();
  });

  it('with a mistake is exit 2 that names the place', async () => {
    place.put('wrong.json', '{"version": 1, "columns": [{"name": "age", "type": "intger"}]}');
    const { code, stderr } = await place.run([
      'preprocess',
      '--data',
      'customers.csv',
      '--schema',
      'wrong.json',
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /SCHEMA_INVALID wrong\.json: columns\[0\] \("age"\)\.type .*did you mean "integer"\?/,
    );
  });

  it('is what a run trains by, and what retraining goes on with', async () => {
    await made;
    const trained = await place.json([
      ...['train', '--data', 'customers.csv', '--target', 'left', '--schema', 'schema.json'],
      ...['--param', 'n_estimators=5', '--time-column', 'joined', '--drop-duplicates'],
    ]);
    expect(trained.document.run.params).toMatchObject({
      schema: 'schema.json',
      split: 'time',
      split_column: 'joined',
      drop_duplicates: 'true',
      duplicates_dropped: '0',
    });
    // The file calls the column a feature, and that is followed.
    expect(trained.document.features.join()).toMatch('joined');
    await place.run(['register', 'churn', '--run', 'latest']);
    await place.run(['promote', 'churn/1', 'production', '--reason', 'first', '--yes']);
    const again = await place.json(['retrain', 'churn', '--exit-zero']);
    expect(again.document.training.run.params).toMatchObject({
      schema: 'schema.json',
      split: 'time',
      split_column: 'joined',
      drop_duplicates: 'true',
    });
  });
});

describe('duplicate rows', () => {
  it('are counted, and left out on request', async () => {
    const text = customersCsv(30);
    const second = text.split('\n')[1] as string;
    place.put(
      'twice.csv',
      `${text}${second}\n${second.replace(/(yes|no)$/, (label) => (label === 'yes' ? 'no' : 'yes'))}\n`,
    );
    const args = ['preprocess', '--data', 'twice.csv', '--target', 'left'];
    const [seen, dropped] = await Promise.all([
      place.run(args),
      place.json([...args, '--drop', 'id', '--drop-duplicates', '--out', 'once.csv']),
    ]);
    expect(seen.stdout).toMatch(
      /^1 row equals an earlier one \(3\.1 %; 31 = 1\); --drop-duplicates leaves them out$/m,
    );
    expect(seen.stdout).toMatch(/^1 row has the features of an earlier one and another target$/m);
    expect(dropped.document.duplicate_rows).toMatchObject({ count: 1, dropped: 1, conflicting: 1 });
    expect(place.read('once.csv').trimEnd().split('\n')).toHaveLength(1 + 31);
  });
});

describe('--format junit', () => {
  const hostile = 'a"<b>&\'c';
  /** Column and check of each case. */
  const cases = (xml: string) =>
    [...xml.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"/g)].map((match) => match.slice(1, 3));

  it('is one document with a case for each column and check; errors are failures, warnings output', async () => {
    await made;
    place.put(
      'junit.csv',
      customersCsv(200, { seed: 5 })
        .replace(/^(c\d+),\d+/m, '$1,12abc')
        .replaceAll(',pro,', ',max,'),
    );
    const { code, stdout } = await place.run(check('junit.csv', '--format', 'junit'));
    expect(code).toBe(3);
    expect(
      stdout.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="mlx preprocess"'),
    ).toBe(true);
    expect(stdout).toMatch(/<testsuite name="junit\.csv" tests="25" failures="1" errors="0">/);
    expect(cases(stdout)).toContainEqual(['age', 'type']);
    expect(stdout).toMatch(
      /<testcase classname="age" name="type">\n +<failure message="&quot;age&quot; has 1 cell .*" type="INT_TYPE_INT_EXPECTED">odd-cells: .*\[rows 1\]<\/failure>/,
    );
    expect(stdout).toMatch(/<testcase classname="plan" name="values">\n +<system-out>unseen-levels: /);
    expect(stdout).toMatch(/<testcase classname="spend" name="type"\/>/);
    expect(stdout).not.toContain('classname="id"');
  });

  it('is well-formed for hostile names', async () => {
    const header = [hostile, 'tab\u0001bell', ']]>', 'new\u2028line', 'é😀'].map(
      (name) => `"${name.replaceAll('"', '""')}"`,
    );
    place.put('hostile.csv', `${header.join(',')}\n1,2,3,4,5\n1,,3,4,6\n1,,3,,7\n`);
    const { code, stdout } = await place.run(['preprocess', '--data', 'hostile.csv', '--format', 'junit']);
    expect(code).toBe(0);
    expect(stdout).toContain('classname="a&quot;&lt;b&gt;&amp;&apos;c"');
    expect(stdout).toContain('classname="tab\\u0001bell"');
    expect(stdout).not.toMatch(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/u);
    expect(stdout.replace(/&(amp|lt|gt|quot|apos|#\d+);/g, '')).not.toContain('&');
    expectBalanced(stdout);
  });
});

/** Every tag that is opened is closed in order, and attributes are quoted. */
function expectBalanced(xml: string): void {
  const open: string[] = [];
  const rest = xml
    .replace(/<\?xml[^?]*\?>/, '')
    .replace(/<(\/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g, (_, end, name, _attributes, alone) => {
      if (end === '/') expect(open.pop()).toBe(name);
      else if (alone !== '/') open.push(name);
      return '';
    });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
}
