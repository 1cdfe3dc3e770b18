import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';
import { REPOSITORY } from './program.js';

const SHARED = join(REPOSITORY, '..', 'shared', 'data');

/** Where a table of the shared data is; undefined in a plain clone. */
export function sharedTable(name: string): string | undefined {
  const path = join(SHARED, name);
  return existsSync(path) ? path : undefined;
}

/** `test`, or a skipped test with the reason printed. */
export function testUnless(reason: string | undefined): typeof test {
  if (reason === undefined) return test;
  console.log(`skipped: ${reason}`);
  return test.skip as typeof test;
}

/** Tests on real data, which a plain clone does not have. */
export function testWithShared(...names: readonly string[]): typeof test {
  const absent = names.filter((name) => sharedTable(name) === undefined);
  return testUnless(absent.length === 0 ? undefined : `${absent.join(', ')} not found in ../shared/data`);
}

export const INCOME_COLUMNS = [
  'age',
  'workclass',
  'fnlwgt',
  'education',
  'education_num',
  'marital_status',
  'occupation',
  'relationship',
  'race',
  'sex',
  'capital_gain',
  'capital_loss',
  'hours_per_week',
  'native_country',
];

/** Lines of the adult table, header first: the real one where it is, else made up in its form. */
export function incomeLines(rows: number, part: 'train' | 'test' = 'train'): string[] {
  const path = sharedTable(`adult_${part}.csv`);
  if (path === undefined) return madeUpLines(rows, part === 'train' ? 1 : 2);
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, rows + 1);
}

/** Writes the first rows of the adult table to a file; gives its path. */
export function incomeFile(
  folder: string,
  name: string,
  rows: number,
  part: 'train' | 'test' = 'train',
): string {
  const path = join(folder, name);
  writeFileSync(path, `${incomeLines(rows, part).join('\n')}\n`);
  return path;
}

function madeUpLines(rows: number, seed: number): string[] {
  const random = createRandom(seed);
  const pick = (...levels: readonly string[]): string => levels[random.int(levels.length)] as string;
  const line = (): string => {
    const age = 17 + random.int(60);
    const years = 1 + random.int(16);
    const hours = 10 + random.int(60);
    const chance = 1 / (1 + Math.exp(6 - 0.03 * age - 0.25 * years - 0.02 * hours));
    return [
      age,
      pick('Private', 'State-gov', 'Self-emp', ''),
      20_000 + random.int(400_000),
      pick('Bachelors', 'HS-grad', 'Masters', '11th'),
      years,
      pick('Never-married', 'Married-civ-spouse', 'Divorced'),
      pick('Sales', 'Craft-repair', 'Adm-clerical', ''),
      pick('Husband', 'Wife', 'Not-in-family'),
      pick('White', 'Black', 'Other'),
      pick('Male', 'Female'),
      random.int(10) === 0 ? random.int(10_000) : 0,
      random.int(20) === 0 ? random.int(2000) : 0,
      hours,
      pick('United-States', 'Mexico', ''),
      random.next() < chance ? '>50K' : '<=50K',
    ].join(',');
  };
  return [[...INCOME_COLUMNS, 'income'].join(','), ...Array.from({ length: rows }, line)];
}

/** One row of the adult table as JSON: numbers as numbers, empty cells as null. */
export function incomeRecords(lines: readonly string[]): Record<string, string | number | null>[] {
  const [header = '', ...rows] = lines;
  const names = header.split(',');
  return rows
    .filter((line) => line !== '')
    .map((line) => {
      const cells = line.split(',');
      const entries = names.map((name, column) => [name, jsonCell(name, cells[column] ?? '')] as const);
      return Object.fromEntries(entries.filter(([name]) => name !== 'income'));
    });
}

const NUMBERS = new Set(['age', 'fnlwgt', 'education_num', 'capital_gain', 'capital_loss', 'hours_per_week']);

function jsonCell(name: string, text: string): string | number | null {
  if (text === '') return null;
  return NUMBERS.has(name) ? Number(text) : text;
}
