import { isAscii, isUtf8 } from 'node:buffer';
import { invalidField } from '../decode.js';
import type { Datatype, NumericType, OutputTensor } from './tensor.js';

const LENGTH_BYTES = 4;
const TWO_32 = 2 ** 32;
const REPLACEMENT = '\ufffd';

type Numbers =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** Little-endian numbers without padding, as the binary tensor extension has them; 64-bit integers become doubles. */
export function readNumbers(bytes: Buffer, datatype: NumericType): Numbers {
  // A body's tensors begin anywhere; views of more than one byte must be aligned.
  const memory = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  switch (datatype) {
    case 'FP64':
      return new Float64Array(memory);
    case 'FP32':
      return new Float32Array(memory);
    case 'INT32':
      return new Int32Array(memory);
    case 'UINT32':
      return new Uint32Array(memory);
    case 'INT16':
      return new Int16Array(memory);
    case 'UINT16':
      return new Uint16Array(memory);
    case 'INT8':
      return new Int8Array(memory);
    case 'UINT8':
      return new Uint8Array(memory);
    case 'INT64':
      return wideIntegers(new Int32Array(memory), new Uint32Array(memory));
    case 'UINT64':
      return wideIntegers(new Uint32Array(memory), new Uint32Array(memory));
    case 'FP16':
      return Float32Array.from(new Uint16Array(memory), halfFloat);
    case 'BF16':
      return new Float32Array(Uint32Array.from(new Uint16Array(memory), (bits) => bits << 16).buffer);
  }
}

/** @param high,low the same memory, read signed or not and unsigned */
function wideIntegers(high: Int32Array | Uint32Array, low: Uint32Array): Float64Array {
  const values = new Float64Array(low.length >> 1);
  for (let index = 0; index < values.length; index++)
    values[index] = (high[2 * index + 1] as number) * TWO_32 + (low[2 * index] as number);
  return values;
}

/** An IEEE 754 half: sign, five bits of exponent, ten of fraction. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Texts, each after its length in four bytes.
 * @throws MlxError REQUEST_INVALID when lengths and bytes do not add up to `count` texts, or one is not UTF-8
 */
export function readTexts(bytes: Buffer, count: number, field: string): string[] {
  const texts = new Array<string>(count);
  // One string that all are cut from, where bytes and characters are the same, is three times as quick as one each.
  const ascii = isAscii(bytes) ? bytes.toString('latin1') : null;
  let at = 0;
  for (let index = 0; index < count; index++) {
    const start = at + LENGTH_BYTES;
    const end = start > bytes.length ? start : start + bytes.readUInt32LE(at);
    if (end > bytes.length)
      throw invalidField(
        field,
        `${field}: its ${bytes.length} bytes end within element ${index} of ${count}.`,
        {
          hint: 'Each element of BYTES is its length in 4 bytes, little-endian, and then so many bytes.',
        },
      );
    const text = ascii === null ? bytes.toString('utf8', start, end) : ascii.slice(start, end);
    if (ascii === null && text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end)))
      throw invalidField(field, `${field}[${index}]: the text is not UTF-8.`);
    texts[index] = text;
    at = end;
  }
  if (at === bytes.length) return texts;
  throw invalidField(field, `${field}: ${bytes.length - at} bytes are left after its ${count} elements.`);
}

/** An answer's elements as bytes. */
export function writeRaw({ datatype, data }: Pick<OutputTensor, 'datatype' | 'data'>): Buffer {
  if (data instanceof Float32Array) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return datatype === 'BYTES' ? writeTexts(data) : writeLabels(datatype, data);
}

function writeLabels(datatype: Datatype, labels: readonly (string | number)[]): Buffer {
  const bytes = Buffer.allocUnsafe(labels.length * 8);
  labels.forEach((label, index) => {
    if (datatype === 'INT64') bytes.writeBigInt64LE(BigInt(label), index * 8);
    else bytes.writeDoubleLE(Number(label), index * 8);
  });
  return bytes;
}

function writeTexts(values: readonly (string | number)[]): Buffer {
  const texts = values.map(String);
  const size = texts.reduce((sum, text) => sum + LENGTH_BYTES + Buffer.byteLength(text), 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const text of texts) {
    const length = bytes.write(text, at + LENGTH_BYTES);
    bytes.writeUInt32LE(length, at);
    at += LENGTH_BYTES + length;
  }
  return bytes;
}
