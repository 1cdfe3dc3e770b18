import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConfigDocument } from '#mlx/commands/config/run.js';
import { SETTING_KEYS } from '#mlx/config/settings.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { mlx, mlxJson } from './mlx.js';

const CONFIG = { name: 'churn', data: { target: 'left', drop: ['id'] }, serving: { port: 9000 } };

function projectFolder(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'mlops.config.json'), JSON.stringify(CONFIG));
  return folder;
}

async function settingsIn(
  folder: string,
  args: readonly string[],
  env = {},
): Promise<ConfigDocument['settings']> {
  const { code, document } = await mlxJson<ConfigDocument>(folder, ['config', ...args], env);
  expect(code).toBe(0);
  return document.settings;
}

describe('mlx config', () => {
  it('shows every setting', async () => {
    const settings = await settingsIn(temporaryFolder(), []);
    expect(settings.map(({ key }) => key)).toEqual(SETTING_KEYS);
    expect(new Set(settings.map(({ origin }) => origin))).toEqual(new Set(['default']));
  });

  it('says where each value comes from: variable over file over default', async () => {
    const folder = projectFolder();
    const inside = join(folder, 'inside');
    mkdirSync(inside);
    const settings = await settingsIn(inside, [], { MLX_DATA_TARGET: 'age' });
    const about = (key: string) => settings.find((setting) => setting.key === key);
    const path = join(folder, 'mlops.config.json');
    expect(about('data.target')).toMatchObject({
      value: 'age',
      origin: 'variable',
      source: 'MLX_DATA_TARGET',
    });
    expect(about('data.drop')).toMatchObject({ value: ['id'], origin: 'file', source: path });
    expect(about('serving.port')).toMatchObject({ value: 9000, origin: 'file', default: 8080 });
    expect(about('serving.host')).toMatchObject({ value: '127.0.0.1', origin: 'default', source: null });
  });

  it.each([
    ['data', SETTING_KEYS.filter((key) => key.startsWith('data.'))],
    ['serving.port', ['serving.port']],
    ['', SETTING_KEYS],
  ])('filters by the beginning of a key: %j', async (key, expected) => {
    const settings = await settingsIn(temporaryFolder(), [key]);
    expect(settings.map((setting) => setting.key)).toEqual(expected);
  });

  it('suggests the setting that was meant', async () => {
    const { code, stderr } = await mlx(temporaryFolder(), ['config', 'serving.prot']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean "serving.port"?');
  });

  it('prints a table, CSV or Markdown', async () => {
    const folder = projectFolder();
    const [table, csv, markdown] = await Promise.all(
      ['table', 'csv', 'md'].map((format) => mlx(folder, ['config', 'data.d', '--format', format])),
    );
    const path = join(folder, 'mlops.config.json');
    expect(table?.stdout).toMatch(/^setting +value +from +source\n(?:.*\n)?data\.drop +\["id"\] {2}file/);
    expect(csv?.stdout).toMatch(/^setting,value,from,source\n/);
    expect(csv?.stdout).toContain(`\ndata.drop,"[""id""]",file,${path}\n`);
    expect(markdown?.stdout).toContain(`| data.drop | ["id"] | file | ${path} |`);
  });
});
