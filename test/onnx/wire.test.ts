import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BYTES, FIXED32, readFields, readText, VARINT, WireWriter } from '#mlx/onnx/wire.js';

/** A varint as BigInt, by its definition. */
function decode(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte, index) => sum | (BigInt(byte & 127) << BigInt(7 * index)), 0n);
}

const aSafeInteger = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 31), -(2 ** 53) + 1),
);

describe('integers', () => {
  it('are written as Protocol Buffers has them: negative ones in ten bytes of two’s complement', () => {
    fc.assert(
      fc.property(aSafeInteger, (value) => {
        const writer = new WireWriter();
        writer.varintField(1, value);
        const [tag, ...body] = writer.finish();
        expect(tag).toBe(8);
        expect(BigInt.asIntN(64, decode(Uint8Array.from(body)))).toBe(BigInt(value));
        if (value < 0) expect(body).toHaveLength(10);
      }),
    );
  });

  it('come back as they were written, up to 2^53', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 1000 }), (value, field) => {
        const writer = new WireWriter();
        writer.varintField(field, value);
        expect([...readFields(writer.finish())]).toMatchObject([{ field, type: VARINT, value }]);
      }),
    );
  });
});

it('fields of every kind come back in order, also when a message nests another', () => {
  const writer = new WireWriter();
  writer.stringField(1, 'naïve 😀');
  writer.floatField(2, 0.1);
  writer.messageField(3, (inner) => inner.varintField(7, 300));
  writer.packedVarints(4, [1, 300, -1]);
  writer.packedFloats(5, [1.5, -2]);
  const [text, float, message, integers, floats] = [...readFields(writer.finish())];
  expect(readText(text?.bytes as Uint8Array)).toBe('naïve 😀');
  expect(float).toMatchObject({
    field: 2,
    type: FIXED32,
    bytes: new Uint8Array(Float32Array.of(0.1).buffer),
  });
  expect([...readFields(message?.bytes as Uint8Array)]).toMatchObject([{ field: 7, value: 300 }]);
  expect(integers).toMatchObject({ field: 4, type: BYTES });
  expect(integers?.bytes).toEqual(Uint8Array.of(1, 172, 2, ...Array(9).fill(255), 1));
  expect(floats?.bytes).toEqual(new Uint8Array(Float32Array.of(1.5, -2).buffer));
});

it('a message larger than the first buffer is whole', () => {
  const writer = new WireWriter();
  const texts = Array.from({ length: 500 }, (_, index) => `text ${index}`);
  for (const text of texts) writer.stringField(1, text);
  expect([...readFields(writer.finish())].map(({ bytes }) => readText(bytes))).toEqual(texts);
});

it.each([
  ['a number that never ends', [8, 255, 255]],
  ['a number of eleven bytes', [8, ...Array(11).fill(255), 1]],
  ['a field longer than the rest', [10, 5, 1, 2]],
  ['field number 0', [0, 1]],
  ['a wire type that is not used any more', [11]],
  ['half a fixed32', [13, 0, 0]],
])('%s is refused', (_, bytes) => {
  expect(() => [...readFields(Uint8Array.from(bytes))]).toThrow(RangeError);
});
