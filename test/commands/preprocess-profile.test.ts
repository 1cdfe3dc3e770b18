import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PreprocessDocument } from '#mlx/commands/preprocess/document.js';
import type { TableProfile } from '#mlx/data/profile/table-profile.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { mlx, mlxJson } from './mlx.js';

function folderWithTable(): string {
  const folder = temporaryFolder();
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i * 1.5},${i % 4 === 0 ? 'yes' : 'no'},${i % 3 === 0 ? '' : 'Rome'}`,
  );
  writeFileSync(join(folder, 'table.csv'), ['age,bought,city', ...rows, ''].join('\n'));
  return folder;
}

describe('mlx preprocess --profile', () => {
  it('writes JSON that says of every column what it holds, and names the file', async () => {
    const folder = folderWithTable();
    const args = ['preprocess', '--data', 'table.csv', '--target', 'bought', '--profile', 'profile.json'];
    const { code, document } = await mlxJson<PreprocessDocument>(folder, args);
    expect([code, document.profile]).toEqual([0, 'profile.json']);
    const profile = JSON.parse(readFileSync(join(folder, 'profile.json'), 'utf8')) as TableProfile;
    expect(profile).toMatchObject({ rows: 40, target: { positive: 'yes', mean: 0.25 } });
    expect(profile.columns.map(({ name, missing }) => [name, missing])).toEqual([
      ['age', 0],
      ['bought', 0],
      ['city', 14],
    ]);
  });

  it('writes a page, and says where', async () => {
    const folder = folderWithTable();
    const { code, stdout } = await mlx(folder, [
      'preprocess',
      '--data',
      'table.csv',
      '--profile',
      'page.html',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('profile written to page.html');
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toMatch(
      /^<!doctype html>[\s\S]*<bdi>table\.csv<\/bdi>/,
    );
  });

  it('refuses another ending before it reads anything, and leaves nothing behind', async () => {
    const folder = folderWithTable();
    const { code, stderr } = await mlx(folder, ['preprocess', '--data', 'gone.csv', '--profile', 'page.pdf']);
    expect(code).toBe(2);
    expect(stderr).toContain('.html or .json');
    expect(existsSync(join(folder, 'page.pdf'))).toBe(false);
    expect(readdirSync(folder)).toEqual(['table.csv']);
  });
});
