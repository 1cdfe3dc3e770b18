import type { Score } from '../../stats/association/score.js';
import type { NumberBlock } from '../block.js';
import { SCORE_FUNCTION_NAMES, scoreColumns } from '../column-scores.js';
import { finite } from '../finite.js';
import { emitKept, keepColumns } from '../kept-columns.js';
import type { Step } from '../step.js';

type State = {
  readonly score_func: string;
  readonly kept: readonly number[];
  /** Of every column that came in, for display; null = not defined. */
  readonly scores: readonly {
    readonly column: string;
    readonly score: number | null;
    readonly p_value: number | null;
  }[];
};

/**
 * Keeps the `k` columns that go best with the target, in their order. Same scores as scikit-learn's SelectKBest;
 * of equal scores the later column stays, as there. A column whose score is not defined (a constant under
 * `f_classif`) comes last; an infinite score is written as the largest double. Mutual information has no p-value,
 * is estimated from 20,000 rows drawn at random where there are more, and takes columns of whole numbers with at
 * most 20 different ones for discrete unless told otherwise.
 */
export const select: Step<NumberBlock, NumberBlock, State> = {
  name: 'select',
  summary: 'keeps the columns that go best with the target (F test, chi-square or mutual information)',
  accepts: 'number',
  parameters: {
    score_func: {
      kind: 'choice',
      choices: SCORE_FUNCTION_NAMES,
      default: 'f_classif',
      help: 'how a column is compared with the target',
    },
    k: {
      kind: 'integer',
      words: ['all'],
      default: 10,
      min: 1,
      help: 'how many columns stay (all where there are fewer)',
    },
    n_neighbors: {
      kind: 'integer',
      default: 3,
      min: 1,
      max: 100,
      help: 'mutual information: neighbours looked at',
    },
    discrete_features: {
      kind: 'choice',
      choices: ['auto', 'all', 'none'],
      default: 'auto',
      help: 'mutual information: which columns are discrete',
    },
  },
  fit(block, options, context) {
    const name = options.score_func as string;
    const scores = scoreColumns(name, block, options, context);
    return {
      score_func: name,
      kept: best(scores, options.k === 'all' ? scores.length : (options.k as number)),
      scores: scores.map(({ score, pValue }, index) => ({
        column: block.names[index] as string,
        score: written(score),
        p_value: written(pValue),
      })),
    };
  },
  apply(block, { kept }) {
    return keepColumns(block, kept);
  },
  emit(graph, tensor, { kept }) {
    return emitKept(graph, tensor, kept);
  },
};

/** Places of the k highest scores, ascending. */
function best(scores: readonly Score[], k: number): number[] {
  const rank = ({ score }: Score): number => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score);
  const descending = [...scores.keys()].sort((a, b) => {
    const [first, second] = [rank(scores[a] as Score), rank(scores[b] as Score)];
    return first === second ? b - a : second - first;
  });
  return descending.slice(0, k).sort((a, b) => a - b);
}

function written(value: number): number | null {
  return Number.isNaN(value) ? null : finite(value, 0);
}
