import { CellError, type CellValue, decodeJson } from '../data/cell.js';
import type { ColumnSchema } from '../data/schema.js';
import { MlxError } from '../errors.js';
import { didYouMean, suggest } from '../suggest.js';
import { QuickRowReader } from './quick-row.js';

/** A decoded row: one value per column, in the model's order; null = missing. */
export type Row = readonly CellValue[];

const MAX_NAMES = 8;

/** Turns the values of requests into rows of one model. Every error names the field. */
export class RowDecoder {
  readonly columns: readonly ColumnSchema[];
  readonly #quick: QuickRowReader;
  readonly #names: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;

  constructor(columns: readonly ColumnSchema[]) {
    this.columns = columns;
    this.#quick = new QuickRowReader(columns);
    this.#names = columns.map(({ name }) => name);
    this.#positions = new Map(this.#names.map((name, index) => [name, index]));
  }

  /** The row of a body that is `{"features":…}` in its commonest form; undefined where it is to be parsed as any JSON. */
  quick(body: Buffer): Row | undefined {
    return this.#quick.read(body);
  }

  /**
   * One row: an object by column name, or a list in the order of the columns.
   * @param field where it stands in the request, for messages: `features` or `rows[3]`
   * @throws MlxError REQUEST_INVALID for a missing, unknown or wrong value
   */
  row(value: unknown, field: string): Row {
    if (Array.isArray(value)) return this.#positional(value, field);
    if (isObject(value)) return this.#named(value, field);
    throw invalidField(field, `${field} is neither an object of columns nor a list of values.`, {
      hint: `Columns: ${shortList(this.#names)}.`,
    });
  }

  /** The position of a column; undefined when the model has none of that name. */
  find(name: string): number | undefined {
    return this.#positions.get(name);
  }

  /**
   * The position of a column.
   * @throws MlxError REQUEST_INVALID, with the likely name
   */
  position(name: string, field: string): number {
    const position = this.#positions.get(name);
    if (position !== undefined) return position;
    throw invalidField(field, `${field}: the model has no column ${JSON.stringify(name.slice(0, 80))}.`, {
      hint: didYouMean(name, this.#names),
    });
  }

  /**
   * One value of the column at a position. (Whole rows decode by themselves and come here for the error alone,
   * so that no field names are put together for values that fit.)
   * @throws MlxError REQUEST_INVALID
   */
  cell(position: number, value: unknown, field: string): CellValue {
    try {
      return decodeJson(this.columns[position] as ColumnSchema, value);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      throw invalidField(field, `${field}: ${error.message}.`, {
        hint: 'null stands for a missing value.',
      });
    }
  }

  /** The error for columns that a request leaves out. */
  missing(names: readonly string[], given: readonly string[], field: string): MlxError {
    const [first = ''] = names;
    const strangers = given.filter((name) => !this.#positions.has(name));
    const likely = suggest(first, strangers);
    const what =
      names.length === 1 ? `the column ${first} is missing` : `columns are missing: ${shortList(names)}`;
    return invalidField(pathTo(field, first), `${field}: ${what}.`, {
      hint:
        likely === undefined
          ? 'Give every column; null stands for a missing value.'
          : `Is ${JSON.stringify(likely)} meant?`,
    });
  }

  #named(value: Readonly<Record<string, unknown>>, field: string): Row {
    const row = new Array<CellValue>(this.columns.length).fill(null);
    let known = 0;
    let stranger: string | undefined;
    for (const name of Object.keys(value)) {
      const position = this.#positions.get(name);
      if (position === undefined) {
        stranger ??= name;
        continue;
      }
      try {
        row[position] = decodeJson(this.columns[position] as ColumnSchema, value[name]);
      } catch {
        row[position] = this.cell(position, value[name], pathTo(field, name));
      }
      known++;
    }
    if (stranger !== undefined) this.position(stranger, pathTo(field, stranger));
    if (known < row.length) {
      const given = Object.keys(value);
      const missing = this.#names.filter((name) => !Object.hasOwn(value, name));
      throw this.missing(missing, given, field);
    }
    return row;
  }

  #positional(values: readonly unknown[], field: string): Row {
    if (values.length !== this.columns.length) {
      throw invalidField(
        field,
        `${field} has ${values.length} values; the model takes ${this.columns.length}.`,
        { hint: `In this order: ${shortList(this.#names)}.` },
      );
    }
    return values.map((value, position) => {
      try {
        return decodeJson(this.columns[position] as ColumnSchema, value);
      } catch {
        return this.cell(position, value, `${field}[${position}]`);
      }
    });
  }
}

/** A row as batches hold it: `features`, as in the form of /predict, may stand around it. The error for one that is none. */
export function decodeRow(decoder: RowDecoder, value: unknown, field: string): Row | MlxError {
  const inner =
    isObject(value) && Object.keys(value).length === 1 && isContainer(value.features)
      ? value.features
      : value;
  try {
    return decoder.row(inner, field);
  } catch (error) {
    if (error instanceof MlxError) return error;
    throw error;
  }
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** A REQUEST_INVALID that names a field. */
export function invalidField(
  field: string,
  message: string,
  context: { readonly hint?: string; readonly row?: number } = {},
): MlxError {
  return new MlxError('REQUEST_INVALID', message, {
    ...(context.hint === undefined ? {} : { hint: context.hint }),
    details: { field, ...(context.row === undefined ? {} : { row: context.row }) },
  });
}

/** True for a JSON object: not null, not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `field.name`, or `field["na me"]` where the name is not a plain word. */
export function pathTo(field: string, name: string): string {
  const short = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(short)
    ? `${field}.${short}`
    : `${field}[${JSON.stringify(short)}]`;
}

function shortList(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? `, … (${names.length} in all)` : '';
  return `${names.slice(0, MAX_NAMES).join(', ')}${more}`;
}
