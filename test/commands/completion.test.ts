import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_GROUPS, COMMANDS } from '#mlx/cli/commands.js';
import { longFlag } from '#mlx/cli/values.js';
import type { CompletionDocument } from '#mlx/commands/completion/run.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { mlx, mlxJson } from './mlx.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const scripts: Record<string, string> = {};

beforeAll(async () => {
  for (const shell of SHELLS) {
    const { code, stdout } = await mlx('.', ['completion', shell]);
    expect(code).toBe(0);
    scripts[shell] = stdout;
  }
});

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

/** Files that a completion may offer. */
function folderWithFiles(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'tables'));
  for (const name of ['train.csv', 'two words.csv']) writeFileSync(join(folder, name), '');
  return folder;
}

/** What bash offers for the last of the words. */
function completeInBash(words: readonly string[], cwd: string): string[] {
  const program = [
    scripts.bash,
    'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mlx',
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('\n');
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', program, 'test', ...words], {
    cwd,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe.skipIf(!isInstalled('bash'))('completion in bash', () => {
  const names = [
    ...COMMANDS.filter(({ path }) => path.length === 1).map(({ path }) => path[0] as string),
    ...COMMAND_GROUPS.map(({ name }) => name),
  ];

  it.each([
    [['mlx', ''], names],
    [['mlx', 'ru'], ['runs']],
    [['mlx', 'runs', 'li'], ['list']],
    [
      ['mlx', '--'],
      ['--help', '--version'],
    ],
    [['mlx', 'runs', 'list', '--so'], ['--sort']],
    [
      ['mlx', 'runs', 'list', '--format', ''],
      ['table', 'json', 'csv', 'md'],
    ],
    [['mlx', 'runs', 'list', '--format', 'j'], ['json']],
    [['mlx', 'runs', 'list', '--format', '=', 'j'], ['json']],
    [
      ['mlx', 'runs', 'list', '--format', '='],
      ['table', 'json', 'csv', 'md'],
    ],
    [['mlx', 'init', '--template', ''], ['docker']],
    [['mlx', 'train', '--algorithm', 'ml'], ['ml-random-forest']],
    [
      ['mlx', 'train', '--data', 't'],
      ['tables', 'train.csv', 'two words.csv'],
    ],
    [['mlx', 'train', '--data', '=', 'tr'], ['train.csv']],
    [['mlx', 'train', '--data', 'train.csv', '--data', 'two'], ['two words.csv']],
    [
      ['mlx', 'predict', '--input-format', 'j'],
      ['json', 'jsonl'],
    ],
    [['mlx', 'train', '--encoding', 'w'], ['windows-1252']],
    [['mlx', 'train', '--store', 't'], ['tables']],
    [['mlx', 'train', '--target', ''], []],
    [['mlx', 'train', '--time-format', ''], []],
    // `runs` is the value of --target here, not a command.
    [['mlx', 'train', '--target', 'runs', '--alg'], ['--algorithm']],
    [['mlx', 'nonsense', '--'], []],
  ])('offers for %j: %j', (words, expected) => {
    expect(completeInBash(words, folderWithFiles()).sort()).toEqual([...expected].sort());
  });

  it('offers every option of every command', () => {
    for (const { path, options = [], list } of COMMANDS) {
      const offered = completeInBash(['mlx', ...path, '--'], '.');
      const own = [...options.map(longFlag), ...(list === true ? ['--format'] : [])];
      expect(offered, path.join(' ')).toEqual(
        expect.arrayContaining([...own, '--json', '--store', '--help']),
      );
    }
  });
});

describe('mlx completion', () => {
  it.each(SHELLS)('prints a script that %s can read', (shell) => {
    const script = scripts[shell] as string;
    if (isInstalled(shell)) {
      const path = join(temporaryFolder(), 'script');
      writeFileSync(path, script);
      const { status, stderr } = spawnSync(shell, ['-n', path], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    }
    for (const { path } of COMMANDS) expect(script).toContain(path.at(-1));
    expect(script).toContain('docker');
  });

  it.skipIf(!isInstalled('fish'))('offers in fish what it offers in bash', () => {
    const complete = (line: string): string[] => {
      const { stdout } = spawnSync('fish', ['--no-config', '-c', `${scripts.fish}\ncomplete -C '${line}'`], {
        cwd: folderWithFiles(),
        encoding: 'utf8',
      });
      return stdout.split('\n').flatMap((entry) => (entry === '' ? [] : [entry.split('\t')[0] as string]));
    };
    expect(complete('mlx ru')).toEqual(['runs']);
    expect(complete('mlx runs li')).toEqual(['list']);
    expect(complete('mlx runs list --format j')).toEqual(['json']);
    expect(complete('mlx train --target runs --alg')).toEqual(['--algorithm']);
    expect(complete('mlx train --data tr')).toEqual(['train.csv']);
  });

  it('gives one document with --json', async () => {
    const { document } = await mlxJson<CompletionDocument>('.', ['completion', 'fish']);
    expect(document.shell).toBe('fish');
    expect(`${document.script.trimEnd()}\n`).toBe(scripts.fish);
  });

  it('refuses a shell that it does not know', async () => {
    const { code, stdout, stderr } = await mlx('.', ['completion', 'tcsh']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Choose one of: bash, zsh, fish.');
  });
});
