import { joinCasts } from './optimise-casts.js';
import { rearrangeColumns } from './optimise-columns.js';
import { foldConstants } from './optimise-constants.js';
import { Draft } from './optimise-draft.js';
import type { Namer, Operator, Program } from './program.js';

/**
 * One rewriting: the name of a tensor that stands for the operator's output and costs less, or null where it has
 * nothing to say. Every rule takes operators away, or swaps one for a constant; none changes a bit of a result.
 */
type Rule = (operator: Operator, draft: Draft) => string | null;

const RULES: readonly Rule[] = [foldConstants, dropIdentity, joinCasts, rearrangeColumns];

/** Each pass must find something to take away; real graphs need two or three. */
const MOST_PASSES = 20;

/**
 * The same results from fewer operators: constants folded, casts joined, column joins and picks made one, equal
 * operators merged, what no result needs left out. Elementwise arithmetic is neither moved nor replaced, so the
 * bits of the results stay what they were.
 */
export function optimise(program: Program, namer: Namer): Program {
  let current = withoutDead(program);
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const next = withoutDead(rewrite(current, namer));
    const isShorter = next.operators.length < current.operators.length;
    current = next;
    if (!isShorter) break;
  }
  return current;
}

/** Leaves out the operators that no result needs. */
export function withoutDead(program: Program): Program {
  const needed = new Set(program.results);
  const live: Operator[] = [];
  for (const operator of program.operators.toReversed()) {
    if (!needed.has(operator.output)) continue;
    for (const input of operator.inputs) needed.add(input);
    live.push(operator);
  }
  return { ...program, operators: live.reverse() };
}

function rewrite(program: Program, namer: Namer): Program {
  const draft = new Draft(program, namer);
  for (const operator of program.operators) {
    const resolved = { ...operator, inputs: operator.inputs.map((input) => draft.resolve(input)) };
    const replacement = firstAnswer(resolved, draft) ?? draft.keep(resolved);
    if (replacement !== operator.output) draft.replace(operator.output, replacement);
  }
  return {
    ...program,
    operators: draft.operators,
    results: program.results.map((name) => draft.resolve(name)),
  };
}

function firstAnswer(operator: Operator, draft: Draft): string | null {
  for (const rule of RULES) {
    const answer = rule(operator, draft);
    if (answer !== null) return answer;
  }
  return null;
}

function dropIdentity({ op, inputs }: Operator): string | null {
  return op === 'Identity' ? (inputs[0] as string) : null;
}
