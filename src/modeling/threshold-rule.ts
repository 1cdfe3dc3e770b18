import { MlxError } from '../errors.js';
import type { DecisionCosts, ThresholdCriterion } from '../stats/threshold.js';
import { didYouMean } from '../suggest.js';

/** From which probability on the last of two classes is predicted: given, or tuned by a criterion. */
export type ThresholdRule = number | ThresholdCriterion;

const METRICS = ['f1', 'balanced_accuracy', 'accuracy', 'mcc', 'youden'] as const;
const COSTS = ['tp', 'fp', 'fn', 'tn'] as const;
const HINT =
  'It takes a probability (0.3), a metric (f1, balanced_accuracy, accuracy, mcc, youden), precision@recall=0.9, ' +
  'recall@precision=0.8, or what each kind of decision costs: cost:fp=1,fn=5.';

/**
 * Reads `0.3`, `f1`, `precision@recall=0.9`, `recall@precision=0.8` or `cost:fp=1,fn=5` (what is not named costs 0).
 * @throws MlxError USAGE
 */
export function parseThresholdRule(text: string): ThresholdRule {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= 0 && number <= 1) return number;
  const metric = METRICS.find((name) => name === text);
  if (metric !== undefined) return { metric };
  const [, kind, floor, share] = /^(precision|recall)@(precision|recall)=([\d.]+)$/.exec(text) ?? [];
  const least = Number(share);
  if (kind !== undefined && kind !== floor && least > 0 && least <= 1) {
    return kind === 'precision'
      ? { metric: kind, minRecall: least }
      : { metric: 'recall', minPrecision: least };
  }
  const costs = /^cost:(.+)$/.exec(text)?.[1];
  if (costs !== undefined) return { metric: 'cost', costs: parseCosts(costs) };
  throw new MlxError('USAGE', `The threshold cannot be "${text}".`, {
    hint: `${didYouMean(text, METRICS)} ${HINT}`.trim(),
  });
}

function parseCosts(text: string): DecisionCosts {
  const costs = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=');
    const cell = COSTS.find((known) => known === name.trim());
    if (cell === undefined || value.trim() === '' || !Number.isFinite(Number(value))) {
      throw new MlxError('USAGE', `"${part}" is no cost of a decision.`, { hint: HINT });
    }
    costs[cell] = Number(value);
  }
  return costs;
}

/** The rule in the words in which it was given. */
export function thresholdText(rule: ThresholdRule): string {
  if (typeof rule === 'number') return String(rule);
  switch (rule.metric) {
    case 'precision':
      return `precision@recall=${rule.minRecall}`;
    case 'recall':
      return `recall@precision=${rule.minPrecision}`;
    case 'cost':
      return `cost:${COSTS.map((name) => `${name}=${rule.costs[name]}`).join(',')}`;
    default:
      return rule.metric;
  }
}
