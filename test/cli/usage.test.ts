import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '#mlx/cli/commands.js';
import { ERRORS } from '#mlx/errors.js';
import { customersCsv, Workplace } from './harness.js';

const place = new Workplace();
place.put('customers.csv', customersCsv(40));
place.put('not-a-model.onnx', 'hello');

describe('help and version', () => {
  it('--version prints the version alone', async () => {
    const [long, short] = await Promise.all([place.run(['--version']), place.run(['-V'])]);
    expect(long).toMatchObject({ code: 0, stderr: '' });
    expect(long.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(short).toEqual(long);
  });

  it('--help lists the commands by what they are for, on stdout; so does mlx alone', async () => {
    const [help, alone] = await Promise.all([place.run(['--help']), place.run([])]);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    const groups = [...help.stdout.matchAll(/^([A-Z][\w ]+):$/gm)].map(([, name]) => name);
    expect(groups).toEqual([
      'Options',
      'Set up',
      'Build a model',
      'Look at runs and models',
      'Bring it to production',
      'Keep it honest',
      'The tool itself',
      'Examples',
    ]);
    expect(alone.stdout).toBe(help.stdout);
  });

  it('a command’s --help has its options, examples and what every command takes, within 80 columns', async () => {
    const { code, stdout } = await place.run(['retrain', '--help']);
    expect(code).toBe(0);
    for (const part of ['Arguments:', 'Options:', 'For every command:', 'Examples:', '--min-improvement <n>'])
      expect(stdout).toContain(part);
    const text = stdout.slice(0, stdout.indexOf('Examples:'));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).not.toMatch(/algorithm and\nparameters/);
  });

  it('train’s --help has its many options under headings', async () => {
    const { stdout } = await place.run(['train', '--help']);
    const headings = [...stdout.matchAll(/^([A-Z].*):$/gm)].map(([, name]) => name);
    expect(headings).toEqual([
      'Tables and columns',
      'Rows held out',
      'Algorithm',
      'Judging and searching, on the training rows alone',
      'Probabilities and report',
      'Preprocessing',
      'The run',
      'For every command',
      'Examples',
    ]);
  });

  it.each(COMMANDS.map((spec) => [spec.path.join(' '), spec] as const))(
    'the examples of %s stand in 80 columns',
    (_, { examples }) => {
      for (const example of examples) expect(`  $ ${example}`.length, example).toBeLessThanOrEqual(80);
    },
  );
});

describe('exit codes', () => {
  const cases: readonly (readonly [number, string, readonly string[], RegExp])[] = [
    [2, 'USAGE', ['trian'], /Did you mean train\?/],
    [2, 'USAGE', ['runs', 'lits'], /Did you mean list\?/],
    [2, 'USAGE', ['train', '--tagret', 'x'], /Did you mean --target\?/],
    [2, 'USAGE', ['runs'], /A command is missing/],
    [2, 'USAGE', ['models', 'show'], /missing required argument 'model'/i],
    [2, 'USAGE', ['runs', 'list', '--format', 'xml'], /table, json, csv, md/],
    [2, 'USAGE', ['runs', 'list', '--limit', 'many'], /whole number, not "many"/],
    [2, 'USAGE', ['drift', '--model', 'm', '--last', 'soon'], /30m, 24h, 7d/],
    [2, 'USAGE', ['drift', '--model', 'm'], /Give either --data or --last/],
    [2, 'USAGE', ['train', '--data', 'customers.csv', '--target', 'left', '--seed', 'x'], /not "x"/],
    [2, 'USAGE', ['train', '--data', 'customers.csv', '--target', 'left', '--param', 'x'], /name=value/],
    [
      2,
      'USAGE',
      ['train', '--data', 'customers.csv', '--target', 'left', '--time-format', 'joined=ymd'],
      /takes one of iso, dmy, mdy, epoch/,
    ],
    [2, 'CONFIG_INVALID', ['config', '--config', 'customers.csv'], /is not JSON/],
    [2, 'INPUT_REQUIRED', ['train'], /Give --data/],
    [2, 'INPUT_REQUIRED', ['train', '--data', 'customers.csv'], /Give --target/],
    [2, 'INPUT_REQUIRED', ['retrain'], /mlx retrain churn/],
    [
      2,
      'PARAM_INVALID',
      ['train', '--data', 'customers.csv', '--target', 'left', '--param', 'trees=3'],
      /n_estimators/,
    ],
    [2, 'NAME_INVALID', ['register', '../up', '--onnx', 'not-a-model.onnx'], /name/],
    [4, 'FILE_NOT_FOUND', ['preprocess', '--data', 'nowhere.csv'], /nowhere\.csv/],
    [4, 'FILE_NOT_FOUND', ['runs', 'list', '--config', 'nowhere.json'], /nowhere\.json/],
    [4, 'STORE_NOT_FOUND', ['runs', 'list', '--store', 'nowhere'], /nowhere/],
    [1, 'MODEL_INVALID', ['register', 'm', '--onnx', 'not-a-model.onnx'], /not an ONNX model/],
    [1, 'TARGET_MISSING', ['train', '--data', 'customers.csv', '--target', 'lft'], /Did you mean "left"/],
  ];

  it.each(cases)('%i %s: mlx %j', async (exitCode, code, args, reason) => {
    const [plain, json] = await Promise.all([place.run(args), place.run([...args, '--json'])]);
    expect(plain.stderr).toMatch(reason);
    expect(plain.stderr).toContain(`error ${code} `);
    expect(plain.stderr).not.toMatch(/\n\s+at /);
    expect(plain.stdout).toBe('');
    const { error } = JSON.parse(json.stdout);
    expect(error.code).toBe(code);
    if (args.length > 1) expect(`${error.message} ${error.hint ?? ''}`).toMatch(reason);
    expect([plain.code, json.code]).toEqual([exitCode, exitCode]);
  });

  it('what was asked wrongly leaves no run behind', async () => {
    const elsewhere = new Workplace();
    elsewhere.put('customers.csv', customersCsv(40));
    await elsewhere.run(['train', '--data', 'customers.csv', '--target', 'left', '--param', 'trees=3']);
    const { document } = await elsewhere.json(['runs', 'list']);
    expect(document.runs ?? []).toEqual([]);
  });
});

it('a damaged configuration names the file and what is wrong, and nothing is done', async () => {
  const wrong = new Workplace();
  wrong.put('mlops.config.json', '{"training": {"sed": 1}}');
  const { code, stderr } = await wrong.run(['runs', 'list']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/Unknown setting "training.sed" in .*mlops\.config\.json/);
  expect(stderr).toContain('Did you mean "training.seed"?');
});

it('doctor says what is wrong with the configuration and exits 3', async () => {
  const wrong = new Workplace();
  wrong.put('mlops.config.json', '{"nmae": "x"}');
  const [broken, sound] = await Promise.all([wrong.run(['doctor']), new Workplace().run(['doctor'])]);
  expect([broken.code, sound.code]).toEqual([ERRORS.CHECK_FAILED.exit, 0]);
  expect(broken.stdout).toMatch(/nmae/);
});

it('a folder where a file is expected is FILE_UNREADABLE', async () => {
  mkdirSync(place.path('folder.csv'));
  const { code, stderr } = await place.run(['preprocess', '--data', 'folder.csv']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('FILE_UNREADABLE')]);
});

it('--debug shows the stack, and only --debug', async () => {
  const { stderr } = await place.run(['preprocess', '--data', 'nowhere.csv', '--debug']);
  expect(stderr).toMatch(/\n\s+at /);
});

describe('colour', () => {
  const ESCAPE = '\u001b[';
  const failing = ['preprocess', '--data', 'nowhere.csv'];
  it.each([
    ['a pipe gets none', failing, {}, false],
    ['FORCE_COLOR gives it to a pipe', failing, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 takes it away', failing, { FORCE_COLOR: '0' }, false],
    ['NO_COLOR takes it away', failing, { NO_COLOR: '1' }, false],
    ['--no-color wins', [...failing, '--no-color'], { FORCE_COLOR: '1' }, false],
  ])('%s', async (_, args, env, expected) => {
    const { stderr } = await place.run(args, env);
    expect(stderr.includes(ESCAPE)).toBe(expected);
  });
});

describe('preprocess', () => {
  it('shows the columns on stdout and its progress on stderr', async () => {
    const { code, stdout, stderr } = await place.run([
      'preprocess',
      '--data',
      'customers.csv',
      '--target',
      'left',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^column +type +role +missing +unique +values$/m);
    expect(stdout).toMatch(/^left +category +target +2 +no, yes$/m);
    expect(stderr).toBe('read 40 rows × 6 columns\n');
    expect(stdout).toBe(stdout.replace(/[ \t]+$/gm, ''));
  });

  it('--quiet says nothing on stderr', async () => {
    const { stderr } = await place.run(['preprocess', '--data', 'customers.csv', '--quiet']);
    expect(stderr).toBe('');
  });

  it('a table that breaks its own rules exits 3, softened by --exit-zero', async () => {
    place.put('odd.csv', customersCsv(200).replace(/^(c\d+),\d+/m, '$1,12abc'));
    const args = ['preprocess', '--data', 'odd.csv', '--target', 'left'];
    const [plain, soft] = await Promise.all([place.run(args), place.run([...args, '--exit-zero'])]);
    expect([plain.code, soft.code]).toEqual([3, 0]);
    expect(plain.stdout).toMatch(/^error +age +odd-cells +.*12abc/m);
  });

  it('the features that it writes do not depend on when and how often', async () => {
    const args = (out: string) => ['preprocess', '--data', 'customers.csv', '--target', 'left', '--out', out];
    await Promise.all([place.run(args('a.csv')), place.run(args('b.csv'))]);
    expect(place.read('a.csv')).toBe(place.read('b.csv'));
    expect(place.read('a.csv').split('\n', 1)[0]).toContain('plan=pro');
  });
});
