import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '#mlx/errors.js';
import { customersCsv, type Json, Workplace } from './harness.js';

// The tests of this file are one story on one store, told in order.
const place = new Workplace();

beforeAll(() => {
  place.put('train.csv', customersCsv(600));
  place.put('test.csv', customersCsv(200, { seed: 2 }));
  place.put('worse.csv', customersCsv(150, { seed: 3, noise: 0.5 }));
  place.put('shifted.csv', customersCsv(300, { seed: 4, shift: 60 }));
  place.put('few.csv', customersCsv(20, { seed: 5 }));
  place.put(
    'mlops.config.json',
    JSON.stringify({ name: 'churn', data: { target: 'left' }, training: { params: { n_estimators: 15 } } }),
  );
});

const train = (name: string, data: string, ...more: string[]): string[] => [
  ...['train', '--data', data, '--test', 'test.csv', '--name', name],
  ...more,
];

describe('train', () => {
  it('shows the run on stdout and says on stderr that it is done', async () => {
    const { code, stdout, stderr } = await place.run(train('first', 'train.csv'));
    expect(stderr).toBe('trained first\n');
    expect(stdout).toMatch(/^first \w+ finished$/m);
    expect(stdout).toMatch(/^certificate +passed on 200 rows$/m);
    expect(stdout).toMatch(/^left out +id: /m);
    expect(stdout).toMatch(/^Next: mlx register NAME --run \w+\n$/m);
    expect(code).toBe(0);
  });

  it('--json is one document with the same', async () => {
    const { code, document } = await place.json(train('second', 'train.csv', '--seed', '1'));
    expect(code).toBe(0);
    expect(document).toMatchObject({
      run: { name: 'second', status: 'finished', params: { n_estimators: '15', seed: '1' } },
      task: 'classification',
      classes: ['no', 'yes'],
      rows: { train: 600, test: 200 },
      split: 'file',
      model: { certificate: { passed: true, rows: 200 } },
    });
    expect(document.metrics.roc_auc).toBeGreaterThan(0.7);
  });

  it('--json=lines tells each event on a line, and the document on the last', async () => {
    const { code, stdout } = await place.run([...train('lined', 'train.csv'), '--json=lines', '--dry-run']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'error', error: { code: 'USAGE' } });
    const lined = await place.run([...train('lined', 'train.csv'), '--json=lines']);
    expect(lined.code).toBe(0);
    const events = lined.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['reading', 'run', 'preparing', 'fitting', 'trees', 'evaluating', 'certifying']),
    );
    expect(events.find(({ event, done }) => event === 'trees' && done === 15)).toMatchObject({ total: 15 });
    expect(events.at(-1)).toMatchObject({ event: 'result', result: { run: { name: 'lined' } } });
  });

  it('a worse one is a run like any other', async () => {
    const { code } = await place.run(train('worse', 'worse.csv', '--param', 'n_estimators=1'));
    expect(code).toBe(0);
  });
});

describe('runs', () => {
  it('list in every format, newest first', async () => {
    const args = ['runs', 'list', '--limit', '3'];
    const [table, json, csv, md] = await Promise.all([
      place.run(args),
      place.run([...args, '--format', 'json']),
      place.run([...args, '--format', 'csv'], { FORCE_COLOR: '1' }),
      place.run([...args, '--format', 'md']),
    ]);
    const names = ['worse', 'lined', 'second'];
    expect(JSON.parse(json.stdout).runs.map(({ name }: Json) => name)).toEqual(names);
    const lines = (text: string): string[] => text.trimEnd().split('\n');
    expect(lines(table.stdout).map((line) => line.split(/ +/)[0])).toEqual(['run', ...names]);
    expect(lines(csv.stdout).map((line) => line.split(',')[0])).toEqual(['run', ...names]);
    expect(csv.stdout).not.toContain('\u001b');
    expect(lines(md.stdout)[1]).toMatch(/^\| --- \|.*---: \|.*\|$/);
    expect(lines(md.stdout)).toHaveLength(5);
  });

  it('a reader that goes away early is no failure', async () => {
    const { child, ended } = place.start(['runs', 'list', '--json']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('are filtered, sorted, shown and compared', async () => {
    const [sorted, none, shown, compared] = await Promise.all([
      place.json(['runs', 'list', '--where', 'metrics.roc_auc > 0', '--sort', 'metrics.roc_auc']),
      place.run(['runs', 'list', '--where', "name = 'nobody'"]),
      place.run(['runs', 'show', 'first']),
      place.run(['runs', 'compare', 'first', 'worse']),
    ]);
    const values: number[] = sorted.document.runs.map((run: Json) => run.metrics.roc_auc);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(none.stdout).toMatch(/^No runs/);
    expect(shown.stdout).toMatch(/^model\.onnx +\d+ bytes/m);
    expect(compared.stdout).toMatch(/^n_estimators +15 +1$/m);
    expect(compared.stdout).toMatch(/^roc_auc +[\d.]+ \* +[\d.]+$/m);
  });

  it('that are deleted leave the list until they are restored', async () => {
    const names = async (): Promise<string[]> =>
      (await place.json(['runs', 'list'])).document.runs.map(({ name }: Json) => name);
    expect((await place.run(['runs', 'delete', 'worse'])).code).toBe(0);
    expect(await names()).not.toContain('worse');
    const deleted = (await place.json(['runs', 'list', '--deleted'])).document.runs;
    expect((await place.run(['runs', 'restore', deleted[0].id])).code).toBe(0);
    expect(await names()).toContain('worse');
  });
});

describe('register and promote', () => {
  it('runs become versions 1, 2 and 3', async () => {
    for (const [index, name] of ['first', 'second', 'worse'].entries()) {
      const { code, stdout } = await place.run(['register', 'churn', '--run', name]);
      expect(code).toBe(0);
      expect(stdout).toContain(`registered churn/${index + 1} (classification, certified, from run)`);
    }
  });

  it('--dry-run says what would happen and changes nothing', async () => {
    const { code, stdout } = await place.run(['promote', 'churn/1', 'production', '--dry-run']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('would move churn/1 from none to production'),
    ]);
    expect((await place.json(['models', 'list'])).document.models[0].production).toBeNull();
  });

  it('the first release goes through; a worse one is stopped by the gate with exit 3', async () => {
    const first = await place.run(['promote', 'churn/1', 'production', '--reason', 'first release']);
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('moved churn/1 from none to production'),
    });
    const worse = await place.json(['promote', 'churn/3', 'production']);
    expect(worse).toMatchObject({ code: 3, document: { error: { code: 'GATE_FAILED' } } });
    expect((await place.json(['models', 'show', 'churn'])).document.version.version).toBe(1);
  });

  it('--force goes past the gate and says so; the same again changes nothing', async () => {
    const args = ['promote', 'churn/3', 'production', '--force', '--reason', 'for a test'];
    const forced = await place.json(args);
    expect(forced).toMatchObject({
      code: 0,
      document: { changed: true, replaced: 1, from: 'none', to: 'production', gate: { outcome: 'forced' } },
    });
    expect((await place.json(args)).document.changed).toBe(false);
  });

  it('--keep-latest archives what is older', async () => {
    await place.run(['promote', 'churn/1', 'staging']);
    const { document } = await place.json([
      'promote',
      'churn/2',
      'production',
      '--force',
      '--keep-latest',
      '1',
    ]);
    expect(document.archived).toContain(1);
  });

  it('models list, show, history and at tell the same story', async () => {
    const [list, versions, show, history, before, now] = await Promise.all([
      place.run(['models', 'list']),
      place.run(['models', 'list', 'churn', '--format', 'csv']),
      place.run(['models', 'show', 'churn']),
      place.run(['models', 'history', 'churn']),
      place.run(['models', 'at', '2000-01-01']),
      place.run(['models', 'at', '2999-01-01', 'churn', '--format', 'csv']),
    ]);
    expect(list.stdout).toMatch(/^churn +3 +2 +– +3 /m);
    expect(versions.stdout).toMatch(/^churn\/2,production,/m);
    expect(show.stdout).toMatch(/^churn\/2 production$/m);
    expect(show.stdout).toMatch(/^Columns$/m);
    expect(history.stdout).toMatch(/^ *1 .* registered +churn\/1 +– +tester$/m);
    expect(history.stdout).toMatch(/none → production +first release +tester$/m);
    expect(before.stdout).toBe('Nothing was registered at 2000-01-01.\n');
    expect(now.stdout).toContain('churn/2,production');
  });
});

describe('predict', () => {
  const args = (out: string, ...more: string[]): string[] => [
    ...['predict', '--data', 'test.csv', '--out', out, '--keep', 'id'],
    ...more,
  ];

  it('writes the same bytes in batches of any size and on any number of threads', async () => {
    const [a, b] = await Promise.all([
      place.run(args('a.csv')),
      place.run(args('b.csv', '--batch-rows', '7', '--threads', '1')),
    ]);
    expect([a.code, b.code]).toEqual([0, 0]);
    expect(place.read('a.csv')).toBe(place.read('b.csv'));
    const [header, first] = place.read('a.csv').split('\n');
    expect(header).toBe('id,prediction,confidence,probability_no,probability_yes');
    expect(first).toMatch(/^c0,(yes|no),[\d.]+,[\d.]+,[\d.]+$/);
  });

  it('says why: reasons as cells of CSV, every contribution in JSON, the first rows on the screen', async () => {
    const [csv, lines, array] = await Promise.all([
      place.run(args('why.csv', '--explain', '2')),
      place.json(args('why.jsonl', '--explain', '--batch-rows', '30')),
      place.json(args('why.json', '--explain')),
    ]);
    expect([csv.code, lines.code, array.code]).toEqual([0, 0, 0]);
    const [header, first] = place.read('why.csv').split('\n');
    expect(header).toBe(
      'id,prediction,confidence,probability_no,probability_yes,expected_score,raw_score,reason_1,reason_2',
    );
    expect(first).toMatch(/^c0,.*,\w+=[^,]* [+-][\d.]+,\w+=[^,]* [+-][\d.]+$/);
    expect(csv.stdout).toMatch(
      /^why: raw score of yes, expected 0\.\d+, and what moved it most \(probability\)$/m,
    );
    expect(csv.stdout).toMatch(/^ +1 +(yes|no) +[\d.]+ +\w+=/m);
    expect(csv.stdout).toContain('the first 10 of 200 rows');

    const rows = place
      .read('why.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    expect(rows).toHaveLength(200);
    for (const { probabilities, explanation } of rows) {
      const { expected, raw_score: raw, contributions } = explanation.yes;
      const sum = (Object.values(contributions) as number[]).reduce((a, b) => a + b, expected);
      expect(Math.abs(sum - raw)).toBeLessThan(1e-9);
      expect(raw).toBeCloseTo(probabilities.yes, 5);
    }
    expect(JSON.parse(place.read('why.json'))).toEqual(rows);
    expect(lines.document.explained.rows[0].reasons).toHaveLength(3);
  });

  it('a number of reasons that is none is wrong usage, and no file is left', async () => {
    for (const [n, reason] of [
      ['0', '--explain takes a number of columns from 1.'],
      ['many', '--explain takes a whole number, not "many".'],
    ] as const) {
      const { code, document } = await place.json(args('none.csv', '--explain', n));
      expect([code, document.error.code, document.error.message]).toEqual([2, 'USAGE', reason]);
    }
    expect(readdirSync(place.folder)).not.toContain('none.csv');
  });

  it('a table without a column of the model is refused and no file is left', async () => {
    place.put('narrow.csv', 'id,age\nc1,30\n');
    const before = readdirSync(place.folder);
    const { code, document } = await place.json(['predict', '--data', 'narrow.csv', '--out', 'none.csv']);
    expect([code, document.error.code]).toEqual([3, 'DATA_INVALID']);
    expect(readdirSync(place.folder)).toEqual(before);
  });
});

describe('drift', () => {
  const args = (data: string, ...more: string[]): string[] => ['drift', '--data', data, ...more];

  it('is quiet on rows like those of training, loud on shifted ones', async () => {
    const [quiet, shifted, softened] = await Promise.all([
      place.json(args('test.csv')),
      place.json(args('shifted.csv')),
      place.run(args('shifted.csv', '--exit-zero')),
    ]);
    expect([quiet.code, quiet.document.verdict]).toEqual([0, 'no-drift']);
    expect([shifted.code, shifted.document.verdict]).toEqual([ERRORS.DRIFT_FOUND.exit, 'drift']);
    expect(shifted.document.drifted_columns).toEqual(['spend']);
    expect(softened.code).toBe(0);
    expect(softened.stdout).toMatch(/^verdict: drift$/m);
  });

  it('says when there is too little to judge, which fails only where asked', async () => {
    const [plain, strict] = await Promise.all([
      place.run(args('few.csv')),
      place.run(args('few.csv', '--fail-on', 'insufficient')),
    ]);
    expect([plain.code, strict.code]).toEqual([0, 3]);
    expect(plain.stdout).toMatch(/^verdict: insufficient$/m);
    expect(plain.stdout).not.toMatch(/\n\n$/);
  });
});

describe('serve', () => {
  it('prints one line with --json, answers, logs, learns labels, and ends with 0 at SIGTERM', async () => {
    await place.run(['abtest', 'start', 'churn', '--treatment', '1', '--control', '2', '--ratio', '0.5']);
    place.put('tokens.txt', '# for the tests\nsecret\n');
    const server = place.start(['serve', '--port', '0', '--json', '--token-file', 'tokens.txt']);
    const { url, models } = JSON.parse(await server.shows('stdout', '\n'));
    expect(models).toHaveLength(1);
    const post = async (path: string, body: unknown, more = {}): Promise<Json> => {
      const headers = { 'content-type': 'application/json', authorization: 'Bearer secret', ...more };
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return answer.json();
    };
    const features = { age: 30, spend: 10, plan: 'free', joined: '2024-05-01' };
    const guessed = await post('/predict', { features }, { authorization: 'Bearer guessed' });
    expect(guessed.error.code).toBe('UNAUTHORIZED');
    const foreign = await post('/predict', { features }, { origin: 'https://elsewhere.example' });
    expect(foreign.error.code).toBe('FORBIDDEN');
    const answers = [];
    for (let user = 0; user < 30; user++)
      answers.push(await post('/predict_ab', { features, user_id: `u${user}` }));
    expect(answers[0]).toMatchObject({ prediction: expect.any(String), prediction_id: expect.any(String) });
    server.child.kill('SIGTERM');
    const { code, stdout } = await server.ended;
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const labels = answers.map(({ prediction_id }) => `${prediction_id},yes`);
    place.put('labels.csv', `prediction_id,label\n${labels.join('\n')}\nunknown,yes\n,\n`);
  });

  it('feedback brings the labels once', async () => {
    const args = ['feedback', '--data', 'labels.csv'];
    const first = (await place.json(args)).document;
    expect(first).toMatchObject({ rows: 32, added: 30, updated: 0, unknown: 1, empty: 1 });
    expect((await place.json(args)).document).toMatchObject({ added: 0, unchanged: 30 });
  });

  it('drift --last judges what was logged', async () => {
    const { code, document } = await place.json(['drift', '--model', 'churn', '--last', '1h']);
    expect([code, document.verdict]).toEqual([0, 'insufficient']);
    expect(document.rows).toBeGreaterThan(0);
    expect(document.quality).toMatchObject({ labelled: document.rows });
  });

  it('abtest status, report and stop', async () => {
    const status = await place.run(['abtest', 'status', 'churn']);
    expect(status.stdout).toMatch(/ churn +running +2 +1 +50\.0 % /);
    const report = (await place.json(['abtest', 'report', 'churn'])).document;
    expect(report.control.count + report.treatment.count).toBe(30);
    expect(report.control.labelled + report.treatment.labelled).toBe(30);
    expect((await place.run(['abtest', 'report', 'churn'])).stdout).toMatch(/^verdict: /m);
    expect((await place.run(['abtest', 'stop', 'churn', '--reason', 'seen enough'])).code).toBe(0);
    expect((await place.json(['abtest', 'stop', 'churn'])).code).not.toBe(0);
  });
});

describe('rollback', () => {
  it('needs a reason', async () => {
    const { code, stderr } = await place.run(['rollback', 'churn']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--reason is needed')]);
  });

  it('takes production back to the last good version, which history tells', async () => {
    const { code, stdout } = await place.run(['rollback', 'churn', '--reason', 'wrong currency']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/went back from version 2 to version \d/)]);
    const { document } = await place.json(['models', 'history', 'churn']);
    const event = document.events.find(({ kind }: Json) => kind === 'rolled-back');
    expect(event).toMatchObject({ version: 2, reason: 'wrong currency', actor: 'tester' });
  });
});

describe('retrain', () => {
  it('promotes what is better and exits 3 for what is not', async () => {
    const worse = await place.json([
      'retrain',
      '--data',
      'worse.csv',
      '--test',
      'test.csv',
      '--min-improvement',
      '0.5',
    ]);
    expect(worse).toMatchObject({
      code: ERRORS.CANDIDATE_NOT_BETTER.exit,
      document: { promoted: null, contest: { better: false } },
    });
    const args = [
      'retrain',
      '--data',
      'train.csv',
      '--test',
      'test.csv',
      '--param',
      'n_estimators=60',
      '--json',
    ];
    const production = (await place.json(['models', 'show', 'churn'])).document.version.version;
    const { code, stdout } = await place.run([...args, '--min-improvement', '-1']);
    const { promoted, contest } = JSON.parse(stdout);
    expect([code, contest.better, contest.production_version]).toEqual([0, true, production]);
    expect(promoted).toMatchObject({ model: 'churn', stage: 'production' });
  });
});
