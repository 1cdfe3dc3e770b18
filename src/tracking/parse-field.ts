import { RUN_ATTRIBUTES, type RunAttribute, type RunField } from '../store/run-query.js';
import { suggest } from '../suggest.js';
import { expressionError, type Token } from './tokens.js';

const PREFIXES: ReadonlyMap<string, 'metric' | 'param' | 'tag'> = new Map([
  ['metrics', 'metric'],
  ['metric', 'metric'],
  ['params', 'param'],
  ['param', 'param'],
  ['tags', 'tag'],
  ['tag', 'tag'],
]);
const ATTRIBUTES = Object.keys(RUN_ATTRIBUTES) as RunAttribute[];

/** What a word names: `metrics.KEY`, `params.KEY`, `tags.KEY`, or an attribute that every run has. */
export function parseField(token: Token & { readonly kind: 'word' }, expression: string): RunField {
  const dot = token.text.indexOf('.');
  const prefix = PREFIXES.get(token.text.slice(0, Math.max(dot, 0)).toLowerCase());
  const key = token.text.slice(dot + 1) + (token.key ?? '');
  if (prefix !== undefined) {
    if (key === '') throw expressionError(expression, token.at, `A key must follow "${token.text}"`);
    return { kind: prefix, key };
  }
  const name = ATTRIBUTES.find((attribute) => attribute === token.text.toLowerCase());
  if (name !== undefined && token.key === null) return { kind: 'attribute', name };
  const near = suggest(token.text, [...ATTRIBUTES, 'metrics.', 'params.', 'tags.']);
  throw expressionError(
    expression,
    token.at,
    `There is no field "${token.text}"`,
    near === undefined
      ? `Fields are metrics.KEY, params.KEY, tags.KEY, ${ATTRIBUTES.join(', ')}.`
      : `Did you mean ${near}?`,
  );
}
