import { type RecipePlan, recipeParams } from '../features/recipe.js';
import type { ParamValue } from '../tracking/run-text.js';
import type { PreparedData } from './prepare.js';
import { hasTrials, type ModelingRequest } from './request.js';
import { sourceParams } from './source-params.js';
import type { ModelingSpec } from './spec.js';
import { thresholdText } from './threshold-rule.js';

/** What a run was asked to do, as its parameters. */
export function runParams(request: ModelingRequest): Readonly<Record<string, ParamValue>> {
  const { spec, data, contenders } = request;
  const [first] = contenders;
  return {
    algorithm: spec.algorithm,
    target: spec.target,
    seed: spec.seed,
    split: data.split,
    ...dataParams(spec, data),
    ...(spec.drop.length === 0 ? {} : { drop: spec.drop.join(',') }),
    ...(contenders.length === 1 ? recipeParams(first.recipe) : {}),
    ...judgingParams(request),
    ...(spec.calibrate === undefined ? {} : { calibrate: spec.calibrate }),
    ...(spec.threshold === undefined ? {} : { threshold: thresholdText(spec.threshold) }),
  };
}

/** What the trials chose, over what was asked for. */
export function chosenParams(
  spec: ModelingSpec,
  algorithm: string,
  recipe: RecipePlan,
): Readonly<Record<string, ParamValue>> {
  if (spec.algorithm === algorithm) return {};
  return { algorithm, chosen_by: spec.algorithm, ...recipeParams(recipe) };
}

/** How models are judged and searched for, where they are. */
function judgingParams({ spec, plan, metric }: ModelingRequest): Record<string, ParamValue> {
  const { search, timeBudgetSeconds } = spec;
  if (plan === null) return {};
  return {
    cv: plan.folds.length,
    cv_method: plan.method,
    ...(plan.column === null ? {} : { cv_column: plan.column }),
    ...(hasTrials(spec) ? { metric } : {}),
    ...(search === undefined ? {} : { search: search.method }),
    ...(search?.trials === undefined ? {} : { trials: search.trials }),
    ...(timeBudgetSeconds === undefined ? {} : { time_budget_s: timeBudgetSeconds }),
  };
}

/** What was chosen about the rows and columns, where something was. */
function dataParams(spec: ModelingSpec, data: PreparedData): Record<string, string | number> {
  const { splitColumn, duplicatesDropped } = data;
  const { keep = [] } = spec;
  return {
    ...sourceParams(spec),
    ...(splitColumn === null ? {} : { split_column: splitColumn }),
    ...(keep.length === 0 ? {} : { keep: keep.join(',') }),
    ...(spec.schema === undefined ? {} : { schema: spec.schema }),
    ...(duplicatesDropped === null ? {} : { drop_duplicates: 'true', duplicates_dropped: duplicatesDropped }),
  };
}
