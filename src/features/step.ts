import type { GraphBuilder } from '../onnx/graph.js';
import type { Block, BlockTensor } from './block.js';
import type { StepOptions, StepParameters } from './parameters.js';

export type { StepOptions } from './parameters.js';

/** Plain data: what a step learned, as it is written to JSON. */
export type StepState = Readonly<Record<string, unknown>>;

/**
 * One preprocessing step. `apply` is the step's own arithmetic in float64; `emit` writes the same arithmetic
 * as ONNX operators, and both give the same bits. The columns that come out replace those that went in.
 */
export interface Step<
  In extends Block = Block,
  Out extends Block = Block,
  State extends StepState = StepState,
> {
  readonly name: string;
  /** One line for the documentation. */
  readonly summary: string;
  readonly accepts: In['kind'];
  readonly parameters: StepParameters;
  /**
   * Whether each column that comes out has the name and place of one that went in and depends on that one alone,
   * and every list in the state has one entry a column: then the step is fitted a few columns at a time.
   */
  isColumnwise?(options: StepOptions): boolean;
  /**
   * Learns from the training rows alone; earlier fits leave no trace.
   * @param options every declared parameter, checked and with its default
   */
  fit(block: In, options: StepOptions, context: FitContext): State;
  apply(block: In, state: State): Out;
  emit(graph: GraphBuilder, tensor: TensorOf<In>, state: State): TensorOf<Out>;
  /**
   * For each column that comes out the places of those that went in of which it is made, in ascending order. Steps
   * whose columns keep their names need not say.
   */
  sources?(state: State): readonly (readonly number[])[];
  /**
   * For steps that look at the target: the state for each fold of `context.folds`, learned from the rows of the
   * other folds, so that no training row is encoded by its own label.
   */
  crossFit?(block: In, options: StepOptions, context: FitContext): readonly State[];
}

export type TensorOf<B extends Block> = Extract<BlockTensor, { kind: B['kind'] }>;

/** What is known of the training rows beside their columns. */
export interface FitContext {
  /** Class index or number of each row, never NaN; null when no target is known. */
  readonly target: FitTarget | null;
  /** Fold of each row, from 0; null when nothing is cross-fitted. */
  readonly folds: Int32Array | null;
  readonly seed: number;
  /** Room for a number per row, which a step may write to while it is fitted. */
  readonly scratch?: Float64Array;
}

export interface FitTarget {
  readonly task: 'classification' | 'regression';
  /** Number of classes; 0 for a regression. */
  readonly classes: number;
  readonly values: Float64Array;
}

/** A step as a recipe names it: its columns and its parameters. */
export interface StepSpec {
  readonly step: string;
  /** Selectors (see selectNames); every column of the step's kind when not given. */
  readonly columns?: readonly string[];
  readonly [parameter: string]: unknown;
}
