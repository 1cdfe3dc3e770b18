import { MlxError } from '../errors.js';

export type Token =
  /** A field such as `metrics.roc_auc`, a keyword, or a stray word. `key`: the quoted part, if any. */
  | { readonly kind: 'word'; readonly text: string; readonly key: string | null; readonly at: number }
  | { readonly kind: 'text'; readonly value: string; readonly at: number }
  | { readonly kind: 'number'; readonly value: number; readonly text: string; readonly at: number }
  | { readonly kind: 'operator' | 'open' | 'close'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

const MAX_LENGTH = 10_000;
const SPACE = /\s+/y;
const NUMBER = /[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?(?![\w.])/iy;
const OPERATOR = /==|!=|<>|<=|>=|=|<|>/y;
const WORD = /[\p{L}_][\p{L}\p{N}_./-]*/uy;
const STRAY = /[\p{L}\p{N}_.]{1,40}|./uy;
const QUOTED = /'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`((?:[^`]|``)*)`/y;

/** Cuts an expression into tokens; the last is always `end`. Errors: EXPRESSION_INVALID. */
export function tokenize(expression: string): Token[] {
  if (expression.length > MAX_LENGTH) {
    throw new MlxError('EXPRESSION_INVALID', `The expression is longer than ${MAX_LENGTH} characters.`, {
      hint: 'Ask for less at once.',
    });
  }
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += match(SPACE, expression, at)?.[0].length ?? 0;
    if (at >= expression.length) break;
    const [token, length] = nextToken(expression, at);
    tokens.push(token);
    at += length;
  }
  tokens.push({ kind: 'end', at: expression.length });
  return tokens;
}

/** A failure that shows the place: the expression and a caret under it. */
export function expressionError(expression: string, at: number, problem: string, hint?: string): MlxError {
  const line = expression.replaceAll(/\s/g, ' ');
  return new MlxError(
    'EXPRESSION_INVALID',
    `${problem} (at character ${at + 1}).\n  ${line}\n  ${' '.repeat(at)}^`,
    {
      hint: hint ?? "For example: metrics.roc_auc > 0.9 and params.algorithm = 'random-forest'",
      details: { expression, position: at + 1 },
    },
  );
}

function nextToken(expression: string, at: number): [Token, number] {
  const character = expression.charAt(at);
  if (character === '(') return [{ kind: 'open', text: character, at }, 1];
  if (character === ')') return [{ kind: 'close', text: character, at }, 1];
  const quoted = match(QUOTED, expression, at);
  if (quoted !== null) return [{ kind: 'text', value: unquote(quoted[0]), at }, quoted[0].length];
  const number = match(NUMBER, expression, at);
  if (number !== null) {
    const value = Number(number[0]);
    if (!Number.isFinite(value)) throw expressionError(expression, at, 'The number is too large');
    return [{ kind: 'number', value, text: number[0], at }, number[0].length];
  }
  const operator = match(OPERATOR, expression, at);
  if (operator !== null) return [{ kind: 'operator', text: operator[0], at }, operator[0].length];
  const word = match(WORD, expression, at);
  if (word !== null) return wordToken(expression, word[0], at);
  if (/['"`]/.test(character)) throw expressionError(expression, at, 'The quote is never closed');
  const stray = match(STRAY, expression, at)?.[0] ?? character;
  throw expressionError(expression, at, `${JSON.stringify(stray)} means nothing here`);
}

/** A word that ends in a dot may go on with a quoted key: `params."max depth"`. */
function wordToken(expression: string, text: string, at: number): [Token, number] {
  const quoted = text.endsWith('.') ? match(QUOTED, expression, at + text.length) : null;
  if (quoted === null) return [{ kind: 'word', text, key: null, at }, text.length];
  return [{ kind: 'word', text, key: unquote(quoted[0]), at }, text.length + quoted[0].length];
}

/** Without its quotes; a doubled quote inside stands for one. */
function unquote(quoted: string): string {
  const quote = quoted.charAt(0);
  return quoted.slice(1, -1).replaceAll(quote + quote, quote);
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
