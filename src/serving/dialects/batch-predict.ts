import { MlxError, toErrorDocument } from '../../errors.js';
import { textOf } from '../body.js';
import { type Core, checkRows, contextOf, roundMs, versionHeaders, withLease } from '../core.js';
import { rowsOfCsv } from '../csv-rows.js';
import { invalidField, isObject, type Row, type RowDecoder } from '../decode.js';
import type { Lease } from '../deployment.js';
import { type HttpReply, type HttpRequest, json, mediaType, type Route } from '../http/message.js';
import type { Answer, RequestContext } from '../predictor.js';
import { optionalText, optionalVersion, readFields, readJson } from './plain-request.js';

/** Names of the list of rows. */
const LISTS = ['rows', 'instances', 'features'];
const FIELDS = [...LISTS, 'model', 'model_version'];

/** The rows of a request, to be decoded once the model is known. */
interface BatchRequest {
  readonly model: string | undefined;
  readonly version: number | undefined;
  decode(decoder: RowDecoder): readonly (Row | MlxError)[];
}

/** `POST /batch_predict`: each row is answered by itself, and a bad one spoils no other. */
export function batchRoutes(core: Core): readonly Route[] {
  const handle = async (request: HttpRequest): Promise<HttpReply> => {
    const context = contextOf(request);
    const asked =
      mediaType(request.headers) === 'text/csv' ? readCsv(request) : readRows(core, readJson(request));
    const deployment = core.catalog.find(asked.model);
    const lease = await deployment.lease({ version: asked.version });
    const decode = () => asked.decode(lease.loaded.decoder);
    const answer = await withLease(lease, () => answerBatch(core, lease, decode(), context));
    return json(answer, 200, versionHeaders(lease));
  };
  return [{ method: 'POST', path: '/batch_predict', role: 'predict', dialect: 'plain', handle }];
}

/** CSV: the model is named in the query string. */
function readCsv({ query, body }: HttpRequest): BatchRequest {
  return {
    model: optionalText(query.get('model'), 'model'),
    version: optionalVersion(query.get('model_version'), 'model_version'),
    decode: (decoder) => rowsOfCsv(textOf(body), decoder),
  };
}

function readRows(core: Core, body: unknown): BatchRequest {
  const fields = readFields(Array.isArray(body) ? { rows: body } : body, FIELDS);
  const given = LISTS.filter((name) => fields[name] !== undefined);
  const [list = 'rows'] = given;
  const rows = fields[list];
  if (given.length !== 1 || !Array.isArray(rows)) {
    throw invalidField(list, 'The request needs one list of rows.', {
      hint: 'Send {"rows":[{"column":value,…},…]}; lists of values are taken too.',
    });
  }
  if (rows.length === 0) throw invalidField(list, `${list} is empty.`, { hint: 'Send at least one row.' });
  checkRows(rows.length, core.limits);
  return {
    model: optionalText(fields.model, 'model'),
    version: optionalVersion(fields.model_version, 'model_version'),
    decode: (decoder) => rows.map((value, row) => decodeRow(decoder, value, `${list}[${row}]`)),
  };
}

function decodeRow(decoder: RowDecoder, value: unknown, field: string): Row | MlxError {
  // A row of /predict's form is a row as well.
  const inner =
    isObject(value) && Object.keys(value).length === 1 && isRow(value.features) ? value.features : value;
  try {
    return decoder.row(inner, field);
  } catch (error) {
    if (error instanceof MlxError) return error;
    throw error;
  }
}

function isRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

async function answerBatch(
  core: Core,
  lease: Lease,
  rows: readonly (Row | MlxError)[],
  context: RequestContext,
): Promise<object> {
  checkRows(rows.length, core.limits);
  const good = rows.filter((row): row is Row => !(row instanceof MlxError));
  const scored = good.length === 0 ? undefined : await core.predictor.many(lease, good, context);
  let next = 0;
  const results = rows.map((row) =>
    row instanceof MlxError ? row : (scored?.answers[next++] as Answer | MlxError),
  );
  const failed = results.filter((result) => result instanceof MlxError).length;
  return {
    predictions: results.map((result, row) =>
      result instanceof MlxError ? rowError(result, row) : rowAnswer(result, row),
    ),
    rows: rows.length,
    succeeded: rows.length - failed,
    failed,
    model_name: lease.loaded.record.name,
    model_version: lease.loaded.record.version,
    inference_time_ms: roundMs(scored?.latencyMs ?? 0),
  };
}

function rowAnswer({ id, prediction }: Answer, row: number): object {
  return { row, ...prediction, prediction_id: id };
}

function rowError(error: MlxError, row: number): object {
  const { code, message, hint } = toErrorDocument(error).error;
  const field = error.details?.field ?? null;
  return { row, error: { code, message, row, field, ...(hint === undefined ? {} : { hint }) } };
}
