import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { type SplitOptions, splitRows } from '#mlx/data/split.js';

const base: SplitOptions = { testShare: 0.25, seed: 1, method: 'random' };

it('every row is in one part, in order, and as many are held out as the share says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 1, 2, Number.NaN), { minLength: 2, maxLength: 80 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer(),
      fc.constantFrom('random', 'stratified', 'tail' as const),
      (labels, testShare, seed, method) => {
        const classes = Float64Array.from(labels);
        const { train, test } = splitRows(labels.length, { testShare, seed, method, classes });
        expect([...train]).toEqual([...train].sort((a, b) => a - b));
        expect([...train, ...test].sort((a, b) => a - b)).toEqual(labels.map((_, row) => row));
        const held = Math.round(labels.length * testShare);
        const isWhole = testShare === 0 || testShare === 1;
        expect(test.length).toBe(isWhole ? held : Math.min(Math.max(held, 1), labels.length - 1));
      },
    ),
  );
});

it('the seed decides, and nothing else', () => {
  expect(splitRows(100, base)).toEqual(splitRows(100, base));
  expect(splitRows(100, base)).not.toEqual(splitRows(100, { ...base, seed: 2 }));
});

it('a stratified split keeps the share of each class and leaves rare ones something to learn from', () => {
  const classes = Float64Array.from({ length: 1000 }, (_, i) => (i < 900 ? 0 : i < 998 ? 1 : 2));
  const { test } = splitRows(1000, { ...base, method: 'stratified', classes });
  const count = (label: number) => [...test].filter((row) => classes[row] === label).length;
  expect([count(0), count(1), count(2)]).toEqual([225, 24, 1]);
});

it('every class is left in the part to train on, as long as there is room for all', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 30 }),
      fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      (labels, testShare) => {
        const classes = Float64Array.from(labels);
        const { train } = splitRows(labels.length, { testShare, seed: 3, method: 'stratified', classes });
        const kept = new Set([...train].map((row) => labels[row])).size;
        expect(kept).toBe(Math.min(new Set(labels).size, train.length));
      },
    ),
    { numRuns: 500 },
  );
});

it('the tail is the last rows', () => {
  expect([...splitRows(8, { ...base, method: 'tail' }).test]).toEqual([6, 7]);
});

test.each([
  [0, 0.5, 0],
  [1, 0.5, 1],
  [2, 0.01, 1],
  [2, 0.99, 1],
  [10, 0, 0],
  [10, 1, 10],
])('%d rows at a share of %d hold out %d', (rows, testShare, held) => {
  expect(splitRows(rows, { ...base, testShare }).test.length).toBe(held);
});

it('a share that is none is refused', () => {
  expect(() => splitRows(5, { ...base, testShare: 1.5 })).toThrow(RangeError);
  expect(() => splitRows(5, { ...base, testShare: Number.NaN })).toThrow(RangeError);
  expect(() => splitRows(5, { ...base, method: 'stratified' })).toThrow(/needs the classes/);
});
