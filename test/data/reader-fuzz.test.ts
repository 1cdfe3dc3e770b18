import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TEXT_ENCODINGS } from '#mlx/data/encoding.js';
import type { FileFormat } from '#mlx/data/file-format.js';
import { readTable } from '#mlx/data/read.js';
import { parseSchemaText } from '#mlx/data/schema-file-parse.js';
import { MlxError } from '#mlx/errors.js';
import { type Change, changed, changes } from '../mutations.js';
import { temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();

const RUNS = { numRuns: 60 };

/** Reads to an end, good or bad, but never to one that nobody has thought of. @returns whether it was good */
async function ends(bytes: Uint8Array, options: Parameters<typeof readTable>[1]): Promise<boolean> {
  try {
    await readTable(put(bytes, 'fuzz'), { workers: 0, ...options });
    return true;
  } catch (thrown) {
    if (!(thrown instanceof MlxError) || thrown.code === 'INTERNAL') throw thrown;
    expect(thrown.message).toMatch(/\S/);
    return false;
  }
}

/** A good file damaged here and there, or no file at all. */
function damaged(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const one = changes(good.length).map((list: readonly Change[]) => changed(good, list));
  return fc.oneof({ weight: 9, arbitrary: one }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) });
}

const ROWS = Array.from({ length: 30 }, (_, i) => ({
  a: i / 4,
  b: `é😀${i % 3}`,
  c: i % 2 === 0,
  d: i % 3 === 0 ? null : -1.5e-3 * i,
  when: `2024-01-0${1 + (i % 9)}T10:00:00Z`,
}));
const JSON_LINES = Buffer.from(ROWS.map((row) => `${JSON.stringify(row)}\n`).join(''));
const JSON_ARRAY = Buffer.from(JSON.stringify(ROWS, null, 1));
const CSV = `a,b,when\n${ROWS.map(({ a, b, when }) => `${a},"${b}\n",${when}\n`).join('')}`;
const UTF16 = Buffer.from(`\ufeff${CSV}`, 'utf16le');
const LATIN1 = Buffer.from(CSV.replaceAll('😀', 'ß'), 'latin1');

const chunkBytes = fc.option(fc.integer({ min: 16, max: 200 }), { nil: undefined });

describe('a damaged file is read or refused', () => {
  it.each<[string, Uint8Array, FileFormat, (typeof TEXT_ENCODINGS)[number]]>([
    ['JSON lines', JSON_LINES, 'jsonl', 'auto'],
    ['a JSON array', JSON_ARRAY, 'json', 'auto'],
    ['JSON in gzip', gzipSync(JSON_LINES), 'jsonl', 'auto'],
    ['UTF-16', UTF16, 'csv', 'auto'],
    ['UTF-16, big-endian', Buffer.from(UTF16).swap16(), 'csv', 'utf-16be'],
    ['Latin-1', LATIN1, 'csv', 'latin1'],
    ['gzip', gzipSync(CSV), 'csv', 'auto'],
  ])('%s', async (_what, good, format, encoding) => {
    expect(await ends(good, { format, encoding })).toBe(true);
    await fc.assert(
      fc.asyncProperty(damaged(good), chunkBytes, async (bytes, chunk) => {
        await ends(bytes, { format, encoding, chunkBytes: chunk });
      }),
      RUNS,
    );
  });

  it('whatever it is said to be', async () => {
    const anything = fc.oneof(
      damaged(JSON_LINES),
      damaged(UTF16),
      damaged(gzipSync(CSV)),
      damaged(Buffer.from(CSV)),
    );
    const formats = fc.constantFrom<FileFormat | 'auto'>('auto', 'csv', 'jsonl', 'json', 'parquet');
    await fc.assert(
      fc.asyncProperty(
        anything,
        formats,
        fc.constantFrom(...TEXT_ENCODINGS),
        async (bytes, format, encoding) => {
          await ends(bytes, { format, encoding });
        },
      ),
      RUNS,
    );
  });

  it.each([
    ['gzip', gzipSync(CSV)],
    ['gzip of JSON lines', gzipSync(JSON_LINES)],
  ])('%s that is cut short is never taken for the whole', async (_what, good) => {
    for (let length = 11; length < good.length; length += 19) {
      expect(await ends(good.subarray(0, length), {}), `${length} bytes`).toBe(false);
    }
  });

  it('nesting without an end is refused and not followed', async () => {
    for (const open of ['[', '{"a":', '[{"a":[']) {
      expect(await ends(Buffer.from(open.repeat(200_000)), { format: 'json' })).toBe(false);
      expect(await ends(Buffer.from(open.repeat(200_000)), { format: 'jsonl' })).toBe(false);
    }
  });
});

describe('a damaged schema file is understood or refused with its places', () => {
  const good = {
    version: 1,
    columns: [
      { name: 'a', type: 'number', role: 'feature', min: 0, max: 9, required: true, max_missing: 0.5 },
      { name: 'b', type: 'category', role: 'target', levels: ['x', 'y'], allow_unseen: false },
      {
        name: 'when',
        type: 'time',
        role: 'time',
        time_format: 'iso',
        min: '2020-01-01T00:00:00Z',
        unique: true,
      },
      { name: 'id', type: 'identifier', role: 'ignore', reason: 'no use' },
    ],
  };
  const outcome = (text: string): unknown => {
    try {
      return parseSchemaText(text, 'schema.json');
    } catch (thrown) {
      if (!(thrown instanceof MlxError)) throw thrown;
      expect(thrown.code).toBe('SCHEMA_INVALID');
      expect(thrown.message).toContain('schema.json');
      return undefined;
    }
  };

  it('byte by byte', () => {
    const text = Buffer.from(JSON.stringify(good));
    expect(outcome(text.toString())).toBeDefined();
    fc.assert(
      fc.property(damaged(text), (bytes) => {
        outcome(Buffer.from(bytes).toString());
      }),
      { numRuns: 1000 },
    );
  });

  it('value by value', () => {
    const keys = [
      ...new Set(good.columns.flatMap((column) => Object.keys(column))),
      '__proto__',
      'constructor',
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('number', 'time', 'feature', 1e308, -0),
    );
    const entry = fc.dictionary(fc.constantFrom(...keys), value);
    const file = fc.record({
      version: fc.oneof(
        { weight: 5, arbitrary: fc.constant(1 as unknown) },
        { weight: 1, arbitrary: fc.jsonValue() },
      ),
      columns: fc.oneof(
        fc.array(fc.oneof(entry, fc.constantFrom(...good.columns)), { maxLength: 4 }),
        fc.jsonValue(),
      ),
    });
    fc.assert(
      fc.property(file, (given) => {
        outcome(JSON.stringify(given));
      }),
      { numRuns: 800 },
    );
  });
});
