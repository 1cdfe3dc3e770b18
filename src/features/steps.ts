import { MlxError } from '../errors.js';
import type { BlockKind } from './block.js';
import type { Step } from './step.js';
import { bins } from './steps/bins.js';
import { calendar } from './steps/calendar.js';
import { correlationFilter } from './steps/correlation-filter.js';
import { fillLevel } from './steps/fill-level.js';
import { fillTime } from './steps/fill-time.js';
import { frequency } from './steps/frequency.js';
import { hashing } from './steps/hashing.js';
import { impute } from './steps/impute.js';
import { numberLevels } from './steps/number-levels.js';
import { oneHot } from './steps/one-hot.js';
import { ordinal } from './steps/ordinal.js';
import { outliers } from './steps/outliers.js';
import { polynomial } from './steps/polynomial.js';
import { scale } from './steps/scale.js';
import { select } from './steps/select.js';
import { target } from './steps/target.js';
import { varianceThreshold } from './steps/variance-threshold.js';

const NUMBER_STEPS = [
  impute,
  outliers,
  scale,
  bins,
  numberLevels,
  polynomial,
  select,
  varianceThreshold,
  correlationFilter,
];
const STRING_STEPS = [fillLevel, ordinal, oneHot, frequency, target, hashing];
const TIME_STEPS = [fillTime, calendar];
const ALL = [...NUMBER_STEPS, ...STRING_STEPS, ...TIME_STEPS];

/** Every step by its name. */
export const STEPS: ReadonlyMap<string, Step> = new Map(
  ALL.map((step) => [step.name, step as unknown as Step]),
);

/** The step of that name, which must take blocks of that kind. */
export function stepNamed(name: string, kind: BlockKind): Step {
  const step = STEPS.get(name);
  if (step === undefined) throw new MlxError('INTERNAL', `there is no step ${name}`);
  if (step.accepts !== kind) throw new MlxError('INTERNAL', `the step ${name} does not take a ${kind} block`);
  return step;
}
