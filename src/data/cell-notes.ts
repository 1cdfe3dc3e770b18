import type { PartPosition } from './column-sink.js';

/** What is noted of the cells of a column of numbers or times while their text is at hand. */
export interface NotesPart {
  /** Whether a number begins with a zero that has another digit after it. */
  readonly hasLeadingZeros: boolean;
  /** Offsets from UTC in seconds that times have, and the row (from 1) of each one's first. */
  readonly offsets: ReadonlyMap<number, number>;
}

/** More offsets are not told apart: there are 38 in use on Earth. */
const MAX_OFFSETS = 100;

export class CellNotes implements NotesPart {
  hasLeadingZeros = false;
  #offsets = new Map<number, number>();

  get offsets(): ReadonlyMap<number, number> {
    return this.#offsets;
  }

  addOffset(offset: number, row: number): void {
    if (!this.#offsets.has(offset) && this.#offsets.size < MAX_OFFSETS) this.#offsets.set(offset, row);
  }

  /** What is here, leaving nothing; undefined where there is nothing. */
  take(): NotesPart | undefined {
    if (!this.hasLeadingZeros && this.#offsets.size === 0) return undefined;
    const part = { hasLeadingZeros: this.hasLeadingZeros, offsets: this.#offsets };
    this.hasLeadingZeros = false;
    this.#offsets = new Map();
    return part;
  }

  append(part: NotesPart | undefined, { rows }: Pick<PartPosition, 'rows'>): void {
    if (part === undefined) return;
    this.hasLeadingZeros ||= part.hasLeadingZeros;
    for (const [offset, row] of part.offsets) this.addOffset(offset, row + rows);
  }
}

/** Whether the text of a number begins with a zero that has another digit after it: 007, but not 0.7. */
export function hasLeadingZero(text: string): boolean {
  return /^[+-]?0\d/.test(text);
}

/** Whether all are digits of one length and one begins with a zero, as the codes of places and articles do. */
export function areCodes(levels: readonly string[]): boolean {
  const length = levels[0]?.length ?? 0;
  return (
    length > 1 &&
    levels.some(hasLeadingZero) &&
    levels.every((level) => level.length === length && /^\d+$/.test(level))
  );
}
