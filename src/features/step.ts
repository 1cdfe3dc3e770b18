import type { GraphBuilder } from '../onnx/graph.js';
import type { Block, BlockTensor } from './block.js';

/** Plain data: what a step learned, as it is written to JSON. */
export type StepState = Readonly<Record<string, unknown>>;

/**
 * One preprocessing step. `apply` is the step's own arithmetic in float64; `emit` writes the same arithmetic
 * as ONNX operators, and both give the same bits.
 */
export interface Step<
  In extends Block = Block,
  Out extends Block = Block,
  State extends StepState = StepState,
> {
  readonly name: string;
  readonly accepts: In['kind'];
  /** Learns from the training rows alone; earlier fits leave no trace. */
  fit(block: In, options: StepOptions): State;
  apply(block: In, state: State): Out;
  emit(graph: GraphBuilder, tensor: TensorOf<In>, state: State): TensorOf<Out>;
}

export type TensorOf<B extends Block> = Extract<BlockTensor, { kind: B['kind'] }>;

export interface StepOptions {
  readonly strategy?: string;
}

/** A step as a recipe names it. */
export interface StepSpec extends StepOptions {
  readonly step: string;
}
