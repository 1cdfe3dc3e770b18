import type { ModelInfo } from './inspect.js';
import { IR_VERSION, ML_DOMAIN, OPSET_VERSION, TREE_ENSEMBLE_OPSET_VERSION } from './proto.js';

/**
 * Operators that give a row the same bits whatever stands beside it in the batch: they move, compare and choose
 * values, or do arithmetic that IEEE 754 rounds one way only. Sums along an axis, matrix products and transcendental
 * functions are not among them: ONNX Runtime adds and approximates differently for one row and for many.
 */
const EXACT_OPERATORS = new Set([
  ...['Abs', 'Add', 'And', 'ArgMax', 'ArgMin', 'Cast', 'Ceil', 'Clip', 'Concat', 'Constant', 'Div', 'Equal'],
  ...['Expand', 'Flatten', 'Floor', 'Gather', 'GatherElements', 'GatherND', 'Greater', 'GreaterOrEqual'],
  ...['Identity', 'IsInf', 'IsNaN', 'Less', 'LessOrEqual', 'Max', 'Min', 'Mod', 'Mul', 'Neg', 'Not', 'Or'],
  ...[
    'ReduceMax',
    'ReduceMin',
    'Reshape',
    'Round',
    'Shape',
    'Sign',
    'Slice',
    'Split',
    'Sqrt',
    'Squeeze',
    'Sub',
  ],
  ...['Transpose', 'Unsqueeze', 'Where', 'Xor'],
  ...[
    'ArrayFeatureExtractor',
    'LabelEncoder',
    'TreeEnsemble',
    'TreeEnsembleClassifier',
    'TreeEnsembleRegressor',
  ].map((op) => `${ML_DOMAIN}.${op}`),
  'com.microsoft.MurmurHash3',
]);

/** Operators of the model whose value for a row may depend on the rows beside it. */
export function inexactOperators({ operators }: Pick<ModelInfo, 'operators'>): string[] {
  return Object.keys(operators).filter((op) => !EXACT_OPERATORS.has(op));
}

/** What in the file is newer than the versions that mlx writes, in words; empty when nothing is. */
export function newerVersions({ irVersion, opsets }: Pick<ModelInfo, 'irVersion' | 'opsets'>): string[] {
  const limits: readonly (readonly [name: string, version: number, limit: number])[] = [
    ['IR', irVersion, IR_VERSION],
    ['opset', opsets[''] ?? opsets['ai.onnx'] ?? 0, OPSET_VERSION],
    [ML_DOMAIN, opsets[ML_DOMAIN] ?? 0, TREE_ENSEMBLE_OPSET_VERSION],
  ];
  return limits
    .filter(([, version, limit]) => version > limit)
    .map(([name, version, limit]) => `${name} ${version} (mlx writes ${limit})`);
}
