import { type FoldPlan, planFolds } from '../data/fold-plan.js';
import { type HoldOut, holdOutRows } from '../data/hold-out.js';
import { MlxError } from '../errors.js';
import { needsOutOfFold } from './decision.js';
import type { PreparedData } from './prepare.js';
import type { ModelingSpec } from './spec.js';

/** Folds where something has to be judged and nobody said how many: scikit-learn's default. */
const DEFAULT_FOLDS = 5;
/** Share of the training rows that is held out where one part of them is enough. */
const VALIDATION_SHARE = 0.2;

/** Where one part is held out, the fold method that does it in the same way. */
const METHODS = {
  random: 'kfold',
  stratified: 'stratified',
  tail: 'time',
  time: 'time',
  group: 'group',
} as const satisfies Record<HoldOut['method'], FoldPlan['method']>;

/**
 * How the training rows are parted to judge models by; null where nothing asks for it.
 * @throws MlxError what planFolds and holdOutRows throw
 */
export function planValidation(spec: ModelingSpec, data: PreparedData): FoldPlan | null {
  const isNeeded =
    spec.cv !== undefined || spec.search !== undefined || spec.algorithm === 'auto' || needsOutOfFold(spec);
  if (!isNeeded) return null;
  const { schema, train } = data;
  const { seed, timeColumn, groupColumn, cvMethod = 'auto', cv = DEFAULT_FOLDS } = spec;
  const classes = train.target.task === 'classification' ? train.target.values : undefined;
  const holdOut = { method: spec.split, classes, timeColumn, groupColumn };
  if (cv > 1) return planFolds(train.table, schema, { k: cv, method: cvMethod, seed, holdOut });
  if (cvMethod !== 'auto') {
    throw new MlxError('USAGE', 'A --cv-method needs two folds at least.', {
      hint: 'Give --cv 5, or leave --cv-method out: one part is held out as the test rows are.',
    });
  }
  const part = holdOutRows(train.table, schema, { ...holdOut, testShare: VALIDATION_SHARE, seed });
  if (part.train.length === 0 || part.test.length === 0) {
    throw new MlxError('USAGE', `${train.table.rows} training rows are too few to hold some out.`);
  }
  return { method: METHODS[part.method], column: part.column, folds: [part], notes: [] };
}
