const INDENT = '    ';

interface Level {
  readonly isArray: boolean;
  values: number;
}

/**
 * Writes JSON the way RapidJSON's PrettyWriter does, which is how TensorFlow Serving's answers look: four spaces a
 * level, and arrays on one line where asked.
 */
export class PrettyJson {
  /** Whether the values of arrays stay on the line. */
  isOneLine = false;
  readonly #levels: Level[] = [];
  #text = '';

  get text(): string {
    return this.#text;
  }

  open(bracket: '{' | '['): this {
    this.#before();
    this.#text += bracket;
    this.#levels.push({ isArray: bracket === '[', values: 0 });
    return this;
  }

  close(): this {
    const level = this.#levels.pop();
    const isArray = level?.isArray === true;
    if (level !== undefined && level.values > 0 && !(isArray && this.isOneLine)) this.#newLine();
    this.#text += isArray ? ']' : '}';
    return this;
  }

  /** A member's name; its value follows. */
  key(name: string): this {
    const level = this.#levels.at(-1);
    if (level === undefined) return this;
    if (level.values > 0) this.#text += ',';
    level.values++;
    this.#newLine();
    this.#text += `${JSON.stringify(name)}: `;
    return this;
  }

  string(value: string): this {
    return this.raw(JSON.stringify(value));
  }

  /** A value that is JSON already. */
  raw(json: string): this {
    this.#before();
    this.#text += json;
    return this;
  }

  #before(): void {
    const level = this.#levels.at(-1);
    if (level?.isArray !== true) return;
    if (level.values > 0) this.#text += this.isOneLine ? ', ' : ',';
    level.values++;
    if (!this.isOneLine) this.#newLine();
  }

  #newLine(): void {
    this.#text += `\n${INDENT.repeat(this.#levels.length)}`;
  }
}

/**
 * A float32 as TensorFlow Serving prints it: `%g` with six digits, nine where six do not read back as the same number,
 * and always with a point or an exponent. NaN and infinities are bare tokens.
 */
export function floatText(value: number): string {
  const float = Math.fround(value);
  if (Number.isNaN(float)) return 'NaN';
  if (!Number.isFinite(float)) return float < 0 ? '-Infinity' : 'Infinity';
  const short = general(float, 6);
  const text = Math.fround(Number(short)) === float ? short : general(float, 9);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** C's `%.<digits>g`. */
function general(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < digits) return withoutZeros(value.toFixed(digits - 1 - exponent));
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${withoutZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${size}`;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
