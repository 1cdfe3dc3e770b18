import { type ColumnSchema, columnKind } from '../data/schema.js';
import type { Table } from '../data/table.js';
import { MlxError } from '../errors.js';
import type { BlockKind } from './block.js';
import { columnsOfTable, Frame, type FrameColumn, joinColumns, type Named, splitBlock } from './frame.js';
import type { StepState } from './step.js';
import { stepNamed } from './steps.js';

export { STEPS } from './steps.js';

/** A step with what it learned, and the columns that it takes and gives. */
export interface FittedStep {
  readonly step: string;
  readonly kind: BlockKind;
  /** As the recipe gave them; the others have their defaults. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly state: StepState;
}

/** The fitted preprocessing as plain JSON. */
export interface FittedPipeline {
  readonly version: 2;
  /** The raw columns that the first steps take. */
  readonly columns: readonly Named[];
  readonly steps: readonly FittedStep[];
  /** Names of the feature matrix's columns, in order. */
  readonly features: readonly string[];
}

const KINDS: readonly BlockKind[] = ['number', 'string', 'time'];

/** The raw columns of a schema as a pipeline begins with them: kind by kind, so that the graph joins each once. */
export function rawColumns(columns: readonly ColumnSchema[]): Named[] {
  const raw = columns.map(({ name, type }) => ({ name, kind: columnKind(type) }));
  return KINDS.flatMap((kind) => raw.filter((column) => column.kind === kind));
}

/** Called with the columns that each step gave, in order. */
export type OnStep = (step: FittedStep, columns: readonly FrameColumn[]) => void;

/** The pipeline's own arithmetic: the float32 feature matrix, row-major rows × features. */
export function applyPipeline(pipeline: FittedPipeline, table: Table, onStep?: OnStep): Float32Array {
  const frame = new Frame(columnsOfTable(table, pipeline.columns));
  for (const fitted of pipeline.steps) {
    const block = joinColumns(frame.take(fitted.inputs));
    const given = splitBlock(stepNamed(fitted.step, fitted.kind).apply(block, fitted.state));
    frame.replace(fitted.inputs, given);
    onStep?.(fitted, given);
  }
  return matrixOf(frame.values, table.rows);
}

function matrixOf(columns: readonly FrameColumn[], rows: number): Float32Array {
  const width = columns.length;
  const matrix = new Float32Array(rows * width);
  columns.forEach(({ name, kind, load }, offset) => {
    if (kind !== 'number') throw new MlxError('INTERNAL', `the feature ${name} is no number`);
    const values = load().columns[0] as Float64Array;
    for (let row = 0; row < rows; row++) matrix[row * width + offset] = values[row] as number;
  });
  return matrix;
}
