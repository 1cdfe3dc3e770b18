import type { SettingKey } from '../../config/settings.js';
import { AUTO } from '../../modeling/spec.js';
import type { RunRecord } from '../../store/run-records.js';
import { ALGORITHMS } from '../../training/algorithms.js';
import type { CommandContext } from '../command.js';
import type { ModelingOptions } from '../modeling-options.js';

export type RetrainOptions = Partial<ModelingOptions> &
  Omit<ModelingOptions, 'data' | 'target'> & {
    readonly model?: string;
    readonly minImprovement: number;
    readonly keepLatest?: number;
    readonly exitZero?: boolean;
  };

/**
 * Algorithm and parameters of the production run, where nothing else is said now. What a comparison or a search chose
 * stays chosen, also where the configuration asks for one: only this command line itself starts another.
 */
export function trainingChoices(
  options: RetrainOptions,
  previous: RunRecord['params'],
  { settings }: CommandContext,
): Pick<ModelingOptions, 'algorithm' | 'param' | 'search'> {
  const isSaid = (key: SettingKey): boolean => settings[key].origin === 'flag';
  const isDefault = (key: SettingKey): boolean => settings[key].origin === 'default';
  const { search, param } = options;
  const isCompared = options.algorithm === AUTO && isSaid('training.algorithm');
  const isSearched = search !== undefined && isSaid('training.search');
  const isTaken = isDefault('training.algorithm') || (options.algorithm === AUTO && !isCompared);
  const algorithm = isTaken ? (previous.algorithm ?? options.algorithm) : options.algorithm;
  if (isSearched) return { algorithm, param, search };
  if (isCompared) return { algorithm, param };
  const isChosen = options.algorithm === AUTO || search !== undefined || isDefault('training.params');
  return { algorithm, param: isChosen ? learnedParams(algorithm, previous) : param };
}

/** The parameters of the production run that the algorithm has. */
function learnedParams(algorithm: string, previous: RunRecord['params']): ModelingOptions['param'] {
  const known = ALGORITHMS.find(({ name }) => name === algorithm)?.parameters ?? [];
  return Object.fromEntries(
    known.flatMap(({ name }) => {
      const value = previous[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
