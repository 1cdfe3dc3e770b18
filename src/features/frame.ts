import { type Table, takeColumnRows } from '../data/table.js';
import { MlxError } from '../errors.js';
import type { Block, BlockKind } from './block.js';
import { blockOf } from './block.js';

/** A named value of one kind in a pipeline, whatever it is made of. */
export interface Named {
  readonly name: string;
  readonly kind: BlockKind;
}

/**
 * The columns as they are between two steps, in order. What a step gives takes the place of what it took, where
 * the first of those stood.
 */
export class Frame<Value extends Named> {
  #values: readonly Value[];

  constructor(values: readonly Value[]) {
    this.#values = values;
  }

  get values(): readonly Value[] {
    return this.#values;
  }

  /** The named values, in that order. */
  take(names: readonly string[]): Value[] {
    const byName = new Map(this.#values.map((value) => [value.name, value]));
    return names.map((name) => {
      const value = byName.get(name);
      if (value === undefined) throw new MlxError('INTERNAL', `there is no column ${name} at this step`);
      return value;
    });
  }

  /** @throws MlxError PARAM_INVALID when a new name is there already */
  replace(names: readonly string[], values: readonly Value[]): void {
    const gone = new Set(names);
    const at = this.#values.findIndex(({ name }) => gone.has(name));
    const before = this.#values.slice(0, at);
    const after = this.#values.slice(at).filter(({ name }) => !gone.has(name));
    this.#values = [...before, ...values, ...after];
    const seen = new Set<string>();
    for (const { name } of this.#values) {
      if (seen.has(name)) {
        throw new MlxError('PARAM_INVALID', `Two features would have the name "${name}".`, {
          hint: 'Rename the column in the table, or leave one of the two out.',
        });
      }
      seen.add(name);
    }
  }
}

/** One column, computed when it is asked for: a large table is never held once more as a whole. */
export interface FrameColumn extends Named {
  /**
   * The column as a block of one.
   * @param room memory that the numbers may be put into, a number per row; they are valid until it is used again
   */
  load(room?: Float64Array): Block;
}

/**
 * The named columns of a table as they stand before the first step.
 * @param rows the rows that are meant; all when not given
 */
export function columnsOfTable(table: Table, names: readonly Named[], rows?: Int32Array): FrameColumn[] {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  return names.map(({ name, kind }) => {
    const column = byName.get(name);
    const load = (room?: Float64Array): Block => {
      const own = column === undefined || rows === undefined ? column : takeColumnRows(column, rows, room);
      return blockOf({ rows: table.rows, columns: own === undefined ? [] : [own] }, kind, [name]);
    };
    return { name, kind, load };
  });
}

/** Columns of one kind side by side. */
export function joinColumns(columns: readonly FrameColumn[]): Block {
  const names = columns.map(({ name }) => name);
  const kind = columns[0]?.kind ?? 'number';
  const values = columns.map((column) => column.load().columns[0]);
  return { kind, names, columns: values } as unknown as Block;
}

/** The columns of a block, each by itself. */
export function splitBlock(block: Block): FrameColumn[] {
  return block.names.map((name, index) => {
    const own = { kind: block.kind, names: [name], columns: [block.columns[index]] } as unknown as Block;
    return { name, kind: block.kind, load: () => own };
  });
}
