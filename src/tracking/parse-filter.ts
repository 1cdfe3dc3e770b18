import { NUMERIC_ATTRIBUTES, type RunField, type RunFilter, type RunOperator } from '../store/run-query.js';
import { parseField } from './parse-field.js';
import { expressionError, type Token, tokenize } from './tokens.js';

const MAX_DEPTH = 50;
const MAX_COMPARISONS = 200;
const OPERATORS: Readonly<Record<string, RunOperator>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/**
 * Parses a filter over runs:
 *
 *     any        = all { "or" all }
 *     all        = not { "and" not }
 *     not        = "not" not | "(" any ")" | comparison
 *     comparison = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" | "like" ) ( number | quoted text )
 *
 * Keywords in any case; text in single or double quotes, a quote inside doubled; `like` takes `%` and
 * `_` and ignores the case of ASCII letters. Errors: EXPRESSION_INVALID with the position.
 */
export function parseRunFilter(expression: string): RunFilter {
  return new FilterParser(expression).parse();
}

class FilterParser {
  readonly #expression: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #comparisons = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = tokenize(expression);
  }

  parse(): RunFilter {
    const filter = this.#any(0);
    const rest = this.#peek();
    if (rest.kind !== 'end') throw this.#fail(rest, 'Expected "and", "or" or the end');
    return filter;
  }

  #any(depth: number): RunFilter {
    return this.#joined('any', 'or', () => this.#all(depth));
  }

  #all(depth: number): RunFilter {
    return this.#joined('all', 'and', () => this.#not(depth));
  }

  #joined(kind: 'any' | 'all', keyword: string, part: () => RunFilter): RunFilter {
    const first = part();
    const filters = [first];
    while (this.#takeKeyword(keyword)) filters.push(part());
    return filters.length === 1 ? first : { kind, filters };
  }

  #not(depth: number): RunFilter {
    const token = this.#peek();
    if (depth > MAX_DEPTH) throw this.#fail(token, `The expression is nested more than ${MAX_DEPTH} deep`);
    if (this.#takeKeyword('not')) return { kind: 'not', filter: this.#not(depth + 1) };
    if (token.kind !== 'open') return this.#comparison();
    this.#next++;
    const filter = this.#any(depth + 1);
    if (this.#peek().kind !== 'close') throw this.#fail(this.#peek(), 'Expected ")"');
    this.#next++;
    return filter;
  }

  #comparison(): RunFilter {
    const token = this.#peek();
    if (token.kind !== 'word') throw this.#fail(token, 'Expected a field such as metrics.roc_auc');
    if (++this.#comparisons > MAX_COMPARISONS) {
      throw this.#fail(token, `The expression has more than ${MAX_COMPARISONS} comparisons`);
    }
    this.#next++;
    const field = parseField(token, this.#expression);
    const operator = this.#operator();
    return { kind: 'compare', field, operator, value: this.#value(field, operator) };
  }

  #operator(): RunOperator {
    const token = this.#peek();
    if (this.#takeKeyword('like')) return 'like';
    const operator = token.kind === 'operator' ? OPERATORS[token.text] : undefined;
    if (operator === undefined) throw this.#fail(token, 'Expected one of = != < <= > >= like');
    this.#next++;
    return operator;
  }

  #value(field: RunField, operator: RunOperator): string | number {
    const token = this.#peek();
    this.#next++;
    const isNumeric =
      field.kind === 'metric' || (field.kind === 'attribute' && NUMERIC_ATTRIBUTES.has(field.name));
    if (token.kind === 'number') {
      if (operator === 'like') throw this.#fail(token, '"like" compares with quoted text');
      // Params hold numbers as text and compare as either; every other text field compares as text.
      return isNumeric || field.kind === 'param' ? token.value : token.text;
    }
    if (token.kind === 'text') {
      if (isNumeric) throw this.#fail(token, 'That field holds numbers; expected a number without quotes');
      return token.value;
    }
    const hint = token.kind === 'word' ? `Put text in quotes: '${token.text}'` : undefined;
    throw this.#fail(token, 'Expected a number or quoted text', hint);
  }

  #takeKeyword(keyword: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'word' || token.text.toLowerCase() !== keyword) return false;
    this.#next++;
    return true;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  #fail(token: Token, problem: string, hint?: string) {
    return expressionError(this.#expression, token.at, problem, hint);
  }
}
