import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonSyntaxError, parseLooseJson } from '#mlx/serving/loose-json.js';
import { floatText } from '#mlx/serving/pretty-json.js';

describe('JSON with NaN and infinities', () => {
  it.each([
    ['[NaN, Infinity, -Infinity, Inf, -Inf]', [NaN, Infinity, -Infinity, Infinity, -Infinity]],
    ['{"a":[1,-2.5e3,{"b":NaN}],"c":"NaN \\u00e9 \\" é"}', { a: [1, -2500, { b: NaN }], c: 'NaN é " é' }],
    [
      '{"a":NaN,"b":{},"c":[],"d":[[]],"e":true,"f":false,"g":null}',
      { a: NaN, b: {}, c: [], d: [[]], e: true, f: false, g: null },
    ],
    ['{"a":1} rest', { a: 1 }],
    ['NaN', NaN],
  ])('reads %s', (text, value) => {
    expect(parseLooseJson(text)).toEqual(value);
  });

  it('reads whatever JSON.parse reads, with its own parser too', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseLooseJson(`[NaN,${text}]`)).toEqual([NaN, JSON.parse(text)]);
      }),
    );
  });

  it('keeps __proto__ a name like any other', () => {
    const read = parseLooseJson('{"x":NaN,"__proto__":{"admin":true}}') as Record<string, unknown>;
    expect(Object.keys(read)).toEqual(['x', '__proto__']);
    expect(read.admin).toBeUndefined();
  });

  it('needs no stack for deep nesting', () => {
    const depth = 500_000;
    expect(() => parseLooseJson(`${'['.repeat(depth)}NaN${']'.repeat(depth)}`)).not.toThrow();
  });

  it.each([
    ['  ', 'The document is empty.', 2],
    ['{1:2}', 'Missing a name for object member.', 1],
    ['{"é" 1}', 'Missing a colon after a name of object member.', 6],
    ['{"a":1 "b":2}', 'Missing a comma or } after an object member.', 7],
    ['[1 2]', 'Missing a comma or ] after an array element.', 3],
    ['[1,]', 'Invalid value.', 3],
    ['["a', 'Missing a closing quotation mark in string.', 3],
    ['["a\\x"]', 'Invalid escape character in string.', 3],
    ['["\\u12g4"]', 'Incorrect hex digit after \\u escape in string.', 2],
    ['["a\nb"]', 'Invalid encoding in string.', 3],
    ['[1.]', 'Miss fraction part in number.', 3],
    ['[1e]', 'Miss exponent in number.', 3],
    ['[NaN,1e999]', 'Number too big to be stored in double.', 5],
  ])('refuses %j', (text, message, offset) => {
    const error = catchError(() => parseLooseJson(text));
    expect([error.message, error.offset]).toEqual([message, offset]);
  });
});

function catchError(work: () => unknown): JsonSyntaxError {
  try {
    work();
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
  throw new Error('it did not throw');
}

describe('numbers as TensorFlow Serving prints them', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-10, '-10.0'],
    [0.1, '0.1'],
    [0.2, '0.2'],
    [1 / 3, '0.333333343'],
    [123456, '123456.0'],
    [9_000_000, '9e+06'],
    [0.00003, '3e-05'],
    [0.0001, '0.0001'],
    [16_777_217, '16777216.0'],
    [1.5e-10, '1.5e-10'],
    [3.4028234663852886e38, '3.40282347e+38'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('%d is %s', (value, text) => {
    expect(floatText(value)).toBe(text);
  });

  it('reads back as the same float', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(Math.fround(Number(floatText(value))), value)).toBe(true);
      }),
    );
  });
});
