import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OptionSpec } from '#mlx/commands/command.js';
import { modelNameOf } from '#mlx/commands/init/answers.js';
import { type InitDocument, run } from '#mlx/commands/init/run.js';
import { initSpec } from '#mlx/commands/init/spec.js';
import { fill } from '#mlx/commands/init/templates.js';
import { view } from '#mlx/commands/init/view.js';
import { serveSpec } from '#mlx/commands/serve/spec.js';
import { loadConfig } from '#mlx/config/load.js';
import { configJsonSchema } from '#mlx/config/schema.js';
import { SETTING_KEYS, SETTINGS } from '#mlx/config/settings.js';
import { checkModelName } from '#mlx/registry/names.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { mlx, mlxJson } from './mlx.js';
import { personIn } from './person.js';

const TABLE = 'age,income,left\n41,1200,no\n39,900,yes\n';
const DOCKER = ['Dockerfile', 'compose.yaml', 'nginx.conf', '.dockerignore'];
const FLAGS = ['--yes', '--name', 'churn', '--data', 'train.csv', '--target', 'left'];

function projectFolder(files: Readonly<Record<string, string>> = { 'train.csv': TABLE }): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

async function init(folder: string, ...args: string[]): Promise<InitDocument> {
  const { code, document } = await mlxJson<InitDocument>(folder, ['init', ...args]);
  expect(code, JSON.stringify(document)).toBe(0);
  return document;
}

function statuses(document: InitDocument): Record<string, string> {
  return Object.fromEntries(document.files.map(({ path, status }) => [path, status]));
}

describe('mlx init', () => {
  it('writes a configuration, its schema, .gitignore and the store', async () => {
    const folder = projectFolder();
    const document = await init(folder, ...FLAGS, '--algorithm', 'ml-random-forest');
    expect(JSON.parse(read(folder, 'mlops.config.json'))).toEqual({
      $schema: './mlops.config.schema.json',
      name: 'churn',
      data: { train: 'train.csv', target: 'left' },
      training: { algorithm: 'ml-random-forest' },
    });
    expect(JSON.parse(read(folder, 'mlops.config.schema.json'))).toEqual(configJsonSchema());
    expect(read(folder, '.gitignore')).toBe('.mlx/\n');
    expect(statSync(join(folder, '.mlx')).mode & 0o777).toBe(0o700);
    expect(document.store).toEqual({ path: '.mlx', status: 'created' });
    expect(document.next[0]).toBe('mlx train');
    const { settings } = loadConfig(folder, {});
    expect(settings['data.target']).toMatchObject({ value: 'left', origin: 'file' });
  });

  it('changes nothing when it is run again, with or without the flags', async () => {
    const folder = projectFolder();
    await init(folder, ...FLAGS, '--template', 'docker');
    const files = readdirSync(folder).filter((name) => name !== '.mlx');
    const state = () => files.map((name) => [name, read(folder, name), statSync(join(folder, name)).mtimeMs]);
    const before = state();
    for (const args of [[...FLAGS], ['--yes'], [], ['--force']]) {
      const document = await init(folder, ...args, '--template', 'docker');
      expect(new Set(Object.values(statuses(document)))).toEqual(new Set(['unchanged']));
      expect(document.store.status).toBe('unchanged');
    }
    expect(state()).toEqual(before);
  });

  it('keeps files that differ, and says so', async () => {
    const folder = projectFolder({ 'train.csv': TABLE, 'nginx.conf': 'mine' });
    await init(folder, ...FLAGS);
    const document = await init(folder, '--yes', '--target', 'age', '--template', 'docker');
    expect(statuses(document)).toMatchObject({ 'mlops.config.json': 'kept', 'nginx.conf': 'kept' });
    expect(document.files.find(({ path }) => path === 'nginx.conf')?.hint).toContain('--force');
    expect(read(folder, 'nginx.conf')).toBe('mine');
    expect(loadConfig(folder, {}).settings['data.target'].value).toBe('left');
    expect(document.next[0]).toBe('mlx train --data train.csv --target age');
  });

  it('replaces them with --force, but not the settings that were made by hand', async () => {
    const folder = projectFolder({ 'train.csv': TABLE, 'nginx.conf': 'mine' });
    await init(folder, ...FLAGS);
    const byHand = { ...JSON.parse(read(folder, 'mlops.config.json')), drift: { alpha: 0.05 } };
    writeFileSync(join(folder, 'mlops.config.json'), JSON.stringify(byHand));
    expect(statuses(await init(folder, '--yes'))).toMatchObject({ 'mlops.config.json': 'unchanged' });
    const document = await init(folder, '--yes', '--target', 'age', '--template', 'docker', '--force');
    expect(statuses(document)).toMatchObject({
      'mlops.config.json': 'overwritten',
      'nginx.conf': 'overwritten',
    });
    expect(JSON.parse(read(folder, 'mlops.config.json'))).toEqual({
      ...byHand,
      data: { train: 'train.csv', target: 'age' },
    });
    expect(read(folder, 'nginx.conf')).toContain('upstream');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('writes nothing with --dry-run', async () => {
    const folder = projectFolder();
    const document = await init(folder, ...FLAGS, '--template', 'docker', '--dry-run');
    expect(statuses(document)).toMatchObject({ 'mlops.config.json': 'created', Dockerfile: 'created' });
    expect(document.store.status).toBe('created');
    expect(readdirSync(folder)).toEqual(['train.csv']);
  });

  it.each([
    ['', 'extended', '.mlx/\n'],
    ['node_modules', 'extended', 'node_modules\n.mlx/\n'],
    ['a\r\nb\r\n', 'extended', 'a\r\nb\r\n.mlx/\r\n'],
    ['a\n.mlx\n', 'unchanged', 'a\n.mlx\n'],
    ['/.mlx/\r\n', 'unchanged', '/.mlx/\r\n'],
    ['# .mlx/\n', 'extended', '# .mlx/\n.mlx/\n'],
  ])('keeps the store out of git: %j is %s', async (present, status, text) => {
    const folder = projectFolder({ '.gitignore': present });
    const { context, close } = personIn(folder, {});
    const { result } = await run({}, { ...context, yes: true });
    await close();
    expect(statuses(result)['.gitignore']).toBe(status);
    expect(read(folder, '.gitignore')).toBe(text);
  });

  it('names the model after the folder when nobody says', async () => {
    const folder = projectFolder({});
    const document = await init(folder, '--yes');
    expect(document.name).toBe(modelNameOf(basename(folder)));
    expect(document.next[0]).toBe('mlx train --data FILE --target COLUMN');
  });

  it.each([
    ['churn', 'churn'],
    ['Kündigung 2024', 'Kundigung-2024'],
    ['2024_sales.v2', 'sales.v2'],
    ['...', 'model'],
    ['日本', 'model'],
    ['', 'model'],
    [`x${'y'.repeat(99)}`, `x${'y'.repeat(63)}`],
  ])('makes a model name of the folder name %j', (folder, name) => {
    expect(modelNameOf(folder)).toBe(name);
    expect(checkModelName(name)).toBe(name);
  });

  it('uses the store above, as every command there would', async () => {
    const folder = projectFolder();
    await init(folder, ...FLAGS);
    const inside = join(folder, 'inside');
    mkdirSync(inside);
    const document = await init(inside, '--yes', '--template', 'docker');
    expect(document.name).toBe('inside');
    expect(document.store).toEqual({ path: '../.mlx', status: 'unchanged' });
    expect(existsSync(join(inside, '.mlx'))).toBe(false);
    expect(read(inside, 'compose.yaml')).toContain('source: "../.mlx"');
  });

  it.each([
    [['--yes', '--name', '9 lives'], 2, 'NAME_INVALID', 'begins with a letter'],
    [['--yes', '--data', 'train.csv', '--target', 'lefd'], 4, 'COLUMN_NOT_FOUND', '"left"'],
    [['--yes', '--algorithm', 'oracle'], 2, 'USAGE', 'random-forest'],
    [['--yes', '--template', 'cloud'], 2, 'USAGE', 'docker'],
    [[], 2, 'INPUT_REQUIRED', '--name'],
    [['--name', 'churn'], 2, 'INPUT_REQUIRED', '--data'],
    [['--name', 'churn', '--data', 'train.csv'], 2, 'INPUT_REQUIRED', '--target'],
  ])('refuses %j and leaves the folder as it was', async (args, code, error, hint) => {
    const folder = projectFolder();
    const ended = await mlxJson<{ error: { code: string; hint: string } }>(folder, ['init', ...args]);
    expect(ended.code).toBe(code);
    expect(ended.document.error.code).toBe(error);
    expect(ended.document.error.hint).toContain(hint);
    expect(readdirSync(folder)).toEqual(['train.csv']);
  });

  it('offers the algorithms that the configuration takes', () => {
    const offered = initSpec.options?.find(({ flags }) => flags.startsWith('--algorithm'))?.choices;
    expect(offered).toEqual(SETTINGS['training.algorithm'].choices);
  });

  it.each([
    ['semicolons', 'train.csv', TABLE.replaceAll(',', ';')],
    ['JSON lines', 'train.jsonl', '{"age": 1}\n{"age": 2, "income": 3, "left": "no"}\n'],
    ['files by a pattern', 'train-*.csv', TABLE],
  ])('finds the columns of %s', async (_, data, text) => {
    const folder = projectFolder({ [data.replace('*', '1')]: text });
    const args = ['init', '--yes', '--name', 'churn', '--data', data, '--target'];
    const [wrong, right] = [await mlx(folder, [...args, 'lefd']), await mlx(folder, [...args, 'left'])];
    expect(wrong).toMatchObject({ code: 4, stderr: expect.stringContaining('Did you mean "left"?') });
    expect(right).toMatchObject({ code: 0, stderr: '' });
  });

  it('takes a table that is not there yet, with a warning', async () => {
    const folder = projectFolder({});
    const { code, stderr } = await mlx(folder, ['init', ...FLAGS]);
    expect(code).toBe(0);
    expect(stderr).toContain('train.csv is not there yet');
  });
});

describe('mlx init at a terminal', () => {
  it('asks for the name, the table, the column of it to learn, and the test table', async () => {
    const folder = projectFolder({ 'new.csv': TABLE, 'old.csv': TABLE, 'notes.txt': '' });
    const { context, questions, close } = personIn(folder, {
      '--name': 'churn',
      '--data': 'old.csv',
      '--target': 'left',
      '--test': 'new.csv',
    });
    await run({}, context);
    await close();
    expect(questions).toEqual([
      { flag: '--name', choices: null, initial: modelNameOf(basename(folder)) },
      { flag: '--data', choices: ['new.csv', 'old.csv', 'another file'], initial: null },
      { flag: '--target', choices: ['age', 'income', 'left'], initial: null },
      {
        flag: '--test',
        choices: ['none: hold out a part of the training table', 'new.csv', 'another file'],
        initial: null,
      },
    ]);
    expect(JSON.parse(read(folder, 'mlops.config.json'))).toMatchObject({
      name: 'churn',
      data: { train: 'old.csv', test: 'new.csv', target: 'left' },
    });
  });

  it('takes another file, and does without a test table', async () => {
    const folder = projectFolder({ 'a.csv': TABLE });
    const { context, close } = personIn(folder, {
      '--name': 'churn',
      '--data': ['another file', 'later.csv'],
      '--target': 'left',
      '--test': 'none: hold out a part of the training table',
    });
    const { result } = await run({}, context);
    await close();
    expect(JSON.parse(read(folder, 'mlops.config.json')).data).toEqual({
      train: 'later.csv',
      target: 'left',
    });
    expect(result.files.map(({ status }) => status)).toEqual(['created', 'created', 'created']);
  });

  it('asks nothing that a flag or the configuration answers', async () => {
    const folder = projectFolder();
    const flags = { name: 'churn', data: 'train.csv', target: 'left', test: 'train.csv' };
    for (const options of [flags, {}]) {
      const { context, questions, close } = personIn(folder, {});
      await run(options, context);
      await close();
      expect(questions).toEqual([]);
    }
  });

  it('shows every file with what became of it', async () => {
    const plain = (text: string): string => text;
    const style = { bold: plain, dim: plain, good: plain, bad: plain, warn: plain, accent: plain };
    const blocks = view(
      {
        folder: '/x',
        name: 'churn',
        dry_run: true,
        files: [{ path: 'nginx.conf', status: 'kept', hint: 'differs; --force replaces it' }],
        store: { path: '.mlx', status: 'created' },
        next: ['mlx train'],
      },
      style,
    );
    expect(blocks).toEqual([
      {
        kind: 'lines',
        lines: [
          'kept     nginx.conf  (differs; --force replaces it)',
          'created  .mlx/',
          '',
          'Nothing was written: --dry-run.',
          '',
          'Next, for churn:',
          '  mlx train',
        ],
      },
    ]);
  });
});

describe('the docker template', () => {
  async function deployment(): Promise<Record<string, string>> {
    const folder = projectFolder({ 'mlops.config.json': '{"name":"churn","serving":{"bodyLimit":1234567}}' });
    await init(folder, '--template', 'docker');
    return Object.fromEntries(DOCKER.map((name) => [name, read(folder, name)]));
  }

  it('leaves no placeholder open and takes the limits of the configuration', async () => {
    const files = await deployment();
    for (const text of Object.values(files)) expect(text).not.toMatch(/\{\{\w/);
    expect(files['nginx.conf']).toContain('client_max_body_size 1234567;');
    expect(() => fill('{{nobody}}', {})).toThrow('nobody');
  });

  it('starts servers with flags that there are', async () => {
    const files = await deployment();
    const known = (serveSpec.options ?? []).map(({ flags }: OptionSpec) => flags.split(' ')[0]);
    for (const name of ['Dockerfile', 'compose.yaml']) {
      const [line = ''] = /\[.*\bserve\b.*\]/.exec(files[name] as string) ?? [];
      const flags = line.match(/--[a-z-]+/g) ?? [];
      expect(flags).toEqual(['--host', '--port', '--store']);
      for (const flag of flags) expect([...known, '--store']).toContain(flag);
      expect(line).toContain('"churn"');
    }
  });

  it('puts nginx in front of exactly the servers that compose starts', async () => {
    const files = await deployment();
    const started = (files['compose.yaml'] as string)
      .match(/^ {2}server-\d+(?=:)/gm)
      ?.map((name) => name.trim());
    const reached = (files['nginx.conf'] as string).match(/server-\d+(?=:8080 max)/g);
    expect(started).toEqual(['server-1', 'server-2', 'server-3']);
    expect(reached).toEqual(started);
  });

  it('runs without root, stops on SIGTERM, and is asked for its health without curl', async () => {
    const { Dockerfile = '', 'compose.yaml': compose = '', '.dockerignore': ignored } = await deployment();
    expect(Dockerfile).toMatch(/^USER node$/m);
    expect(Dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(Dockerfile).toMatch(/HEALTHCHECK .*\\\n {2}CMD \["node", "-e", "fetch\(/);
    expect(Dockerfile).not.toContain('curl');
    expect(compose).toContain('read_only: true');
    expect(compose).toContain('127.0.0.1');
    expect(ignored?.split('\n')).toContain('*');
  });

  it('copies what the checkout has', async () => {
    const { Dockerfile = '' } = await deployment();
    const copied = [...Dockerfile.matchAll(/^COPY --from=mlx (.+) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    expect(copied).toContain('package-lock.json');
    for (const path of copied) expect(existsSync(new URL(`../../${path}`, import.meta.url)), path).toBe(true);
  });
});

describe('mlops.config.example.json', () => {
  it('is valid and shows every setting', () => {
    const path = new URL('../../mlops.config.example.json', import.meta.url).pathname;
    const { settings } = loadConfig('/', {}, path);
    expect(SETTING_KEYS.filter((key) => settings[key].origin !== 'file')).toEqual([]);
  });
});
