import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import type { BlockKind } from './block.js';
import type { Named } from './frame.js';

const KIND_OF: Readonly<Record<string, BlockKind>> = {
  '@number': 'number',
  '@category': 'string',
  '@time': 'time',
};
const KIND_WORD: Readonly<Record<BlockKind, string>> = {
  number: 'numbers',
  string: 'categories',
  time: 'times',
};

/**
 * The columns that a step of a recipe works on, in the frame's order.
 *
 * A selector is a column's name, a pattern with `*`, `@all`, `@number`, `@category` or `@time`; with `!` before it
 * the columns are left out again. Patterns and `@all` mean columns of the step's kind alone.
 * @param owner how messages call the step
 * @throws MlxError COLUMN_NOT_FOUND for a name that is not there, PARAM_INVALID for one of another kind
 */
export function selectNames(
  owner: string,
  accepts: BlockKind,
  selectors: readonly string[] | undefined,
  frame: readonly Named[],
): string[] {
  const chosen = new Set<string>();
  for (const selector of selectors ?? ['@all']) {
    const isExcluding = selector.startsWith('!');
    const names = matches(owner, accepts, isExcluding ? selector.slice(1) : selector, frame);
    if (isExcluding && chosen.size === 0 && selector === selectors?.[0]) {
      for (const { name, kind } of frame) if (kind === accepts) chosen.add(name);
    }
    for (const name of names) {
      if (isExcluding) chosen.delete(name);
      else chosen.add(name);
    }
  }
  return frame.filter(({ name }) => chosen.has(name)).map(({ name }) => name);
}

function matches(owner: string, accepts: BlockKind, selector: string, frame: readonly Named[]): string[] {
  const ofKind = frame.filter(({ kind }) => kind === accepts).map(({ name }) => name);
  const exact = frame.find(({ name }) => name === selector);
  if (exact !== undefined) {
    if (exact.kind === accepts) return [selector];
    throw new MlxError('PARAM_INVALID', `${owner} takes ${KIND_WORD[accepts]}, and "${selector}" is none.`, {
      hint: `At this step "${selector}" is one of the ${KIND_WORD[exact.kind]}; see \`mlx preprocess --explain\`.`,
    });
  }
  if (selector === '@all') return ofKind;
  if (Object.hasOwn(KIND_OF, selector)) return KIND_OF[selector] === accepts ? ofKind : [];
  if (selector.includes('*')) {
    const pattern = new RegExp(`^${selector.split('*').map(escaped).join('.*')}$`, 's');
    return ofKind.filter((name) => pattern.test(name));
  }
  const names = frame.map(({ name }) => name);
  throw new MlxError('COLUMN_NOT_FOUND', `${owner}: there is no column "${selector}" at this step.`, {
    hint: didYouMean(selector, [...names, ...Object.keys(KIND_OF), '@all']),
    details: { column: selector },
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
