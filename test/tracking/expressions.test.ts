import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import type { RunFilter } from '#mlx/store/run-query.js';
import { listRuns } from '#mlx/tracking/list-runs.js';
import { parseRunFilter } from '#mlx/tracking/parse-filter.js';
import { parseRunSort } from '#mlx/tracking/parse-sort.js';
import { startRun } from '#mlx/tracking/start-run.js';
import { clock, temporaryStore } from '../store/temporary-store.js';

/** The tree written back as text, with every bracket. */
function show(filter: RunFilter): string {
  if (filter.kind === 'not') return `!${show(filter.filter)}`;
  if (filter.kind !== 'compare')
    return `(${filter.filters.map(show).join(filter.kind === 'all' ? ' & ' : ' | ')})`;
  const { field } = filter;
  const name = field.kind === 'attribute' ? field.name : `${field.kind}:${field.key}`;
  return `${name} ${filter.operator} ${JSON.stringify(filter.value)}`;
}

test.each([
  ['metrics.roc_auc > 0.9', 'metric:roc_auc > 0.9'],
  ['metrics.cv.roc_auc>=-1e-3', 'metric:cv.roc_auc >= -0.001'],
  ["params.algorithm = 'random-forest'", 'param:algorithm = "random-forest"'],
  ['params.trees == 100', 'param:trees = 100'],
  ['tags.build = 7', 'tag:build = "7"'],
  ['status = "finished"', 'status = "finished"'],
  ["name LIKE 'abc%'", 'name like "abc%"'],
  ["tags.x <> 'it''s'", 'tag:x != "it\'s"'],
  [`params."max depth" = 3`, 'param:max depth = 3'],
  ['metrics.`a``b` < .5', 'metric:a`b < 0.5'],
  ['dataset.rows > 10', 'dataset.rows > 10'],
  ["id = '1' and id = '2' or id = '3'", '((id = "1" & id = "2") | id = "3")'],
  ["id = '1' AND (id = '2' Or id = '3')", '(id = "1" & (id = "2" | id = "3"))'],
  ["not id = '1' and not (id = '2' or id = '3')", '(!id = "1" & !(id = "2" | id = "3"))'],
  ['metrics.größe > 1', 'metric:größe > 1'],
])('%s is understood', (expression, expected) => {
  expect(show(parseRunFilter(expression))).toBe(expected);
});

test.each([
  ['metrics.roc_auc >', 18, 'Expected a number or quoted text'],
  ['metrics.roc_auc > high', 19, 'Expected a number or quoted text'],
  ["metrics.roc_auc > '0.9'", 19, 'That field holds numbers'],
  ['metrics.roc_auc 0.9', 17, 'Expected one of = != < <= > >= like'],
  ['metrics. > 1', 1, 'A key must follow'],
  ['metric_roc = 1', 1, 'There is no field "metric_roc"'],
  ["staus = 'finished'", 1, 'There is no field "staus"'],
  ["(status = 'finished'", 21, 'Expected ")"'],
  ["status = 'finished')", 20, 'Expected "and", "or" or the end'],
  ["status = 'finished", 10, 'The quote is never closed'],
  ["status = 'a'; drop table runs", 13, '";" means nothing here'],
  ['name like 5', 11, '"like" compares with quoted text'],
  ['metrics.a > 1e999', 13, 'The number is too large'],
  ['metrics.a > 12abc', 13, '"12abc" means nothing here'],
  ['', 1, 'Expected a field'],
  ['and', 1, 'There is no field "and"'],
  [`${'('.repeat(60)}id = '1'`, 52, 'nested more than 50 deep'],
  [Array(201).fill("id='1'").join(' or '), 2001, 'more than 200 comparisons'],
])('%s is refused with its position', (expression, position, problem) => {
  const error = failureOf(() => parseRunFilter(expression));
  expect(error).toMatchObject({ code: 'EXPRESSION_INVALID', details: { position } });
  expect(error?.message).toContain(problem);
});

test('the message has a caret under the place', () => {
  expect(failureOf(() => parseRunFilter('metrics.a > 1 or or'))?.message).toBe(
    'There is no field "or" (at character 18).\n  metrics.a > 1 or or\n                   ^',
  );
});

test('a wrong field gets a suggestion, and bare text is told to be quoted', () => {
  expect(failureOf(() => parseRunFilter("staus = 'x'"))?.hint).toBe('Did you mean status?');
  expect(failureOf(() => parseRunFilter('status = finished'))?.hint).toBe("Put text in quotes: 'finished'");
});

test.each([
  ['metrics.roc_auc desc', { field: { kind: 'metric', key: 'roc_auc' }, descending: true }],
  ['-metrics.roc_auc', { field: { kind: 'metric', key: 'roc_auc' }, descending: true }],
  ['started_at', { field: { kind: 'attribute', name: 'started_at' }, descending: false }],
  [' params."max depth" ASC ', { field: { kind: 'param', key: 'max depth' }, descending: false }],
])('the order %s is understood', (expression, expected) => {
  expect(parseRunSort(expression)).toEqual(expected);
});

test.each(['metrics.a up', '-metrics.a desc', 'metrics.a desc x', "'a'", '-', 'depth', '> 5'])(
  'the order %s is refused',
  (expression) => {
    expect(failureOf(() => parseRunSort(expression))).toMatchObject({ code: 'EXPRESSION_INVALID' });
  },
);

test('a filter and an order reach the store', async () => {
  const store = await temporaryStore();
  const now = clock();
  for (const [name, algorithm, auc] of [
    ['a', 'random-forest', 0.95],
    ['b', 'boosting', 0.99],
    ['c', 'random-forest', 0.97],
    ['d', 'random-forest', 0.5],
  ] as const) {
    const run = await startRun(store, { name, params: { algorithm }, now });
    await run.logMetrics({ roc_auc: auc });
    await run.finish();
  }
  const where = "metrics.roc_auc > 0.9 and params.algorithm = 'random-forest' and status = 'finished'";
  const names = async (query: Parameters<typeof listRuns>[1]) =>
    (await listRuns(store, query)).map(({ name }) => name).join('');
  expect(await names({ where, sort: '-metrics.roc_auc' })).toBe('ca');
  expect(await names({ where, sort: 'metrics.roc_auc' })).toBe('ac');
  expect(await names({ sort: 'metrics.roc_auc desc', limit: 2 })).toBe('bc');
  expect(await names({ where: "name = ''' OR ''1''=''1'" })).toBe('');
  expect(await names({ where: ' ' })).toBe('dcba');
});

describe('whatever is typed', () => {
  const words = fc.constantFrom(
    ...[
      'metrics.a',
      'params."b c"',
      'tags.`',
      'name',
      'status',
      'and',
      'or',
      'not',
      'like',
      '(',
      ')',
      '=',
      '!=',
    ],
    ...[
      '<',
      '>=',
      "'x'",
      '"y"',
      "'",
      '1',
      '-2.5e3',
      '.',
      '%',
      '--',
      ';',
      '\\',
      '\u0000',
      '𝕏',
      '__proto__.x',
      'constructor.x',
    ],
  );
  const input = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(words, { maxLength: 14 }).map((parts) => parts.join(' ')),
    fc.array(words, { maxLength: 14 }).map((parts) => parts.join('')),
  );

  test('the parsers answer with a tree or EXPRESSION_INVALID', () => {
    fc.assert(
      fc.property(input, (text) => {
        for (const parse of [parseRunFilter, parseRunSort]) {
          const error = failureOf(() => parse(text));
          if (error !== undefined) expect(error.code).toBe('EXPRESSION_INVALID');
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('the store runs what the parser lets through', async () => {
    const store = await temporaryStore();
    await startRun(store, { params: { a: 1 }, now: clock() });
    const operand = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom("'; DROP TABLE runs; --", '%_\\', '"'),
    );
    const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const comparison = fc
      .tuple(
        fc.constantFrom('params', 'tags'),
        fc.string({ minLength: 1, maxLength: 8 }),
        fc.constantFrom('=', '<', 'like'),
        operand,
      )
      .map(([prefix, key, operator, value]) => `${prefix}.${quote(key)} ${operator} ${quote(value)}`);
    const where = fc
      .array(comparison, { minLength: 1, maxLength: 5 })
      .map((parts) => `not (${parts.join(' or ')}) or ${parts.join(' and ')}`);
    await fc.assert(
      fc.asyncProperty(where, async (text) => {
        expect((await listRuns(store, { where: text })).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
    expect(await store.runs.search()).toHaveLength(1);
  });
});

function failureOf(work: () => unknown): MlxError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof MlxError) return error;
    throw error;
  }
}
