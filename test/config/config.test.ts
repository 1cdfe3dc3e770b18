import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { overlaySettings } from '#mlx/cli/values.js';
import type { CommandSpec } from '#mlx/commands/command.js';
import { CONFIG_FILE, loadConfig } from '#mlx/config/load.js';
import { configJsonSchema } from '#mlx/config/schema.js';
import { SETTING_KEYS, SETTINGS, type SettingKey, variableName } from '#mlx/config/settings.js';
import { MlxError } from '#mlx/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'mlx-config-'));
const file = join(folder, CONFIG_FILE);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(file, { recursive: true, force: true }));

const write = (content: unknown): void =>
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));

function failure(work: () => unknown): MlxError {
  try {
    work();
  } catch (error) {
    if (error instanceof MlxError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('precedence', () => {
  const spec = { options: [{ flags: '--seed <n>', setting: 'training.seed' }] } as unknown as CommandSpec;

  it('flag > variable > file > default, each with its origin', () => {
    const env = { MLX_TRAINING_SEED: '3' };
    expect(loadConfig(folder, {}).settings['training.seed']).toEqual({
      value: 0,
      origin: 'default',
      source: null,
    });
    write({ training: { seed: 2 } });
    expect(loadConfig(folder, {}).settings['training.seed']).toEqual({
      value: 2,
      origin: 'file',
      source: file,
    });
    const { settings } = loadConfig(folder, env);
    expect(settings['training.seed']).toEqual({ value: 3, origin: 'variable', source: 'MLX_TRAINING_SEED' });
    expect(overlaySettings(spec, { seed: '4' }, settings)['training.seed']).toEqual({
      value: 4,
      origin: 'flag',
      source: '--seed',
    });
    expect(overlaySettings(spec, {}, settings)).toEqual(settings);
  });

  it('a number may have words in its place, in the file and in the variable', () => {
    const workers = (env: Record<string, string> = {}) =>
      loadConfig(folder, env).settings['serving.workers'].value;
    expect(workers()).toBe(1);
    write({ serving: { workers: 'auto' } });
    expect(workers()).toBe('auto');
    expect(workers({ MLX_SERVING_WORKERS: '4' })).toBe(4);
    const error = failure(() => workers({ MLX_SERVING_WORKERS: 'many' }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toBe(
      'MLX_SERVING_WORKERS takes a whole number from 1 to 256, or auto, not "many".',
    );
    expect(configJsonSchema()).toMatchObject({
      properties: {
        serving: {
          properties: {
            workers: { anyOf: [{ type: 'integer', minimum: 1, maximum: 256 }, { enum: ['auto'] }] },
          },
        },
      },
    });
  });

  it('an empty variable is as none', () => {
    write({ training: { seed: 2 } });
    expect(loadConfig(folder, { MLX_TRAINING_SEED: '' }).settings['training.seed'].value).toBe(2);
  });

  it('the nearest file above counts, or the one that is named', () => {
    write({ name: 'above' });
    const inner = join(folder, 'a', 'b');
    mkdirSync(inner, { recursive: true });
    expect(loadConfig(inner, {})).toMatchObject({ path: file, settings: { name: { value: 'above' } } });
    writeFileSync(join(inner, 'other.json'), '\uFEFF{"name": "named"}');
    expect(loadConfig(inner, {}, 'other.json').settings.name.value).toBe('named');
  });
});

describe('variables', () => {
  it.each([
    ['name', 'MLX_NAME'],
    ['data.testShare', 'MLX_DATA_TEST_SHARE'],
    ['serving.slowMs', 'MLX_SERVING_SLOW_MS'],
    ['registry.keepLatest', 'MLX_REGISTRY_KEEP_LATEST'],
  ])('%s is %s', (key, variable) => {
    expect(variableName(key)).toBe(variable);
  });

  it('no two settings share one', () => {
    expect(new Set(SETTING_KEYS.map(variableName)).size).toBe(SETTING_KEYS.length);
  });

  it.each([
    ['MLX_DATA_DROP', 'a, b,,c', 'data.drop', ['a', 'b', 'c']],
    [
      'MLX_TRAINING_PARAMS',
      'n_estimators=5,bootstrap=false',
      'training.params',
      { n_estimators: '5', bootstrap: 'false' },
    ],
    ['MLX_DRIFT_ALPHA', '1e-3', 'drift.alpha', 0.001],
    ['MLX_DATA_TIME_FORMATS', 'joined=dmy', 'data.timeFormats', { joined: 'dmy' }],
  ])('%s=%s', (variable, text, key, value) => {
    expect(loadConfig(folder, { [variable]: text }).settings[key as SettingKey].value).toEqual(value);
  });

  it.each([
    ['MLX_TRAINING_SEED', 'seven', /a whole number from 0 to 4294967295, not "seven"/],
    ['MLX_TRAINING_SEED', '1.5', /not 1.5/],
    ['MLX_DATA_SPLIT', 'half', /auto, random, stratified, tail/],
    ['MLX_DATA_TIME_FORMATS', 'joined=ymd', /iso, dmy, mdy, epoch/],
  ])('%s=%s is refused by name', (variable, text, reason) => {
    const error = failure(() => loadConfig(folder, { [variable]: text }));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(variable) });
    expect(error.message).toMatch(reason);
  });
});

describe('the file', () => {
  const wrong: readonly (readonly [unknown, RegExp, RegExp])[] = [
    [{ trainig: {} }, /Unknown setting "trainig"/, /mlx config/],
    [{ training: { sede: 1 } }, /Unknown setting "training.sede"/, /training\.seed/],
    [{ data: { testshare: 0.5 } }, /"data.testshare"/, /data\.testShare/],
    ['{"__proto__": {"name": 1}}', /Unknown setting "__proto__"/, /./],
    [{ training: { seed: '1' } }, /"training.seed" in .* takes a whole number .*, not "1"/, /Seed/],
    [{ training: 5 }, /"training" in .* must be an object/, /^/],
    [[], /The file in .* must be an object/, /^/],
    ['null', /must be an object/, /^/],
    [{ name: '' }, /takes a text/, /./],
    [{ data: { drop: 'id' } }, /a list of texts/, /./],
    [{ data: { drop: [1] } }, /a list of texts/, /./],
    [{ data: { timeFormats: { joined: 'ymd' } } }, /takes one of iso, dmy, mdy, epoch/, /./],
    [{ training: { params: { depth: [1] } } }, /takes an object of texts, numbers or booleans/, /./],
    [{ serving: { port: 70_000 } }, /from 0 to 65535, not 70000/, /./],
    [{ drift: { alpha: null } }, /not null/, /./],
    ['{"name": ', /is not JSON/, /mlx init/],
  ];

  it.each(wrong)('%j is refused with the place and the way out', (content, message, hint) => {
    write(content);
    const error = failure(() => loadConfig(folder, {}));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(file);
    expect(error.hint ?? '').toMatch(hint);
  });

  it('null stands for a setting without a value where there may be none', () => {
    write({ name: null, training: { workers: null } });
    expect(loadConfig(folder, {}).settings.name).toMatchObject({ value: null, origin: 'file' });
  });

  it('that is named and absent is FILE_NOT_FOUND', () => {
    expect(failure(() => loadConfig(folder, {}, 'none.json')).code).toBe('FILE_NOT_FOUND');
  });

  it('that cannot be read is not called bad JSON', () => {
    mkdirSync(file);
    expect(() => loadConfig(folder, {})).toThrow(/EISDIR/);
  });
});

describe('the JSON Schema', () => {
  interface Schema {
    readonly type?: string | readonly string[];
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly additionalProperties?: boolean | Schema;
    readonly enum?: readonly unknown[];
    readonly items?: Schema;
    readonly minimum?: number;
    readonly maximum?: number;
  }

  /** What JSON Schema says against a value, for the words that this schema uses. */
  function problems(schema: Schema, value: unknown, path = ''): string[] {
    const types = [schema.type ?? []].flat();
    const found = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    const fits = types.includes(found) || (types.includes('integer') && Number.isInteger(value));
    if (types.length > 0 && !fits) return [`${path} is ${found}`];
    if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${path} is none of its values`];
    if (typeof value === 'number')
      return value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)
        ? [`${path} range`]
        : [];
    if (Array.isArray(value)) return value.flatMap((item) => problems(schema.items ?? {}, item, path));
    if (found !== 'object') return [];
    return Object.entries(value as object).flatMap(([name, item]) => {
      const inner = schema.properties?.[name] ?? schema.additionalProperties;
      if (inner === false) return [`${path}.${name} is unknown`];
      return typeof inner === 'object' ? problems(inner, item, `${path}.${name}`) : [];
    });
  }

  const schema = configJsonSchema() as Schema;
  const example: unknown = JSON.parse(
    readFileSync(new URL('../../mlops.config.example.json', import.meta.url), 'utf8'),
  );

  it('accepts the example, and so does mlx', () => {
    expect(problems(schema, example)).toEqual([]);
    write(example);
    expect(loadConfig(folder, {}).settings.name.value).toBe('churn');
  });

  it.each([
    [{ nmae: 'x' }],
    [{ training: { seed: 1.5 } }],
    [{ data: { split: 'half' } }],
    [{ data: { timeFormats: { joined: 'ymd' } } }],
    [{ serving: { port: -1 } }],
  ])('refuses %j, as mlx does', (content) => {
    expect(problems(schema, content)).not.toEqual([]);
    write(content);
    expect(failure(() => loadConfig(folder, {})).code).toBe('CONFIG_INVALID');
  });

  it('every default fits its own setting', () => {
    for (const key of SETTING_KEYS) {
      const leaf = key
        .split('.')
        .reduce<Schema | undefined>((node, part) => node?.properties?.[part], schema);
      expect(problems(leaf as Schema, SETTINGS[key].default, key)).toEqual([]);
    }
  });
});
