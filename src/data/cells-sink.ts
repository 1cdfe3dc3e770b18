import type { CellsPart, PartSink } from './column-sink.js';

/** Cells as they stand, to be passed on to another sink. */
export class CellsSink implements PartSink {
  #bytes = Buffer.alloc(1024);
  #length = 0;
  readonly #ends: number[] = [];
  readonly #lines: number[] = [];

  bytes(source: Buffer, start: number, end: number, line: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(needed * 2);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    source.copy(this.#bytes, this.#length, start, end);
    this.#length = needed;
    this.#ends.push(needed);
    this.#lines.push(line);
  }

  text(cell: string, line: number): void {
    const bytes = Buffer.from(cell);
    this.bytes(bytes, 0, bytes.length, line);
  }

  take(): CellsPart {
    const bytes = this.#bytes.subarray(0, this.#length);
    const [ends, lines] = [Int32Array.from(this.#ends), Int32Array.from(this.#lines)];
    this.#length = this.#ends.length = this.#lines.length = 0;
    return { kind: 'cells', bytes: Uint8Array.from(bytes), ends, lines };
  }
}
