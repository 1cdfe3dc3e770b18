import { evaluate } from './evaluate.js';
import type { Draft } from './optimise-draft.js';
import type { Constant, Operator } from './program.js';

/** A constant is not made larger than that: the file would grow for an operator that costs next to nothing. */
const MOST_BYTES = 1_000_000;

/** An operator on constants alone becomes a constant, where its value is known to the bit. */
export function foldConstants(operator: Operator, draft: Draft): string | null {
  const inputs = operator.inputs.map((input) => draft.constantNamed(input));
  if (inputs.length === 0 || inputs.includes(undefined)) return null;
  const value = evaluate(operator, inputs as readonly Constant[], MOST_BYTES);
  return value === null ? null : draft.namer.constant(value.type, value.dims, value.data).name;
}
