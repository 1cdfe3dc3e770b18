import { WireWriter } from './wire.js';

/**
 * Goes through texts from `start` on, each in a field of that number, for as long as each is one of the table (texts of
 * unlike lengths, below 128 bytes), and writes down which. There may be millions in no order that a processor could guess:
 * so no step depends on which it is.
 *
 * @returns how many there are, and where what comes after them starts
 */
export function pickTexts(
  message: Uint8Array,
  start: number,
  {
    field,
    table,
    picks,
  }: { readonly field: number; readonly table: readonly string[]; readonly picks: Uint8Array },
): { readonly count: number; readonly end: number } {
  const patterns = patternsOf(field, table);
  const whole = matchPatterns(message, { start, patterns, picks, count: 0 });
  // patterns are compared over the length of the longest: what is near the end needs bytes behind it
  const rest = new Uint8Array(message.length - whole.end + patterns.length);
  rest.set(message.subarray(whole.end));
  const last = matchPatterns(rest, { start: 0, patterns, picks, count: whole.count });
  return { count: last.count, end: whole.end + last.end };
}

interface Patterns {
  /** Bytes that are compared. */
  readonly length: number;
  /** Which pattern has a text of that many bytes; one more than there are where none has. */
  readonly byLength: Uint8Array;
  /** Whole fields in words of four bytes, and the bits that are compared; the pattern of none matches nothing. */
  readonly words: Int32Array;
  readonly masks: Int32Array;
}

function patternsOf(field: number, table: readonly string[]): Patterns {
  const fields = table.map((text) => {
    const writer = new WireWriter();
    writer.stringField(field, text);
    return writer.finish();
  });
  const length = 4 * Math.ceil(Math.max(...fields.map((bytes) => bytes.length)) / 4);
  const words = new Uint8Array((table.length + 1) * length);
  const masks = new Uint8Array(words.length).fill(0, 0, table.length * length);
  const byLength = new Uint8Array(256).fill(table.length);
  fields.forEach((bytes, pick) => {
    words.set(bytes, pick * length);
    masks.fill(255, pick * length, pick * length + bytes.length);
    byLength[bytes.length - 2] = pick;
  });
  // of no text's length, which is what it is picked for
  words[table.length * length + 1] = (fields[0] as Uint8Array).length - 2;
  masks[table.length * length + 1] = 255;
  return { length, byLength, words: new Int32Array(words.buffer), masks: new Int32Array(masks.buffer) };
}

function matchPatterns(
  message: Uint8Array,
  from: {
    readonly start: number;
    readonly patterns: Patterns;
    readonly picks: Uint8Array;
    readonly count: number;
  },
): { readonly count: number; readonly end: number } {
  const { picks, patterns } = from;
  const { length, byLength, words, masks } = patterns;
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const steps = length / 4;
  let { start: at, count } = from;
  while (at + length <= message.length) {
    const size = message[at + 1] as number;
    const pick = byLength[size] as number;
    const first = pick * steps;
    let differences = 0;
    for (let step = 0; step < steps; step++) {
      const bits = view.getInt32(at + 4 * step, true) ^ (words[first + step] as number);
      differences |= bits & (masks[first + step] as number);
    }
    if (differences !== 0) break;
    picks[count++] = pick;
    at += size + 2;
  }
  return { count, end: at };
}
