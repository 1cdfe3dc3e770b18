import { MlxError } from '../../errors.js';
import { didYouMean } from '../../suggest.js';
import { type Core, checkRows } from '../core.js';
import { invalidField, isObject, pathTo, type Row, type RowDecoder } from '../decode.js';
import { rowsOfColumns } from './columnar.js';

const FIELDS = ['instances', 'inputs', 'signature_name'];
const SIGNATURE = 'serving_default';

export interface TensorFlowRequest {
  /** `row`: asked by `instances`, answered by `predictions`. `column`: `inputs` and `outputs`. */
  readonly form: 'row' | 'column';
  readonly rows: readonly Row[];
}

/** Reads the body of a TensorFlow Serving predict request. @throws MlxError REQUEST_INVALID, REQUEST_TOO_LARGE */
export function readTensorFlowRequest(core: Core, body: unknown, decoder: RowDecoder): TensorFlowRequest {
  if (!isObject(body)) throw new MlxError('REQUEST_INVALID', 'The request body is not a JSON object.');
  const stranger = Object.keys(body).find((name) => !FIELDS.includes(name));
  if (stranger !== undefined) {
    throw invalidField(
      stranger,
      `The request has an unknown field ${JSON.stringify(stranger.slice(0, 80))}.`,
      {
        hint: didYouMean(stranger, FIELDS),
      },
    );
  }
  const { signature_name: signature = SIGNATURE, instances, inputs } = body;
  if (signature !== SIGNATURE && signature !== '') {
    throw invalidField('signature_name', `The only signature is ${SIGNATURE}.`);
  }
  if ((instances === undefined) === (inputs === undefined)) {
    throw new MlxError('REQUEST_INVALID', 'The request needs either instances or inputs.');
  }
  return instances === undefined
    ? { form: 'column', rows: rowsOfInputs(core, inputs, decoder) }
    : { form: 'row', rows: rowsOfInstances(core, instances, decoder) };
}

function rowsOfInstances(core: Core, instances: unknown, decoder: RowDecoder): readonly Row[] {
  if (!Array.isArray(instances) || instances.length === 0) {
    throw invalidField('instances', 'instances is not a list of at least one row.');
  }
  checkRows(instances.length, core.limits);
  return instances.map((instance, index) => {
    const isScalar = typeof instance !== 'object' || instance === null;
    const row = isScalar ? [instance] : isObject(instance) ? scalarValues(instance) : instance;
    return decoder.row(row, `instances[${index}]`);
  });
}

/** A row of tensors of shape [1], which clients make of columns of shape [N,1]. */
function scalarValues(instance: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(instance).map(([name, value]) => [name, scalarOf(value)]));
}

function scalarOf(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function rowsOfInputs(core: Core, inputs: unknown, decoder: RowDecoder): readonly Row[] {
  const [only] = decoder.columns;
  const named = isObject(inputs)
    ? inputs
    : only !== undefined && decoder.columns.length === 1
      ? { [only.name]: inputs }
      : undefined;
  if (named === undefined) {
    throw invalidField('inputs', 'inputs is not an object of columns.');
  }
  const given = Object.keys(named);
  const columns = new Array<readonly unknown[]>(decoder.columns.length);
  for (const name of given) {
    const field = pathTo('inputs', name);
    const value = named[name];
    columns[decoder.position(name, field)] = Array.isArray(value) ? value.map(scalarOf) : [value];
  }
  const missing = decoder.columns.filter(({ name }) => !Object.hasOwn(named, name)).map(({ name }) => name);
  if (missing.length > 0) throw decoder.missing(missing, given, 'inputs');
  return rowsOfColumns(core, decoder, columns, (name) => pathTo('inputs', name));
}
