import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder } from './folders.js';
import { cleanEnvironment, mlx, PROGRAM } from './program.js';
import { incomeFile, testUnless } from './tables.js';

const TRAIN = ['train', '--data', 'train.csv', '--target', 'income', '--param', 'n_estimators=20'];
const SPINNER = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/;
const ESCAPE = '\u001b[';

const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
const testInTerminal = testUnless(hasScript ? undefined : 'the program `script` is not installed');

/** Runs a shell command in a terminal of its own, so many columns wide; gives what the terminal got. */
function inTerminal(command: string, cwd: string, env: Readonly<Record<string, string>> = {}, columns = 100) {
  const sized = `stty rows 30 columns ${columns}; ${command}`;
  const { status, stdout } = spawnSync('script', ['-qec', sized, '/dev/null'], {
    cwd,
    env: { ...cleanEnvironment(), TERM: 'xterm-256color', MLX_STORE: join(cwd, '.mlx'), ...env },
    encoding: 'utf8',
    timeout: 120_000,
    input: '',
  });
  return { code: status, screen: stdout };
}

function folderWithTable(): string {
  const cwd = emptyFolder();
  incomeFile(cwd, 'train.csv', 1000);
  return cwd;
}

const shell = [process.execPath, PROGRAM, ...TRAIN].map((word) => `'${word}'`).join(' ');

testInTerminal('in a terminal train shows a spinner and colours, and the result below', () => {
  const { code, screen } = inTerminal(shell, folderWithTable());
  expect(code, screen.slice(0, 500)).toBe(0);
  expect(screen).toMatch(SPINNER);
  expect(screen).toContain(ESCAPE);
  expect(screen).toMatch(/roc_auc/i);
});

testInTerminal('a piped stdout gets the result alone, while the terminal has the spinner', () => {
  const cwd = folderWithTable();
  const { code, screen } = inTerminal(`${shell} > out.txt`, cwd);
  expect(code, screen.slice(0, 500)).toBe(0);
  const out = readFileSync(join(cwd, 'out.txt'), 'utf8');
  expect(screen).toMatch(SPINNER);
  expect(out).not.toMatch(SPINNER);
  expect(out).not.toContain(ESCAPE);
  expect(out).toMatch(/roc_auc/i);
  expect(inTerminal(`${shell} --json > out.json`, cwd).code).toBe(0);
  expect(JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8'))).toHaveProperty('metrics.roc_auc');
});

testInTerminal('a piped stderr gets no escapes', () => {
  const cwd = folderWithTable();
  const { code, screen } = inTerminal(`${shell} 2> err.txt`, cwd);
  expect(code, screen.slice(0, 500)).toBe(0);
  const err = readFileSync(join(cwd, 'err.txt'), 'utf8');
  expect(err).not.toContain(ESCAPE);
  expect(err).not.toMatch(SPINNER);
});

testInTerminal.each([
  ['NO_COLOR', { NO_COLOR: '1' }],
  ['TERM=dumb', { TERM: 'dumb' }],
])('%s takes the colours away', (_name, env) => {
  const { code, screen } = inTerminal(`${shell} 2> /dev/null`, folderWithTable(), env);
  expect(code, screen.slice(0, 500)).toBe(0);
  expect(screen).not.toContain(ESCAPE);
});

testInTerminal('a terminal that does not know its width gets lines instead of a spinner', () => {
  const { code, screen } = inTerminal(shell, folderWithTable(), {}, 0);
  expect(code, screen.slice(0, 500)).toBe(0);
  expect(screen).not.toMatch(SPINNER);
  expect(screen).toMatch(/roc_auc/i);
});

test('without a terminal there is neither spinner nor escape, and nobody is asked', async () => {
  const cwd = folderWithTable();
  const ended = await mlx(TRAIN, { cwd });
  expect(ended.code).toBe(0);
  expect(`${ended.stdout}${ended.stderr}`).not.toContain(ESCAPE);
  expect(`${ended.stdout}${ended.stderr}`).not.toMatch(SPINNER);
  const asked = await mlx(['train', '--data', 'train.csv'], { cwd });
  expect(asked.code).toBe(2);
  expect(asked.stderr).toContain('--target');
  const quiet = await mlx([...TRAIN, '--quiet'], { cwd });
  expect(quiet).toMatchObject({ code: 0, stderr: '' });
});

test('a reader that goes away early is no failure', () => {
  const cwd = folderWithTable();
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', `'${process.execPath}' '${PROGRAM}' train --help | head -1; exit 0`],
    {
      cwd,
      encoding: 'utf8',
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
