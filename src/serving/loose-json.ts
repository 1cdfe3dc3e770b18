/** Text that is no JSON, even with NaN and infinities. Words and places as RapidJSON gives them. */
export class JsonSyntaxError extends Error {
  /** Bytes of UTF-8 before the place. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'JsonSyntaxError';
    this.offset = offset;
  }
}

const SPACE = /[ \t\n\r]*/y;
/** What may stand in a string as it is: no quote, backslash or control character. */
const PLAIN = /[ !#-[\]-\u{10ffff}]*/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const TOKENS = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
  ['-NaN', Number.NaN],
] as const;

type Frame =
  | { readonly kind: 'array'; readonly value: unknown[] }
  | { readonly kind: 'object'; readonly value: Record<string, unknown>; key: string };

/**
 * Parses JSON in which the tokens NaN, Infinity, Inf and their negatives may stand for numbers. It is what TensorFlow
 * Serving reads. Nesting takes no stack.
 * @param after what follows the first value: TensorFlow Serving does not look at it
 * @throws JsonSyntaxError
 */
export function parseLooseJson(text: string, after: 'ignored' | 'refused' = 'ignored'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return new LooseParser(text).parse(after);
  }
}

class LooseParser {
  readonly #text: string;
  readonly #frames: Frame[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(after: 'ignored' | 'refused'): unknown {
    this.#skipSpace();
    if (this.#at === this.#text.length) this.#fail('The document is empty.');
    for (;;) {
      this.#skipSpace();
      const opened = this.#open();
      if (opened === undefined) continue;
      const whole = this.#attach(opened.value);
      if (whole === undefined) continue;
      this.#skipSpace();
      if (after === 'refused' && this.#at < this.#text.length)
        this.#fail('The document root must not be followed by other values.');
      return whole.value;
    }
  }

  /** A scalar or an empty container; undefined after the start of a container that holds something. */
  #open(): { readonly value: unknown } | undefined {
    const char = this.#text[this.#at];
    if (char !== '[' && char !== '{') return { value: this.#scalar(char) };
    this.#at++;
    this.#skipSpace();
    if (this.#take(char === '[' ? ']' : '}')) return { value: char === '[' ? [] : {} };
    if (char === '[') this.#frames.push({ kind: 'array', value: [] });
    else this.#frames.push({ kind: 'object', value: {}, key: this.#key() });
    return undefined;
  }

  /** Puts a value where it belongs and closes what ends there; the document once that is whole. */
  #attach(first: unknown): { readonly value: unknown } | undefined {
    let value = first;
    for (;;) {
      const frame = this.#frames.at(-1);
      if (frame === undefined) return { value };
      this.#skipSpace();
      if (frame.kind === 'array') {
        frame.value.push(value);
        if (this.#take(',')) return undefined;
        if (!this.#take(']')) this.#fail('Missing a comma or ] after an array element.');
      } else {
        setOwn(frame.value, frame.key, value);
        if (this.#take(',')) {
          this.#skipSpace();
          frame.key = this.#key();
          return undefined;
        }
        if (!this.#take('}')) this.#fail('Missing a comma or } after an object member.');
      }
      this.#frames.pop();
      value = frame.value;
    }
  }

  #key(): string {
    if (this.#text[this.#at] !== '"') this.#fail('Missing a name for object member.');
    const name = this.#string();
    this.#skipSpace();
    if (!this.#take(':')) this.#fail('Missing a colon after a name of object member.');
    return name;
  }

  #scalar(char: string | undefined): unknown {
    if (char === '"') return this.#string();
    for (const [token, value] of TOKENS) {
      if (!this.#text.startsWith(token, this.#at)) continue;
      this.#at += token.length;
      return value;
    }
    const start = this.#at;
    const number = this.#match(NUMBER);
    if (number === '') this.#fail('Invalid value.');
    if (/[.eE]/.test(this.#text[this.#at] ?? '')) {
      this.#fail(
        this.#text[this.#at] === '.' ? 'Miss fraction part in number.' : 'Miss exponent in number.',
        1,
      );
    }
    const value = Number(number);
    if (Number.isFinite(value)) return value;
    this.#at = start;
    return this.#fail('Number too big to be stored in double.');
  }

  #string(): string {
    const start = this.#at++;
    for (;;) {
      this.#match(PLAIN);
      if (this.#take('"')) return JSON.parse(this.#text.slice(start, this.#at)) as string;
      if (this.#match(ESCAPE) !== '') continue;
      const char = this.#text[this.#at];
      if (char === undefined) this.#fail('Missing a closing quotation mark in string.');
      if (char !== '\\') this.#fail('Invalid encoding in string.');
      this.#fail(
        this.#text[this.#at + 1] === 'u'
          ? 'Incorrect hex digit after \\u escape in string.'
          : 'Invalid escape character in string.',
      );
    }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    this.#match(SPACE);
  }

  #fail(message: string, ahead = 0): never {
    throw new JsonSyntaxError(message, Buffer.byteLength(this.#text.slice(0, this.#at + ahead)));
  }
}

/** `__proto__` is a name like any other. */
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}
