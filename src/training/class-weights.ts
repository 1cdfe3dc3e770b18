import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import type { TrainingSpec } from './fit.js';
import type { ParameterValue } from './parameters.js';

const FORMS =
  'class_weight takes: none, balanced, or weights above 0 by class, as yes=5,no=1 or {"yes":5,"no":1}.';

/**
 * What each row counts: its own weight times that of its class; undefined where every row counts once.
 *
 * `balanced` gives class k the weight n / (K · n_k) over n rows of K classes that occur, n_k of them of class k. The
 * rows are counted unweighted, as scikit-learn's compute_sample_weight does. Classes that are not named weigh 1.
 *
 * @throws MlxError PARAM_INVALID for a text that is none of the forms, an unknown class, a weight that is not above 0
 */
export function weighRows(
  { task, target, classes, classNames, weights }: TrainingSpec,
  classWeight: ParameterValue | undefined,
): Float64Array | undefined {
  if (task === 'regression' || classWeight === undefined || classWeight === 'none') return weights;
  const names = classNames ?? Array.from({ length: classes }, (_, index) => String(index));
  const ofClass =
    classWeight === 'balanced' ? balanced(target, classes) : namedWeights(String(classWeight), names);
  return target.map((label, row) => (ofClass[label] as number) * (weights?.[row] ?? 1));
}

function balanced(target: Float64Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of target) (counts[label] as number)++;
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => target.length / (present * count));
}

function namedWeights(text: string, names: readonly string[]): Float64Array {
  const ofClass = new Float64Array(names.length).fill(1);
  for (const [name, weight] of text.startsWith('{') ? readJson(text) : readPairs(text)) {
    const index = names.indexOf(name);
    if (index < 0) {
      throw new MlxError('PARAM_INVALID', `class_weight names a class "${name}", which there is not.`, {
        hint: didYouMean(name, names),
        details: { parameter: 'class_weight', class: name, known: names },
      });
    }
    if (!(weight > 0 && weight < Infinity)) throw unreadable(text);
    ofClass[index] = weight;
  }
  return ofClass;
}

/** `yes=5,no=1`; a name may hold `=`. */
function readPairs(text: string): (readonly [string, number])[] {
  return text.split(',').map((pair) => {
    const at = pair.lastIndexOf('=');
    const weight = pair.slice(at + 1).trim();
    if (at < 0 || weight === '') throw unreadable(text);
    return [pair.slice(0, at).trim(), Number(weight)];
  });
}

/** `{"yes":5,"no":1}`, for names that hold a comma. */
function readJson(text: string): (readonly [string, number])[] {
  try {
    const weights: unknown = JSON.parse(text);
    return Object.entries(weights as object).map(([name, weight]) => [name, Number(weight)]);
  } catch (cause) {
    throw unreadable(text, cause);
  }
}

function unreadable(text: string, cause?: unknown): MlxError {
  return new MlxError('PARAM_INVALID', `class_weight cannot be ${JSON.stringify(text)}.`, {
    hint: FORMS,
    details: { parameter: 'class_weight', value: text },
    cause,
  });
}
