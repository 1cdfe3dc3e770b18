import type { ColumnSchema } from '../../data/schema.js';
import type { Lease } from '../deployment.js';
import { toPublicError } from '../public-error.js';
import type { VersionState } from '../version-pool.js';
import { SIGNATURE } from './tensorflow-request.js';
import { dtypeOf } from './tensorflow-values.js';

const STATES = { absent: 'START', loading: 'LOADING', loaded: 'AVAILABLE', failed: 'END' } as const;

/** Versions and what each is at; as protobuf prints it: one space a level. */
export function statusText(versions: readonly { version: number; state: VersionState }[]): string {
  const status = versions.map(({ version, state }) => ({
    version: String(version),
    state: STATES[state.kind],
    status:
      state.kind === 'failed'
        ? { error_code: 'INTERNAL', error_message: toPublicError(state.error).message }
        : { error_code: 'OK', error_message: '' },
  }));
  return `${JSON.stringify({ model_version_status: status }, null, 1)}\n`;
}

/** A model's inputs and outputs. */
export function metadataText({ loaded }: Lease): string {
  const { columns, task, classes, target } = loaded.model.manifest;
  const labelType = target?.type === 'string' || target === null ? 'DT_STRING' : 'DT_INT64';
  const outputs =
    task === 'regression'
      ? { prediction: tensorInfo('prediction', 'DT_FLOAT', [-1]) }
      : {
          label: tensorInfo('label', labelType, [-1]),
          probabilities: tensorInfo('probabilities', 'DT_FLOAT', [-1, classes.length]),
        };
  const signature = {
    inputs: Object.fromEntries(columns.map((column) => [column.name, inputInfo(column)])),
    outputs,
    method_name: 'tensorflow/serving/predict',
    defaults: {},
  };
  const model = { name: loaded.record.name, signature_name: '', version: String(loaded.record.version) };
  const metadata = { signature_def: { signature_def: { [SIGNATURE]: signature } } };
  return `${JSON.stringify({ model_spec: model, metadata }, null, 1)}\n`;
}

function inputInfo({ name, type }: ColumnSchema): object {
  return tensorInfo(name, `DT_${dtypeOf(type).toUpperCase()}`, [-1]);
}

function tensorInfo(name: string, dtype: string, sizes: readonly number[]): object {
  const dim = sizes.map((size) => ({ size: String(size), name: '' }));
  return { dtype, tensor_shape: { dim, unknown_rank: false }, name };
}
