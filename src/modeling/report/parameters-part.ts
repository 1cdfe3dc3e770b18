import type { Task } from '../../data/schema.js';
import type { Parameter } from '../../reports/training/report.js';
import { type ParameterValue, resolveParameters } from '../../training/parameters.js';
import { findAlgorithm } from '../../training/train.js';

/** The parameters of a model, and whether each is other than its default. */
export function parametersPart(
  params: Readonly<Record<string, ParameterValue>>,
  algorithm: string,
  task: Task,
): readonly Parameter[] {
  const defaults = resolveParameters(findAlgorithm(algorithm), task, {});
  return Object.entries(params).map(([name, value]) => ({
    name,
    value: String(value),
    isChosen: value !== defaults[name],
  }));
}
