import type { FoldPlan } from '../data/fold-plan.js';
import type { Task } from '../data/schema.js';
import { MlxError } from '../errors.js';
import { planRecipe, RECIPES, type RecipePlan } from '../features/recipe.js';
import { didYouMean } from '../suggest.js';
import { ALGORITHMS } from '../training/algorithms.js';
import {
  type Algorithm,
  type Dimension,
  findParameter,
  type ParameterValue,
  resolveParameters,
} from '../training/parameters.js';
import { parseDimension } from '../training/search/space.js';
import { findAlgorithm } from '../training/train.js';
import { FoldMatrices, type FoldSource } from './fold-matrices.js';
import { AUTO, type ModelingSpec } from './spec.js';

/** An algorithm that takes part: with what it is trained, and what may be searched. */
export interface Contender {
  readonly algorithm: Algorithm;
  readonly recipe: RecipePlan;
  /** The parameters that were asked for, which no search touches. */
  readonly given: Readonly<Record<string, ParameterValue>>;
  /** What a search draws; empty without a search. */
  readonly space: readonly Dimension[];
}

/**
 * Those that `auto` compares, the cheap ones first, so that little time is enough for a board: the list ends with what
 * fits soonest. The package of that name is there to be compared with, and slow.
 */
const COMPARED: readonly Algorithm[] = ALGORITHMS.filter(({ name }) => name !== 'ml-random-forest').reverse();

/**
 * The algorithms of a run. Of `auto` each takes the parameters that it knows.
 * @throws MlxError PARAM_INVALID for an algorithm, parameter, space or recipe that is not understood
 */
export function contendersOf(spec: ModelingSpec): readonly Contender[] {
  if (spec.algorithm !== AUTO) return [contenderOf(findAlgorithm(spec.algorithm), spec, spec)];
  requireKnown(Object.keys(spec.params));
  requireKnown(Object.keys(spec.search?.space ?? {}));
  return COMPARED.map((algorithm) => {
    const knows = ([name]: readonly [string, unknown]): boolean =>
      findParameter(algorithm, name) !== undefined;
    const params = Object.fromEntries(Object.entries(spec.params).filter(knows));
    const space = Object.fromEntries(Object.entries(spec.search?.space ?? {}).filter(knows));
    const search = spec.search === undefined ? undefined : { ...spec.search, space };
    return contenderOf(algorithm, spec, { params, search });
  });
}

function contenderOf(
  algorithm: Algorithm,
  { recipe, steps }: ModelingSpec,
  { params, search }: Pick<ModelingSpec, 'params' | 'search'>,
): Contender {
  return {
    algorithm,
    recipe: planRecipe(RECIPES[algorithm.recipe], recipe, steps),
    given: params,
    space: search === undefined ? [] : spaceOf(algorithm, params, search.space),
  };
}

/** The named space, or the algorithm's own without what is given as a parameter. */
function spaceOf(
  algorithm: Algorithm,
  params: Readonly<Record<string, ParameterValue>>,
  named: Readonly<Record<string, string>>,
): readonly Dimension[] {
  const given = new Set(Object.keys(params).map((name) => findParameter(algorithm, name)?.name));
  const dimensions = Object.entries(named).map(([name, text]) => parseDimension(algorithm, name, text));
  const twice = dimensions.find(({ name }) => given.has(name));
  if (twice !== undefined) {
    throw new MlxError('USAGE', `${twice.name} is given as a parameter and searched over.`, {
      hint: 'Leave it out of --param or of --space.',
    });
  }
  if (dimensions.length > 0) return dimensions;
  return (algorithm.space ?? []).filter(({ name }) => !given.has(name));
}

function requireKnown(names: readonly string[]): void {
  for (const name of names) {
    if (COMPARED.some((algorithm) => findParameter(algorithm, name) !== undefined)) continue;
    const known = [...new Set(COMPARED.flatMap(({ parameters }) => parameters.map((one) => one.name)))];
    throw new MlxError('PARAM_INVALID', `No algorithm has a parameter "${name}".`, {
      hint: didYouMean(name, known),
      details: { parameter: name, known },
    });
  }
}

/**
 * Those that can learn the task.
 * @throws MlxError PARAM_INVALID where a parameter does not fit the algorithm; USAGE where there is nothing to search
 */
export function fitForTask(
  contenders: readonly Contender[],
  task: Task,
  isSearched: boolean,
): readonly Contender[] {
  const fit = contenders.filter(({ algorithm }) => contenders.length === 1 || algorithm.tasks.includes(task));
  for (const { algorithm, given } of fit) resolveParameters(algorithm, task, given);
  if (isSearched && fit.every(({ space }) => space.length === 0)) {
    throw new MlxError(
      'USAGE',
      `There is nothing to search: ${fit[0]?.algorithm.name} has no free parameter.`,
      {
        hint: 'Name what shall be searched with --space, and leave it out of --param.',
      },
    );
  }
  return fit;
}

/** The folds as each contender's recipe makes them; contenders of equal recipes share them. */
export function foldMatrices(
  plan: FoldPlan,
  source: Omit<FoldSource, 'recipe' | 'plan'>,
  keep: boolean,
): (contender: Contender) => FoldMatrices {
  const shared = new Map<string, FoldMatrices>();
  return ({ recipe }) => {
    const key = JSON.stringify(recipe);
    let folds = shared.get(key);
    if (folds === undefined) {
      folds = new FoldMatrices({ ...source, recipe, plan }, { keep });
      shared.set(key, folds);
    }
    return folds;
  };
}
