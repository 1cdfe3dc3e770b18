import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Table } from '#mlx/data/table.js';
import { fitPipeline } from '#mlx/features/fit.js';
import { applyPipeline } from '#mlx/features/pipeline.js';
import { RECIPE_CHOICES, type RecipeOptions, recipeOf } from '#mlx/features/recipe.js';
import { runPipeline } from '#mlx/modeling/matrix.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { feedsOf } from '#mlx/scoring/feeds.js';
import { firstDifference, numbers, schemaOf, tableOf, texts, times } from './tables.js';

const ROWS = 9;
const list = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.option(value, { freq: 5, nil: null }), { minLength: ROWS, maxLength: ROWS });
// ONNX Runtime takes a double constant below float32's smallest number for 0 and leaves the subtraction out.
const aNumber = fc.oneof(
  fc.double({ noNaN: true, min: -1e30, max: 1e30 }).map((value) => (Math.abs(value) < 1e-30 ? 0 : value)),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(0, -0, 0.1, 1e30, -1e30),
);
const aLevel = fc.oneof(
  fc.constantFrom('a', 'A', 'b', '10', ' a', 'é', '😀', 'a|b', '"'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
);
const aTime = fc.oneof(
  fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
  fc.constantFrom(0, -1, 951_782_399, 951_782_400),
);

const aTable: fc.Arbitrary<Table> = fc
  .record({
    numbers: fc.array(list(aNumber), { maxLength: 3 }),
    texts: fc.array(list(aLevel), { maxLength: 3 }),
    times: fc.array(list(aTime), { maxLength: 2 }),
  })
  .filter((parts) => parts.numbers.length + parts.times.length > 0)
  .map((parts) =>
    tableOf([
      ...parts.numbers.map((values, index) => numbers(`n${index}`, values)),
      ...parts.texts.map((values, index) => texts(`s${index}`, values)),
      ...parts.times.map((values, index) => times(`t${index}`, values)),
    ]),
  );

const aRecipe: fc.Arbitrary<RecipeOptions> = fc.record({
  impute: fc.constantFrom(...RECIPE_CHOICES.impute),
  outliers: fc.constantFrom(...RECIPE_CHOICES.outliers),
  encode: fc.constantFrom(...RECIPE_CHOICES.encode),
  scale: fc.constantFrom(...RECIPE_CHOICES.scale),
});

it('the graph gives the bits of the steps’ own arithmetic, in batches of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      aTable,
      aTable,
      aRecipe,
      fc.integer({ min: 1, max: ROWS }),
      async (train, other, choice, batch) => {
        const columns = schemaOf(train);
        const { pipeline } = fitPipeline(train, columns, recipeOf(choice));
        const sameColumns = columns.every(({ name }) => other.columns.some((column) => column.name === name));
        const table = sameColumns ? other : train;
        const expected = applyPipeline(pipeline, table);
        const { matrix, graph } = await runPipeline(pipeline, columns, table, 'test', 1);
        expect(firstDifference(matrix, expected)).toBeNull();
        const width = pipeline.features.length;
        const session = await ModelSession.load(graph);
        try {
          for (let start = 0; start < table.rows; start += batch) {
            const end = Math.min(start + batch, table.rows);
            const feeds = feedsOf({ columns, input: { kind: 'columns' } }, table, start, end);
            const { features } = await session.run(feeds);
            expect(
              firstDifference(features?.data as Float32Array, expected.subarray(start * width, end * width)),
            ).toBeNull();
          }
        } finally {
          await session.release();
        }
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);
