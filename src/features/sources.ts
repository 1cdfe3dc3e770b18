import { MlxError } from '../errors.js';
import { Frame, type Named } from './frame.js';
import type { FittedPipeline, FittedStep } from './pipeline.js';
import { stepNamed } from './steps.js';

interface Sourced extends Named {
  /** Raw columns, ascending. */
  readonly from: readonly number[];
}

/**
 * The raw columns that each feature of a pipeline is made of, as places in `columns`; none for a feature that is the
 * same in every row.
 * @param columns names of the raw columns; every one that the pipeline takes is among them
 */
export function featureSources(pipeline: FittedPipeline, columns: readonly string[]): number[][] {
  const places = new Map(columns.map((name, index) => [name, index]));
  const frame = new Frame<Sourced>(
    pipeline.columns.map((column) => ({ ...column, from: [places.get(column.name) as number] })),
  );
  for (const fitted of pipeline.steps) {
    const inputs = frame.take(fitted.inputs);
    const outputs = sourcesOf(fitted).map((sources, index): Sourced => {
      const from = new Set(sources.flatMap((place) => inputs[place]?.from ?? []));
      return {
        name: fitted.outputs[index] as string,
        kind: fitted.kind,
        from: [...from].sort((a, b) => a - b),
      };
    });
    frame.replace(fitted.inputs, outputs);
  }
  return frame.take(pipeline.features).map(({ from }) => [...from]);
}

/** The places among a fitted step's inputs of which each of its outputs is made. */
export function sourcesOf({
  step,
  kind,
  inputs,
  outputs,
  state,
}: Omit<FittedStep, 'parameters'>): readonly (readonly number[])[] {
  const own = stepNamed(step, kind).sources?.(state);
  if (own !== undefined) return own;
  const places = new Map(inputs.map((name, index) => [name, index]));
  return outputs.map((name) => {
    const place = places.get(name);
    if (place === undefined)
      throw new MlxError('INTERNAL', `the step ${step} does not say what ${name} is made of`);
    return [place];
  });
}
