import { CellError, type CellValue, decodeJson } from '../data/cell.js';
import type { ColumnSchema } from '../data/schema.js';

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LOWER_E = 0x65;
const UPPER_E = 0x45;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LAST_ASCII = 0x7e;

/** With so many digits a number's digits are a whole number that float64 holds, and so is the power of ten behind them. */
const MOST_DIGITS = 15;
/** Clients go on as they began: after a body that was tried in vain so many are not tried. */
const PAUSE = 31;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/** What a quick reader does not read; whoever reads the body in full knows whether it is wrong. */
class NotQuick extends Error {}
const notQuick = new NotQuick('not quick');

/**
 * Reads the commonest body of a request, `{"features":{…}}` or `{"features":[…]}` and nothing else, straight from its
 * bytes into a row of one model: no text and no objects are made of it. Columns must stand in the model's order, numbers be
 * plain decimals of up to 15 digits, and texts be ASCII without escapes; spaces may stand as JSON writers put them. Anything
 * else, right or wrong, is left to the full decoder, which gives the same row for what is read here.
 */
export class QuickRowReader {
  readonly #columns: readonly ColumnSchema[];
  /** `"name"` of each column. */
  readonly #keys: readonly Uint8Array[];
  #body: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Bodies that are not tried. */
  #pause = 0;

  constructor(columns: readonly ColumnSchema[]) {
    this.#columns = columns;
    this.#keys = columns.map(({ name }) => keyOf(name));
  }

  /** The row; undefined where the body is to be read in full. */
  read(body: Buffer): readonly CellValue[] | undefined {
    if (this.#pause > 0) {
      this.#pause--;
      return undefined;
    }
    this.#body = body;
    this.#at = 0;
    try {
      return this.#request();
    } catch (error) {
      if (error !== notQuick && !(error instanceof CellError)) throw error;
      this.#pause = PAUSE;
      return undefined;
    }
  }

  #request(): readonly CellValue[] {
    this.#take(OPEN_OBJECT);
    this.#key(FEATURES);
    const isNamed = this.#next() === OPEN_OBJECT;
    this.#take(isNamed ? OPEN_OBJECT : OPEN_LIST);
    const columns = this.#columns;
    const row = new Array<CellValue>(columns.length);
    for (let index = 0; index < columns.length; index++) {
      if (index > 0) this.#take(COMMA);
      if (isNamed) this.#key(this.#keys[index] as Uint8Array);
      row[index] = this.#cell(columns[index] as ColumnSchema);
    }
    this.#take(isNamed ? CLOSE_OBJECT : CLOSE_LIST);
    this.#take(CLOSE_OBJECT);
    this.#next();
    if (this.#at !== this.#body.length) throw notQuick;
    return row;
  }

  #cell(column: ColumnSchema): CellValue {
    const first = this.#next();
    if (first === QUOTE) return decodeJson(column, this.#text());
    if (first === MINUS || (first >= ZERO && first <= NINE)) return decodeJson(column, this.#number());
    if (this.#isWord(NULL)) return null;
    if (this.#isWord(TRUE)) return decodeJson(column, true);
    if (this.#isWord(FALSE)) return decodeJson(column, false);
    throw notQuick;
  }

  /** Whole digits over a power of ten, both exact, give the float64 that is nearest to the decimal, as JSON.parse does. */
  #number(): number {
    const body = this.#body;
    let at = this.#at;
    const isNegative = body[at] === MINUS;
    if (isNegative) at++;
    const start = at;
    let digits = 0;
    let code = body[at] as number;
    for (; code >= ZERO && code <= NINE; code = body[++at] as number) digits = digits * 10 + (code - ZERO);
    const whole = at - start;
    // 01 is no number
    if (whole === 0 || (whole > 1 && body[start] === ZERO)) throw notQuick;
    let places = 0;
    if (code === POINT) {
      const point = at;
      code = body[++at] as number;
      for (; code >= ZERO && code <= NINE; code = body[++at] as number) digits = digits * 10 + (code - ZERO);
      places = at - point - 1;
      if (places === 0) throw notQuick;
    }
    if (whole + places > MOST_DIGITS || code === LOWER_E || code === UPPER_E) throw notQuick;
    this.#at = at;
    const size = digits / (POWERS[places] as number);
    return isNegative ? -size : size;
  }

  #text(): string {
    const body = this.#body;
    const start = this.#at + 1;
    let at = start;
    for (let code = body[at] as number; code !== QUOTE; code = body[++at] as number)
      // also where the body ends
      if (!(code >= SPACE && code <= LAST_ASCII) || code === BACKSLASH) throw notQuick;
    this.#at = at + 1;
    return body.toString('latin1', start, at);
  }

  #key(key: Uint8Array): void {
    this.#next();
    if (!this.#isWord(key)) throw notQuick;
    this.#take(COLON);
  }

  /** Passes over these bytes, if they are what comes. */
  #isWord(word: Uint8Array): boolean {
    const body = this.#body;
    const start = this.#at;
    for (let index = 0; index < word.length; index++) if (body[start + index] !== word[index]) return false;
    this.#at = start + word.length;
    return true;
  }

  #take(code: number): void {
    if (this.#next() !== code) throw notQuick;
    this.#at++;
  }

  /** The next byte that is no space; it is not passed over. NaN at the end. */
  #next(): number {
    const body = this.#body;
    while (body[this.#at] === SPACE) this.#at++;
    return this.#at < body.length ? (body[this.#at] as number) : Number.NaN;
  }
}

function keyOf(name: string): Uint8Array {
  return Buffer.from(JSON.stringify(name));
}

const FEATURES = keyOf('features');
const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
