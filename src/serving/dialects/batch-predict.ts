import { MlxError } from '../../errors.js';
import { parseJsonBody } from '../body.js';
import { type Core, checkRows, contextOf, roundMs, versionHeaders, withLease } from '../core.js';
import { CsvRows } from '../csv-rows.js';
import { decodeRow, invalidField, type Row, type RowDecoder } from '../decode.js';
import type { Lease } from '../deployment.js';
import { bodyChunks } from '../http/body-chunks.js';
import { type HttpReply, type HttpRequest, json, mediaType, type Route } from '../http/message.js';
import { readBody } from '../http/read-body.js';
import { JsonLines } from '../json-lines.js';
import type { RequestContext } from '../predictor.js';
import { csvWriter, LINES, rowDocument, withErrors } from './batch-answer.js';
import { type RowSource, streamedReply } from './batch-stream.js';
import { optionalText, optionalVersion, readFields, unsupportedType } from './plain-request.js';

/** Names of the list of rows. */
const LISTS = ['rows', 'instances', 'features'];
const FIELDS = [...LISTS, 'model', 'model_version'];

type Format = 'json' | 'csv' | 'lines';

const FORMATS: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'application/x-ndjson': 'lines',
  'application/ndjson': 'lines',
  'application/jsonl': 'lines',
  'application/x-jsonlines': 'lines',
};

/** Which model answers, and how its rows are got out of the body. */
interface BatchRequest {
  readonly model: string | undefined;
  readonly version: number | undefined;
  /** All rows at once, within the limits. */
  readonly whole: (decoder: RowDecoder) => Promise<readonly (Row | MlxError)[]>;
  /** The rows as they arrive. */
  readonly stream: (decoder: RowDecoder) => RowSource;
}

/**
 * `POST /batch_predict`: each row is answered by itself, and a bad one spoils no other. Rows come as JSON, CSV or NDJSON.
 * Answers in NDJSON (the default for such rows) and CSV are streams: there a body may be of any length.
 */
export function batchRoutes(core: Core): readonly Route[] {
  const handle = async (request: HttpRequest): Promise<HttpReply> => {
    const context = contextOf(request);
    const format = FORMATS[mediaType(request.headers)];
    if (format === undefined) throw unsupportedType();
    const wanted = answerFormat(request.headers.accept, format);
    const asked = format === 'json' ? await readList(core, request) : readStream(core, request, format);
    const deployment = core.catalog.find(asked.model);
    const lease = await deployment.lease({ version: asked.version });
    const { decoder, model } = lease.loaded;
    if (wanted !== 'json') {
      const writer = wanted === 'csv' ? csvWriter(model.manifest) : LINES;
      return streamedReply(core, lease, asked.stream(decoder), writer, request);
    }
    return withLease(lease, async () => answerWhole(core, lease, await asked.whole(decoder), context));
  };
  return [
    { method: 'POST', path: '/batch_predict', role: 'predict', dialect: 'plain', reads: 'stream', handle },
  ];
}

/** The first form that `Accept` names and we have; NDJSON is answered in kind, all else in JSON. */
function answerFormat(accept: string | undefined, given: Format): Format {
  for (const part of accept?.split(',') ?? []) {
    const format = FORMATS[part.split(';', 1)[0]?.trim().toLowerCase() ?? ''];
    if (format !== undefined) return format;
  }
  return given === 'lines' ? 'lines' : 'json';
}

/** CSV and NDJSON: the model is named in the query string. */
function readStream(core: Core, { query, raw }: HttpRequest, format: 'csv' | 'lines'): BatchRequest {
  const { bodyLimit, requestMs } = core.limits;
  const readerOf = (decoder: RowDecoder) =>
    format === 'csv' ? new CsvRows(decoder) : new JsonLines(decoder, bodyLimit);
  return {
    model: optionalText(query.get('model'), 'model'),
    version: optionalVersion(query.get('model_version'), 'model_version'),
    whole: async (decoder) => {
      const reader = readerOf(decoder);
      const rows = reader.push(await readBody(raw, bodyLimit, requestMs));
      return [...rows, ...reader.end()];
    },
    stream: async function* (decoder) {
      const reader = readerOf(decoder);
      for await (const chunk of bodyChunks(raw, requestMs)) yield reader.push(chunk);
      yield reader.end();
    },
  };
}

async function readList(core: Core, { raw }: HttpRequest): Promise<BatchRequest> {
  const { bodyLimit, requestMs } = core.limits;
  const body = parseJsonBody(await readBody(raw, bodyLimit, requestMs));
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
  const decode = (decoder: RowDecoder) =>
    rows.map((value, row) => decodeRow(decoder, value, `${list}[${row}]`));
  return {
    model: optionalText(fields.model, 'model'),
    version: optionalVersion(fields.model_version, 'model_version'),
    whole: async (decoder) => decode(decoder),
    stream: async function* (decoder) {
      yield decode(decoder);
    },
  };
}

async function answerWhole(
  core: Core,
  lease: Lease,
  rows: readonly (Row | MlxError)[],
  context: RequestContext,
): Promise<HttpReply> {
  checkRows(rows.length, core.limits);
  const good = rows.filter((row): row is Row => !(row instanceof MlxError));
  const scored = good.length === 0 ? undefined : await core.predictor.many(lease, good, context);
  const results = withErrors(rows, scored?.answers ?? []);
  const failed = results.filter((result) => result instanceof MlxError).length;
  const { name, version } = lease.loaded.record;
  const answer = {
    predictions: results.map(rowDocument),
    rows: rows.length,
    succeeded: rows.length - failed,
    failed,
    model_name: name,
    model_version: version,
    inference_time_ms: roundMs(scored?.latencyMs ?? 0),
  };
  return json(answer, 200, versionHeaders(version, lease.isFallback));
}
