/**
 * Protocol Buffers wire format, the little of it that ONNX needs.
 * Source: the encoding page of the Protocol Buffers documentation (varint, fixed32, fixed64, length-delimited).
 */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const TEXT_ENCODER = new TextEncoder();

/** Appends fields to one growing buffer; messages nest by encoding the inner one first. */
export class WireWriter {
  #buffer = new Uint8Array(256);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The bytes written so far (a view, not a copy). */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  varintField(field: number, value: number): void {
    this.#tag(field, VARINT);
    this.#reserve(10);
    this.#varint(value);
  }

  floatField(field: number, value: number): void {
    this.#tag(field, FIXED32);
    this.#reserve(4);
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  bytesField(field: number, bytes: Uint8Array): void {
    this.#tag(field, BYTES);
    this.#reserve(bytes.length + 10);
    this.#varint(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  stringField(field: number, text: string): void {
    this.bytesField(field, TEXT_ENCODER.encode(text));
  }

  messageField(field: number, write: (inner: WireWriter) => void): void {
    const inner = new WireWriter();
    write(inner);
    this.bytesField(field, inner.finish());
  }

  /** Integers (each within ±2^53) as one packed field. */
  packedVarints(field: number, values: ArrayLike<number>): void {
    const inner = new WireWriter();
    inner.varints(values);
    this.bytesField(field, inner.finish());
  }

  /** Integers (each within ±2^53) one behind the other, without a field around them. */
  varints(values: ArrayLike<number>): void {
    this.#reserve(values.length * 2);
    for (let i = 0; i < values.length; i++) {
      this.#reserve(10);
      this.#varint(values[i] as number);
    }
  }

  packedFloats(field: number, values: ArrayLike<number>): void {
    this.bytesField(field, new Uint8Array(Float32Array.from(values).buffer));
  }

  #tag(field: number, type: number): void {
    this.#reserve(5);
    this.#varint(field * 8 + type);
  }

  #varint(value: number): void {
    if (value < 0) {
      this.#negativeVarint(value);
      return;
    }
    while (value > 127) {
      this.#buffer[this.#length++] = (value % 128) + 128;
      value = Math.floor(value / 128);
    }
    this.#buffer[this.#length++] = value;
  }

  /** Two's complement in 64 bits: always ten bytes. */
  #negativeVarint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.#buffer[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
  }

  #reserve(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** One field of a message: integers in `value`, length-delimited and fixed fields in `bytes`. */
export interface WireField {
  readonly field: number;
  readonly type: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/**
 * The fields of one message, in order. Integers beyond 2^53 lose their low bits.
 * @throws RangeError when the bytes are not a whole message.
 */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  const varint = (): number => {
    let result = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the bytes end inside a number');
      result += (byte & 127) * scale;
      if (byte < 128) return result;
      scale *= 128;
    }
    throw new RangeError('a number is longer than ten bytes');
  };
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) throw new RangeError('the bytes end inside a field');
    const taken = bytes.subarray(at, at + count);
    at += count;
    return taken;
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (field === 0) throw new RangeError('field number 0');
    switch (tag % 8) {
      case VARINT:
        yield { field, type: VARINT, value: varint(), bytes: NO_BYTES };
        break;
      case FIXED64:
        yield { field, type: FIXED64, value: 0, bytes: take(8) };
        break;
      case BYTES:
        yield { field, type: BYTES, value: 0, bytes: take(varint()) };
        break;
      case FIXED32:
        yield { field, type: FIXED32, value: 0, bytes: take(4) };
        break;
      default:
        throw new RangeError(`wire type ${tag % 8}`);
    }
  }
}

/** The integers of a packed field. Integers beyond 2^53 lose their low bits. @throws RangeError where the last is cut off */
export function readPackedVarints(bytes: Uint8Array): Float64Array {
  let count = 0;
  for (const byte of bytes) if (byte < 128) count++;
  if (bytes.length > 0 && (bytes.at(-1) as number) > 127)
    throw new RangeError('the bytes end inside a number');
  const values = new Float64Array(count);
  let at = 0;
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    if (byte > 127) scale *= 128;
    else {
      values[at++] = value;
      value = 0;
      scale = 1;
    }
  }
  return values;
}

const TEXT_DECODER = new TextDecoder();

export function readText(bytes: Uint8Array): string {
  return TEXT_DECODER.decode(bytes);
}
