import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnSchema } from '#mlx/data/schema.js';
import { parseJsonBody } from '#mlx/serving/body.js';
import { type Row, RowDecoder } from '#mlx/serving/decode.js';
import { QuickRowReader } from '#mlx/serving/quick-row.js';

const columns = [
  { name: 'age', type: 'number' },
  { name: 'the "city"', type: 'category' },
  { name: 'rooms', type: 'integer' },
  { name: 'member', type: 'boolean' },
  { name: 'since', type: 'time' },
] as unknown as readonly ColumnSchema[];
const good = { age: 41.5, 'the "city"': ' Oslo ', rooms: -3, member: true, since: '2024-02-29' };

const quick = (text: string): Row | undefined => new QuickRowReader(columns).read(Buffer.from(text));

/** What the full decoder makes of a body that has features and nothing else; undefined where it refuses. */
function full(text: string): Row | undefined {
  try {
    const body = parseJsonBody(Buffer.from(text)) as { features: unknown };
    return Object.keys(body).join() === 'features'
      ? new RowDecoder(columns).row(body.features, 'features')
      : undefined;
  } catch {
    return undefined;
  }
}

describe('the quick reader of rows', () => {
  it.each([
    ['named', JSON.stringify({ features: good })],
    ['in order', JSON.stringify({ features: Object.values(good) })],
    ['with spaces', '{ "features" : [ 1 , "a" , 2 , null , 3 ] } '],
    ['with missing values', '{"features":[null,"NA",null,"true",null]}'],
    ['with zeros', '{"features":[-0,"",0,false,0.0]}'],
  ])('reads a row as the full one does: %s', (_, text) => {
    expect(quick(text)).toBeDefined();
    expect(quick(text)).toEqual(full(text));
  });

  it.each([
    ['other fields', JSON.stringify({ features: good, user_id: 'u' })],
    ['another order', JSON.stringify({ features: Object.fromEntries(Object.entries(good).reverse()) })],
    ['more columns', '{"features":[1,"a",2,true,3,4]}'],
    ['fewer columns', '{"features":[1,"a",2,true]}'],
    ['a value of another type', '{"features":["1","a",2,true,3]}'],
    ['numbers that JSON does not have', '{"features":[01,"a",2,true,3]}'],
    ['numbers without digits', '{"features":[1.,"a",-,true,3]}'],
    ['powers of ten', '{"features":[1e3,"a",2,true,3]}'],
    ['long numbers', '{"features":[0.1234567890123456,"a",2,true,3]}'],
    ['escapes', '{"features":[1,"\\u0041",2,true,3]}'],
    ['letters beyond ASCII', '{"features":[1,"Tromsø",2,true,3]}'],
    ['control characters', '{"features":[1,"a\tb",2,true,3]}'],
    ['something behind the end', '{"features":[1,"a",2,true,3]}x'],
    ['a body cut short', '{"features":[1,"a'],
    ['nothing', ''],
  ])('leaves to the full one: %s', (_, text) => {
    expect(quick(text)).toBeUndefined();
  });

  it('reads every number as JSON.parse does', () => {
    const digits = fc.tuple(fc.integer({ min: -1e7, max: 1e7 }), fc.integer({ min: 0, max: 99_999_999 }));
    const texts = fc.oneof(
      digits.map(([whole, part]) => `${whole}.${part}`),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.integer().map(String),
    );
    let read = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const row = quick(`{"features":[${text},"a",2,true,3]}`);
        if (row === undefined) return;
        read++;
        expect(row[0]).toBe(JSON.parse(text));
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(1000);
  });

  it('never reads what the full one refuses, nor anything else than it', () => {
    const seed = Buffer.from(JSON.stringify({ features: good }));
    const list = Buffer.from(JSON.stringify({ features: Object.values(good) }));
    const change = fc.record({
      body: fc.constantFrom(seed, list),
      at: fc.nat(seed.length),
      cut: fc.nat(3),
      put: fc.string({ unit: fc.constantFrom(...'{}[]",:.-+0129eE \\tn\n'), maxLength: 3 }),
    });
    fc.assert(
      fc.property(change, ({ body, at, cut, put }) => {
        const text = `${body.toString('utf8', 0, at)}${put}${body.toString('utf8', at + cut)}`;
        const row = quick(text);
        if (row !== undefined) expect(row).toEqual(full(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('does not try again at once after a body that it could not read', () => {
    const reader = new QuickRowReader(columns);
    const body = Buffer.from(JSON.stringify({ features: good }));
    expect(reader.read(Buffer.from('{}'))).toBeUndefined();
    const tried = Array.from({ length: 100 }, () => reader.read(body) !== undefined);
    expect(tried[0]).toBe(false);
    expect(tried.at(-1)).toBe(true);
  });
});
