import { describe, expect, it } from 'vitest';
import type { Column, Table } from '#mlx/data/table.js';
import { takeRows } from '#mlx/data/table.js';
import { type Block, blockOf } from '#mlx/features/block.js';
import { fitPipeline, NO_TARGET } from '#mlx/features/fit.js';
import { resolveOptions } from '#mlx/features/parameters.js';
import { applyPipeline, type FittedPipeline, STEPS } from '#mlx/features/pipeline.js';
import { sourcesOf } from '#mlx/features/sources.js';
import type { FitContext, Step, StepSpec } from '#mlx/features/step.js';
import { runPipeline } from './run-pipeline.js';
import { firstDifference, numbers, schemaOf, tableOf } from './tables.js';

/** One step under test, with the steps that must stand around it so that numbers come out. */
export interface StepCase {
  readonly name: string;
  readonly spec: StepSpec;
  readonly before?: readonly StepSpec[];
  readonly after?: readonly StepSpec[];
  /** What a step that looks at the target is given for so many training rows. */
  readonly context?: (rows: number) => FitContext;
}

/** Tables of one column kind that every step of that kind must bear. */
export interface Situations {
  readonly train: readonly Column[];
  readonly other: readonly Column[];
  /** Same columns, other rows: levels and ranges that the training rows did not have, and missing values. */
  readonly unseen: readonly Column[];
  readonly constant: readonly Column[];
  readonly allMissing: readonly Column[];
}

/** What every step must do; scikit-learn's `check_estimator` is the model. */
export function checkStep(testCase: StepCase, given: Situations): void {
  const step = STEPS.get(testCase.spec.step) as Step;
  const situations = step.accepts === 'number' ? given : withNumber(given);
  const chain = [...(testCase.before ?? []), testCase.spec, ...(testCase.after ?? [])];
  const contextOf = (table: Table): FitContext => testCase.context?.(table.rows) ?? NO_TARGET;
  const learn = (table: Table): FittedPipeline =>
    fitPipeline(table, schemaOf(table), chain, contextOf(table)).pipeline;
  const { step: _, columns: __, ...parameters } = testCase.spec;
  const options = resolveOptions(step.name, step.parameters, parameters);
  const stateOf = (table: Table) => step.fit(block(table), options, contextOf(table));

  const block = (table: Table) =>
    blockOf(
      table,
      step.accepts,
      table.columns.filter(({ kind }) => kind === step.accepts).map(({ name }) => name),
    );

  describe(testCase.name, () => {
    const train = tableOf(situations.train);
    it('learns the same from the same rows, whatever it was fitted on before', () => {
      const first = stateOf(train);
      stateOf(tableOf(situations.other));
      expect(stateOf(train)).toEqual(first);
    });

    if (step.isColumnwise?.(options) === true) {
      it('learns of each column what it learns of it alone', () => {
        const whole = stateOf(train);
        const own = train.columns.filter(({ kind }) => kind === step.accepts);
        own.forEach((column, index) => {
          for (const [key, alone] of Object.entries(stateOf(tableOf([column])))) {
            const value = whole[key];
            expect(alone).toEqual(Array.isArray(value) ? [value[index]] : value);
          }
        });
      });
    }

    it('knows of which columns each of its own is made', () => {
      const state = stateOf(train);
      const whole = block(train);
      const out = step.apply(whole, state);
      const sources = sourcesOf({
        step: step.name,
        kind: step.accepts,
        inputs: whole.names,
        outputs: out.names,
        state,
      });
      expect(sources).toHaveLength(out.names.length);
      whole.columns.forEach((_, index) => {
        // all rows get the first row's value: only what is made of the column may notice
        const level = takeRows(
          train,
          Array.from({ length: train.rows }, () => 0),
        );
        const own = whole.columns.map((column, i) => (i === index ? block(level).columns[i] : column));
        const changed = step.apply({ ...whole, columns: own } as Block, state);
        sources.forEach((from, place) => {
          if (!from.includes(index)) expect(changed.columns[place]).toEqual(out.columns[place]);
        });
      });
    });

    it('leaves its input as it was', () => {
      const before = structuredClone(train);
      const state = stateOf(train);
      step.apply(block(train), state);
      expect(train).toEqual(before);
    });

    it('keeps all that it learned in JSON', () => {
      const fitted = learn(train);
      const back = JSON.parse(JSON.stringify(fitted)) as FittedPipeline;
      expect(back).toEqual(fitted);
      const unseen = tableOf(situations.unseen);
      expect(firstDifference(applyPipeline(back, unseen), applyPipeline(fitted, unseen))).toBeNull();
    });

    const cases: readonly (readonly [string, readonly Column[], readonly Column[]])[] = [
      ['the training rows', situations.train, situations.train],
      ['missing and unseen values', situations.train, situations.unseen],
      ['constant columns', situations.constant, situations.unseen],
      ['columns without a value in training', situations.allMissing, situations.unseen],
      ['columns without a value now', situations.train, situations.allMissing],
    ];
    it.each(cases)('gives the same bits in the graph: %s', async (_, fitOn, applyTo) => {
      const pipeline = learn(tableOf(fitOn));
      const table = tableOf(applyTo);
      const { matrix } = await runPipeline(pipeline, schemaOf(table), table, 'test', 1);
      expect(firstDifference(matrix, applyPipeline(pipeline, table))).toBeNull();
      expect(matrix.length).toBe(table.rows * pipeline.features.length);
    });

    it('takes one row as it takes many', async () => {
      const pipeline = learn(train);
      const unseen = tableOf(situations.unseen);
      const all = applyPipeline(pipeline, unseen);
      const width = pipeline.features.length;
      for (let row = 0; row < unseen.rows; row++) {
        const one = takeRows(unseen, [row]);
        const { matrix } = await runPipeline(pipeline, schemaOf(one), one, 'test', 1);
        expect(firstDifference(matrix, all.subarray(row * width, (row + 1) * width))).toBeNull();
      }
    });

    it('can be fitted on one row', () => {
      const pipeline = learn(takeRows(train, [0]));
      expect(applyPipeline(pipeline, train)).toHaveLength(train.rows * pipeline.features.length);
    });
  });
}

/** A number beside the step's own columns, so that a feature is left where the step gives none. */
function withNumber(situations: Situations): Situations {
  const widened = Object.entries(situations).map(([name, columns]: [string, readonly Column[]]) => {
    const { rows } = tableOf(columns);
    return [name, [...columns, numbers('beside', new Array<number>(rows).fill(0))]];
  });
  return Object.fromEntries(widened) as Situations;
}
