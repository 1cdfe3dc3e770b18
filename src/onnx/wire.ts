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

/** Goes through the fields of one message in order, without an object for each: a list of texts may have millions. */
export class FieldCursor {
  field = 0;
  type = VARINT;
  /** Of a varint; integers beyond 2^53 lose their low bits. */
  value = 0;
  /** Where the content of a length-delimited or fixed field starts, and where it ends. */
  start = 0;
  end = 0;
  readonly #message: Uint8Array;
  #at = 0;

  constructor(message: Uint8Array) {
    this.#message = message;
  }

  /**
   * Moves to the next field; false where there is none.
   * @throws RangeError when the bytes are not a whole message
   */
  next(): boolean {
    if (this.#at >= this.#message.length) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.type = tag % 8;
    if (this.field === 0) throw new RangeError('field number 0');
    if (this.type === BYTES) this.#take(this.#varint());
    else if (this.type === VARINT) this.value = this.#varint();
    else if (this.type === FIXED32) this.#take(4);
    else if (this.type === FIXED64) this.#take(8);
    else throw new RangeError(`wire type ${this.type}`);
    return true;
  }

  /** Where the next field starts. */
  get at(): number {
    return this.#at;
  }

  /** The content of a length-delimited or fixed field (a view, not a copy). */
  bytes(): Uint8Array {
    return this.#message.subarray(this.start, this.end);
  }

  #take(count: number): void {
    this.start = this.#at;
    this.end = this.#at + count;
    if (count < 0 || this.end > this.#message.length) throw new RangeError('the bytes end inside a field');
    this.#at = this.end;
  }

  #varint(): number {
    const first = this.#message[this.#at];
    if (first !== undefined && first < 128) {
      this.#at++;
      return first;
    }
    let result = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#message[this.#at++];
      if (byte === undefined) throw new RangeError('the bytes end inside a number');
      result += (byte & 127) * scale;
      if (byte < 128) return i === 9 ? negative(this.#message, this.#at) : result;
      scale *= 128;
    }
    throw new RangeError('a number is longer than ten bytes');
  }
}

/** The number of ten bytes, as all negative ones are, that ends before `end`. */
function negative(bytes: Uint8Array, end: number): number {
  let value = 0n;
  for (let at = end - 1; at >= end - 10; at--) value = (value << 7n) | BigInt((bytes[at] as number) & 127);
  return Number(BigInt.asIntN(64, value));
}

/**
 * The fields of one message, in order. Integers beyond 2^53 lose their low bits.
 * @throws RangeError when the bytes are not a whole message.
 */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  const cursor = new FieldCursor(bytes);
  while (cursor.next()) {
    const { field, type } = cursor;
    if (type === VARINT) yield { field, type, value: cursor.value, bytes: NO_BYTES };
    else yield { field, type, value: 0, bytes: cursor.bytes() };
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
  let first = 0;
  for (let next = 0; next < bytes.length; ) {
    const byte = bytes[next++] as number;
    value += (byte & 127) * scale;
    if (byte > 127) scale *= 128;
    else {
      values[at++] = next - first === 10 ? negative(bytes, next) : value;
      value = 0;
      scale = 1;
      first = next;
    }
  }
  return values;
}

/**
 * The integers of a packed field where each is a whole number of 0 ... 2³¹ − 1; null where one is not.
 * @throws RangeError where the last is cut off
 */
export function readPackedNaturals(bytes: Uint8Array): Int32Array | null {
  const { length } = bytes;
  if (length > 0 && (bytes[length - 1] as number) > 127)
    throw new RangeError('the bytes end inside a number');
  const values = new Int32Array(length);
  let count = 0;
  for (let at = 0; at < length; ) {
    let value = bytes[at++] as number;
    if (value > 127) {
      value &= 127;
      let shift = 7;
      for (;;) {
        const byte = bytes[at++] as number;
        // a fifth byte holds the bits from 28 on
        if (shift > 28 || (shift === 28 && byte > 7)) return null;
        value |= (byte & 127) << shift;
        if (byte < 128) break;
        shift += 7;
      }
    }
    values[count++] = value;
  }
  return values.subarray(0, count);
}

const TEXT_DECODER = new TextDecoder();

export function readText(bytes: Uint8Array): string {
  return TEXT_DECODER.decode(bytes);
}
