import type { Params } from '../params.js';
import type { MakeTensor, Operand, Planned } from '../tensor.js';
import { planApproximation } from './approximations.js';
import { ELEMENTWISE, planElementwise } from './elementwise.js';
import { planLabelEncoder, planMurmurHash } from './lookups.js';
import { planArgMax, planCast, planConcat, planGather, planReduceSum, planReshape } from './shape.js';
import { planTrees } from './trees.js';

/** Lays out an operator: its output, and how to compute it. @throws Unsupported */
export type Plan = (inputs: readonly Operand[], params: Params, make: MakeTensor) => Planned;

/** The operators that the engine computes, by domain and name. */
export const OPERATORS: ReadonlyMap<string, Plan> = new Map<string, Plan>([
  ...ELEMENTWISE.map((op): [string, Plan] => [op, (inputs, _, make) => planElementwise(op, inputs, make)]),
  ...['Identity', 'Reshape', 'Squeeze', 'Unsqueeze'].map((op): [string, Plan] => [
    op,
    (inputs) => planReshape(op, inputs),
  ]),
  ...['Exp', 'Sigmoid', 'Softmax'].map((op): [string, Plan] => [
    op,
    (inputs, params, make) => planApproximation(op, inputs, params, make),
  ]),
  ['ArgMax', planArgMax],
  ['Cast', planCast],
  ['Concat', planConcat],
  ['Gather', planGather],
  ['ReduceSum', planReduceSum],
  ['ai.onnx.ml.LabelEncoder', planLabelEncoder],
  ['ai.onnx.ml.TreeEnsemble', planTrees],
  ['ai.onnx.ml.TreeEnsembleRegressor', planTrees],
  ['com.microsoft.MurmurHash3', planMurmurHash],
]);
