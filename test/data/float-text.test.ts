import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { FloatText } from '#mlx/data/float-text.js';

const text = new FloatText();
const written = (...values: number[]) => {
  text.floats(Float32Array.from(values), 0, values.length);
  return Buffer.from(text.take()).toString();
};

/** Significant digits of a decimal number. */
const digits = (decimal: string) =>
  decimal
    .replace(/e.*$/, '')
    .replaceAll(/^[-0.]+|\./g, '')
    .replace(/0+$/, '').length;

const anyFloat = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, min: -1000, max: 1000 }),
  fc
    .integer({ min: 0, max: 2 ** 31 })
    .map((bits) => new Float32Array(Uint32Array.of(bits).buffer)[0] as number),
  fc.integer({ min: -149, max: 127 }).map((exponent) => Math.fround(2 ** exponent)),
);

it('every float32 is written with the fewest digits that read back as the same float32, or as the whole number it is', () => {
  fc.assert(
    fc.property(
      anyFloat.filter((value) => Number.isFinite(value)),
      (value) => {
        const decimal = written(value);
        expect(Object.is(Math.fround(Number(decimal)), value)).toBe(true);
        if (Number.isInteger(value) && Math.abs(value) < 2 ** 30) {
          expect(decimal).toBe(Object.is(value, -0) ? '-0' : String(value));
          return;
        }
        const fewer = digits(decimal) - 1;
        if (fewer > 0) expect(Math.fround(Number(value.toPrecision(fewer)))).not.toBe(value);
      },
    ),
    { numRuns: 20_000 },
  );
});

test.each<[number, string]>([
  [0, '0'],
  [-0, '-0'],
  [1, '1'],
  [0.1, '0.1'],
  [-12.5, '-12.5'],
  [100, '100'],
  [999_999, '999999'],
  [16_777_216, '16777216'],
  [0.3333333, '0.3333333'],
  [1e-5, '0.00001'],
  [123_456.78, '123456.78'],
  [2 ** 29 + 64, '536870976'],
  [2 ** 30, '1073741800'],
  [0.999999, '0.999999'],
  [1e10, '10000000000'],
  [3e-20, '3e-20'],
  [3.4028234663852886e38, '3.4028235e+38'],
  [1e-45, '1e-45'],
  [Number.NaN, ''],
])('%d is written as %s', (value, expected) => {
  expect(written(value)).toBe(expected);
});

it('doubles are written as JavaScript does, whole numbers too; NaN writes nothing', () => {
  for (const value of [0, -0, 7, -7, 999_999_999, 1e9, 2 ** 53, 0.1, 1 / 3, 5e-324, 1e300, Number.NaN]) {
    text.double(value);
    const expected = Object.is(value, -0) ? '0' : String(value);
    expect(Buffer.from(text.take()).toString()).toBe(Number.isNaN(value) ? '' : expected);
  }
});
