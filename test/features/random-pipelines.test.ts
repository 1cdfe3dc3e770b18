import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Table, takeRows } from '#mlx/data/table.js';
import { Engine } from '#mlx/engine/engine.js';
import { type EngineModel, readEngineModel } from '#mlx/engine/model.js';
import { MlxError } from '#mlx/errors.js';
import { emitPipeline } from '#mlx/features/emit.js';
import { type Fitted, fitPipeline } from '#mlx/features/fit.js';
import { applyPipeline, type FittedPipeline, STEPS } from '#mlx/features/pipeline.js';
import type { FitContext, StepSpec } from '#mlx/features/step.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { feedsOf, packTable } from '#mlx/scoring/feeds.js';
import { aRecipe } from './random-recipes.js';
import { MAX_ROWS, type TwoTables, twoTables } from './random-tables.js';
import { firstDifference, schemaOf } from './tables.js';

const RUNS = 250;
const SEED = 20_250_301;

/** A target of two or three classes or of numbers, or none; two folds or three. */
const aContext: fc.Arbitrary<(rows: number) => FitContext> = fc
  .record({
    classes: fc.constantFrom(0, 2, 3),
    values: fc.array(fc.nat(5), { minLength: MAX_ROWS, maxLength: MAX_ROWS }),
    folds: fc.integer({ min: 2, max: 3 }),
    isKnown: fc.integer({ min: 0, max: 9 }).map((digit) => digit > 0),
  })
  .map(({ classes, values, folds, isKnown }) => (rows) => ({
    target: isKnown
      ? {
          task: classes === 0 ? 'regression' : 'classification',
          classes,
          values: Float64Array.from(values.slice(0, rows), (value) =>
            classes === 0 ? value * 1.1 : value % classes,
          ),
        }
      : null,
    folds: isKnown ? Int32Array.from({ length: rows }, (_, row) => row % folds) : null,
    seed: 5,
  }));

const used = new Set<string>();

/** The fitted pipeline, or null where the recipe cannot be followed with that table, which the error then says. */
function fitOrRefuse({ train }: TwoTables, recipe: readonly StepSpec[], context: FitContext): Fitted | null {
  try {
    return fitPipeline(train, schemaOf(train), recipe, context);
  } catch (error) {
    if (
      error instanceof MlxError &&
      ['PARAM_INVALID', 'FEATURES_MISSING', 'DATA_INVALID'].includes(error.code)
    )
      return null;
    throw error;
  }
}

async function withSession<T>(
  graph: Uint8Array,
  threads: number,
  use: (run: Run) => Promise<T>,
  table: Table,
): Promise<T> {
  const session = await ModelSession.load(graph, { threads });
  const columns = schemaOf(table);
  try {
    return await use(async (rows, size) => {
      const parts: number[] = [];
      for (let start = 0; start < rows.rows; start += size) {
        const end = Math.min(start + size, rows.rows);
        const { features } = await session.run(
          feedsOf({ columns, input: { kind: 'columns' } }, rows, start, end),
        );
        if (features?.type === 'float') parts.push(...features.data);
      }
      return Float32Array.from(parts);
    });
  } finally {
    await session.release();
  }
}

/** Scores a table in batches of that size. */
type Run = (table: Table, size: number) => Promise<Float32Array>;

function graphOf(pipeline: FittedPipeline, table: Table): Uint8Array {
  const graph = new GraphBuilder();
  graph.output('features', emitPipeline(graph, pipeline, schemaOf(table)), ['N', pipeline.features.length]);
  return graph.build({}, 'test');
}

const bytes = (matrix: Float32Array): Buffer =>
  Buffer.from(matrix.buffer, matrix.byteOffset, matrix.byteLength);

/** Row i of the result is row `order[i]` of the matrix. */
function reordered(matrix: Float32Array, order: readonly number[], width: number): Float32Array {
  return Float32Array.from(order.flatMap((row) => [...matrix.subarray(row * width, (row + 1) * width)]));
}

/** mlx's own engine runs every graph of steps, together and row by row, as ONNX Runtime does. */
function checkEngine(graph: Uint8Array, table: Table, expected: Float32Array): void {
  const columns = schemaOf(table);
  const model = readEngineModel(graph, ['features']);
  expect(model, 'read by the engine').not.toBeNull();
  const engine = Engine.plan(
    model as EngineModel,
    columns.map(({ name }) => name),
  ) as Engine;
  const packed = packTable({ columns }, table);
  const features = (start: number, end: number): Float32Array =>
    engine.run(packed, start, end).features?.data as Float32Array;
  expect(firstDifference(features(0, table.rows), expected), 'in the engine').toBeNull();
  const alone = Array.from({ length: table.rows }, (_, row) => [...features(row, row + 1)]).flat();
  expect(firstDifference(Float32Array.from(alone), expected), 'row by row in the engine').toBeNull();
}

async function checkPipeline(pipeline: FittedPipeline, table: Table, batch: number): Promise<void> {
  const stored = JSON.parse(JSON.stringify(pipeline)) as FittedPipeline;
  expect(stored).toEqual(pipeline);
  const width = pipeline.features.length;
  const graph = graphOf(stored, table);
  const expected = applyPipeline(stored, table);
  const backwards = [...Array(table.rows).keys()].reverse();
  const whole = await withSession(
    graph,
    1,
    async (run) => {
      const all = await run(table, table.rows);
      expect(firstDifference(all, expected), 'against the steps’ own arithmetic').toBeNull();
      checkEngine(graph, table, all);
      expect(bytes(await run(table, batch)).equals(bytes(all)), `in batches of ${batch}`).toBe(true);
      const turned = await run(takeRows(table, backwards), table.rows);
      expect(bytes(turned).equals(bytes(reordered(all, backwards, width))), 'in another order').toBe(true);
      return all;
    },
    table,
  );
  await withSession(
    graph,
    2,
    async (run) => {
      expect(bytes(await run(table, table.rows)).equals(bytes(whole)), 'on two threads').toBe(true);
    },
    table,
  );
}

it('any pipeline’s graph gives the bits of the steps, whatever the batches, threads and order of rows', async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(
      twoTables,
      aRecipe,
      aContext,
      fc.integer({ min: 1, max: MAX_ROWS }),
      async (tables, recipe, contextOf, batch) => {
        const fitted = fitOrRefuse(tables, recipe, contextOf(tables.train.rows));
        fc.pre(fitted !== null);
        const { pipeline, folds } = fitted as Fitted;
        for (const { step } of pipeline.steps) used.add(step);
        await checkPipeline(pipeline, tables.all, batch);
        if (folds !== null) await checkPipeline(folds[0] as FittedPipeline, tables.all, batch);
        ran++;
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
  expect(ran).toBeGreaterThanOrEqual(RUNS);
  expect([...STEPS.keys()].filter((name) => !used.has(name))).toEqual([]);
}, 120_000);
