import { ELEMENT_TYPE_BY_NUMBER, type ElementType } from '../onnx/proto.js';
import type { ReadOperator } from '../onnx/read-program.js';
import { type EngineType, Unsupported } from './tensor.js';
import { readTreeTable } from './trees/read-tree-table.js';
import type { TreeTable } from './trees/tree-table.js';

/** What an operator is told beside its tensors: plain data, which threads can send each other. */
export interface Params {
  readonly axis?: number;
  readonly keepsAxis?: boolean;
  readonly type?: EngineType;
  readonly seed?: number;
  /** Texts and what they become. */
  readonly levels?: readonly string[];
  readonly values?: Float64Array;
  readonly otherwise?: number;
  readonly trees?: TreeTable;
}

const ENGINE_TYPES: ReadonlySet<string> = new Set<EngineType>([
  'float',
  'double',
  'int64',
  'int32',
  'bool',
  'string',
]);

/** @throws Unsupported */
export function engineType(type: ElementType | null | undefined): EngineType {
  if (type !== undefined && type !== null && ENGINE_TYPES.has(type)) return type as EngineType;
  throw new Unsupported(`the type ${type}`);
}

/** Reads what the operator says; where it leaves something out, ONNX's default. @throws Unsupported */
export function readParams({ op, attributes }: ReadOperator): Params {
  switch (op) {
    case 'Cast':
      return { type: engineType(ELEMENT_TYPE_BY_NUMBER.get(attributes.integer('to') ?? 0)) };
    case 'Concat':
    case 'Gather':
      return { axis: attributes.integer('axis') ?? 0 };
    case 'Softmax':
      return { axis: attributes.integer('axis') ?? -1 };
    case 'ReduceSum':
      return { keepsAxis: attributes.integer('keepdims') !== 0 };
    case 'ArgMax':
      if (attributes.integer('select_last_index') === 1) throw new Unsupported('ArgMax from behind');
      return { axis: attributes.integer('axis') ?? 0, keepsAxis: attributes.integer('keepdims') !== 0 };
    case 'Mod':
      if (attributes.integer('fmod') === 1) throw new Unsupported('Mod of floats');
      return {};
    case 'MurmurHash3':
      if (attributes.integer('positive') !== 0) throw new Unsupported('MurmurHash3 without a sign');
      return { seed: attributes.integer('seed') ?? 0 };
    case 'LabelEncoder': {
      const levels = attributes.texts('keys_strings');
      const values = attributes.integers('values_int64s');
      if (levels.length !== values.length) throw new Unsupported('LabelEncoder of other types');
      return { levels, values, otherwise: attributes.integer('default_int64') ?? -1 };
    }
    case 'TreeEnsembleRegressor':
    case 'TreeEnsemble': {
      const trees = readTreeTable(op, attributes);
      if (trees === null) throw new Unsupported('trees of another form');
      return { trees };
    }
    default:
      return {};
  }
}
