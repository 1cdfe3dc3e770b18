import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profileTable } from '#mlx/data/profile/profile-table.js';
import type { Column } from '#mlx/data/table.js';
import { MAX_CARDS, profilePage } from '#mlx/reports/profile/profile-page.js';
import { createRandom } from '#mlx/stats/random.js';
import { type Cells, inferred, tableOf } from '../data/profile-tables.js';
import { parseMarkup } from './markup.js';

const TITLE = { title: 'table.csv', date: '2026-11-23' };

function pageOf(cells: Readonly<Record<string, Cells>>, target?: string): string {
  const { table, schema } = tableOf(cells);
  return profilePage(
    profileTable(table, schema, { seed: 1, ...(target === undefined ? {} : { target }) }),
    TITLE,
  );
}

/** Numbers with long names and a target of two classes: all that a card can hold. */
function wide(columns: number, rows: number): { columns: Column[]; target: string } {
  const random = createRandom(3);
  const target = 'a target whose name is rather long as well';
  const codes = Int32Array.from({ length: rows }, () => random.int(2));
  const numbers = Array.from({ length: columns - 1 }, (_, i) => ({
    kind: 'number' as const,
    name: `a column whose name is about sixty characters long, number ${i}`,
    values: Float64Array.from(codes, (code) => (random.normal() + code) * 1234.56789),
  }));
  const levels = ['the negative level of it', 'the positive level of it, told at length'];
  return { columns: [{ kind: 'string', name: target, codes, levels }, ...numbers], target };
}

function wideProfile(size: number, rows: number) {
  const { columns, target } = wide(size, rows);
  const { table, schema } = inferred(columns);
  return profileTable(table, schema, { seed: 1, target });
}

const rows = Array.from({ length: 120 }, (_, i) => i);
const every: Record<string, Cells> = {
  age: rows.map((i) => (i % 10 === 0 ? null : 20 + ((i * 7) % 50) + 0.5)),
  gain: rows.map((i) => (i % 9 === 0 ? 1000 * i : 0)),
  city: rows.map((i) => ['Rome', 'Oslo', 'Lima', null][i % 4] as string | null),
  when: rows.map((i) => `2024-01-${String((i % 28) + 1).padStart(2, '0')}`),
  class: rows.map((i) => ['a', 'b', 'c'][(i * i) % 3] as string),
  bought: rows.map((i) => (i % 3 === 0 ? 'yes' : 'no')),
};

describe('the page of a profile', () => {
  const page = pageOf(every, 'bought');
  const { elements, text } = parseMarkup(page);
  const having = (attribute: string) =>
    elements.flatMap(({ attributes }) => attributes.get(attribute)?.split(' ') ?? []);

  it('is well-formed, with ids that are unique and links and labels that lead to one', () => {
    const ids = having('id');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(having('aria-labelledby')));
    expect(ids).toEqual(expect.arrayContaining(having('href').map((href) => href.slice(1))));
    expect(having('href').every((href) => href.startsWith('#'))).toBe(true);
  });

  it('loads nothing, and lets no script run but its own', () => {
    expect(page).not.toMatch(/https?:|@import|url\(|<link|<img|<iframe|\ssrc=/);
    const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] as string;
    const hash = createHash('sha256').update(script).digest('base64');
    expect(page).toContain(`script-src &#39;sha256-${hash}&#39;`);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(having('onclick')).toEqual([]);
  });

  it('has a card and a row for every column, the target first', () => {
    const cards = elements.filter(
      ({ name, attributes }) => name === 'section' && attributes.get('class') === 'card',
    );
    expect(cards.map(({ attributes }) => attributes.get('data-find'))).toEqual(
      expect.arrayContaining(['age number', 'city category', 'gain integer', 'class category']),
    );
    expect(cards).toHaveLength(6);
    expect(cards[0]?.attributes.get('data-find')).toBe('bought category');
    expect(elements.filter(({ name, attributes }) => name === 'tr' && attributes.has('data-s'))).toHaveLength(
      6,
    );
  });

  it('says of every drawing what it shows, and of every table what its columns are', () => {
    const drawings = elements.filter(({ name }) => name === 'svg');
    expect(drawings).toHaveLength(3);
    expect(drawings.every(({ attributes }) => attributes.get('role') === 'img')).toBe(true);
    expect(elements.filter(({ name }) => name === 'desc')).toHaveLength(drawings.length);
    const headings = elements.filter(({ name }) => name === 'th');
    expect(headings.every(({ attributes }) => attributes.has('scope'))).toBe(true);
  });

  it('tells the figures and the target where a value is missing', () => {
    expect(text).toContain('120');
    expect(text).toContain('33.3 % are yes');
    expect(text).toContain('Where it is missing: bought = yes');
    expect(text).toContain('2026-11-23');
  });

  it('is the same for the same profile, and reads no clock', () => {
    expect(pageOf(every, 'bought')).toBe(page);
    const { table, schema } = tableOf(every);
    expect(profilePage(profileTable(table, schema, { seed: 1 }), { title: 'x' })).not.toMatch(
      /20[2-9]\d-\d\d-\d\d,/,
    );
  });

  it.each(['class', 'age', undefined])('is well-formed with the target %s', (target) => {
    expect(parseMarkup(pageOf(every, target)).elements.length).toBeGreaterThan(100);
  });

  it('shows times over the calendar, by hour and by day of the week', () => {
    const values = Float64Array.from({ length: 400 }, (_, i) => Date.UTC(2024, 0, 1) / 1000 + i * 7200);
    const codes = Int32Array.from(values, (_, i) => i % 3);
    const { table, schema } = inferred([
      { kind: 'time', name: 'when', values },
      { kind: 'string', name: 'y', codes, levels: ['a', 'b', 'c'] },
    ]);
    for (const target of ['y', undefined]) {
      const options = { seed: 1, ...(target === undefined ? {} : { target }) };
      const markup = parseMarkup(profilePage(profileTable(table, schema, options), TITLE));
      for (const part of [
        'when over time',
        'By hour (UTC)',
        'By day of the week',
        '2024-02-03 06:00:00 UTC',
        'Mon',
      ])
        expect(markup.text).toContain(part);
    }
  });

  it('draws nothing that is not a number', () => {
    for (const target of ['class', 'age', 'bought'])
      expect(pageOf(every, target)).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('a page of odd tables', () => {
  it.each<[string, Record<string, Cells>]>([
    ['a constant', { x: [2, 2, 2], y: [1, 2, 3] }],
    ['nothing but missing values', { x: [null, null], y: [null, null] }],
    ['one row', { x: [1.5], y: ['a'] }],
    ['no rows', { x: [] }],
    ['one level', { x: ['a', 'a'], y: ['a', 'b'] }],
    ['numbers at the ends of their range', { x: [-1.7e308, 1.7e308, 5e-324], y: ['a', 'b', 'a'] }],
  ])('with %s is well-formed', (_, cells) => {
    const page = pageOf(cells, Object.keys(cells).at(-1));
    expect(parseMarkup(page).text).toContain('table.csv');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('holds names and levels of any characters as text', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "'",
        '\u202Eevil',
        '__proto__',
        '</style>',
      ),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(nasty, { minLength: 2, maxLength: 4 }),
        fc.array(nasty, { minLength: 4 }),
        (names, levels) => {
          const cells = names.map((name, i) => [
            name,
            levels.map((level, row) => (i === 0 ? level : row * i + 0.5)),
          ]);
          const page = pageOf(Object.fromEntries(cells));
          const allowed = new Set(
            parseMarkup(pageOf({ a: ['x', 'y', 'x', 'z'], b: [0.5, 1.5, 2.5, 9] })).elements.map(
              ({ name }) => name,
            ),
          );
          for (const { name, attributes } of parseMarkup(page).elements) {
            expect([...allowed, 'ul', 'li', 'b']).toContain(name);
            for (const key of attributes.keys()) expect(key).not.toMatch(/^on/);
          }
          expect(page).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('cuts names of ten thousand characters', () => {
    const name = 'x'.repeat(10_000);
    expect(pageOf({ [name]: [1.5, 2, 3], [`${name}y`]: ['a', name, 'b'] }).length).toBeLessThan(60_000);
  });
});

describe('a page of a wide table', () => {
  it('stays under 2 MB with 200 columns that hold all they can', () => {
    const page = profilePage(wideProfile(200, 400), TITLE);
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
    expect(page.match(/<section class="card"/g)).toHaveLength(200);
  });

  it('shows the columns that go best with the target of 10,000, lists more, and says so', () => {
    const profile = wideProfile(10_000, 30);
    const page = profilePage(profile, TITLE);
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
    expect(page.match(/<section class="card"/g)).toHaveLength(MAX_CARDS);
    expect(parseMarkup(page).text).toContain('The table has 10,000 columns');
    expect(profile.columns).toHaveLength(10_000);
    const strengths = profile.columns.map(({ association }) => association?.strength ?? -1);
    const best = strengths.indexOf(Math.max(...strengths));
    expect(page).toContain(`<section class="card" id="c${best}"`);
  });
});
