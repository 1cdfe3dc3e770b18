/** Types of the compact protocol, as they stand in field and list headers. */
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/**
 * Writes the compact protocol of Apache Thrift, in which Parquet keeps its headers: little of it, for Parquet needs
 * no more. Fields must be written in ascending order of their numbers.
 * Source: Thrift compact protocol specification (apache/thrift, doc/specs/thrift-compact-protocol.md).
 */
export class ThriftWriter {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;
  /** Number of the last field written, of each struct that is open. */
  readonly #fields = [0];

  /** What was written; valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  i32(field: number, value: number): void {
    this.#field(field, I32);
    this.varint(zigzag(value));
  }

  /** @param value a safe integer */
  i64(field: number, value: number): void {
    this.#field(field, I64);
    this.varint(zigzag(value));
  }

  boolean(field: number, value: boolean): void {
    this.#field(field, value ? 1 : 2);
  }

  text(field: number, value: string): void {
    this.#field(field, BINARY);
    this.#text(value);
  }

  struct(field: number, body: () => void): void {
    this.#field(field, STRUCT);
    this.element(body);
  }

  i32s(field: number, values: readonly number[]): void {
    this.#list(field, I32, values.length);
    for (const value of values) this.varint(zigzag(value));
  }

  texts(field: number, values: readonly string[]): void {
    this.#list(field, BINARY, values.length);
    for (const value of values) this.#text(value);
  }

  /** The head of a list of structs: as many calls of {@link element} (or their bytes) must follow. */
  structs(field: number, count: number): void {
    this.#list(field, STRUCT, count);
  }

  /** A struct without a field number: the outermost one, or one of a list. */
  element(body: () => void): void {
    this.#fields.push(0);
    body();
    this.#fields.pop();
    this.#byte(0);
  }

  /** Bytes that are encoded already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** An unsigned LEB128 integer below 2^53. */
  varint(value: number): void {
    while (value >= 128) {
      this.#byte((value % 128) + 128);
      value = Math.floor(value / 128);
    }
    this.#byte(value);
  }

  #text(value: string): void {
    const bytes = Buffer.from(value);
    this.varint(bytes.length);
    this.raw(bytes);
  }

  #list(field: number, type: number, count: number): void {
    this.#field(field, LIST);
    this.#byte((Math.min(count, 15) << 4) | type);
    if (count >= 15) this.varint(count);
  }

  #field(field: number, type: number): void {
    const top = this.#fields.length - 1;
    const delta = field - (this.#fields[top] as number);
    if (delta < 1 || delta > 15) throw new RangeError(`field ${field} is out of order`);
    this.#fields[top] = field;
    this.#byte((delta << 4) | type);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2 + bytes);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
