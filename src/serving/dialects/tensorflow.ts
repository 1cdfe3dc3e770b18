import { MlxError } from '../../errors.js';
import { type Core, contextOf, ID_HEADER, withLease } from '../core.js';
import { type Deployment, type Lease, NotServing } from '../deployment.js';
import { type HttpReply, type HttpRequest, json, type Route } from '../http/message.js';
import { classifyText, predictText, regressText } from './tensorflow-answer.js';
import { invalidArgument, notFound } from './tensorflow-errors.js';
import { readExamples } from './tensorflow-examples.js';
import { type ModelSpec, parseAction, parseLook, type Verb } from './tensorflow-path.js';
import { readBody, readPredictRows, type TensorFlowBody } from './tensorflow-request.js';
import { metadataText, statusText } from './tensorflow-status.js';
import { predictAll } from './whole-answer.js';

/** Numbers that no version has; the registry counts from 1. */
const MAX_VERSION_DIGITS = 9;

/**
 * TensorFlow Serving's REST dialect: status, metadata, `:predict`, `:classify` and `:regress`; and, as KServe has it,
 * the list of models. Clients of this dialect often send JSON under another content type, so none is asked for.
 */
export function tensorFlowRoutes(core: Core): readonly Route[] {
  const look = async ({ rest }: HttpRequest): Promise<HttpReply> => {
    const asked = parseLook(rest);
    if (asked === null) return json({ models: core.catalog.deployments.map(({ text }) => text) });
    if (!asked.wantsMetadata) return reply(await status(core, asked.spec));
    return withLease(await leaseOf(core, asked.spec, 'look'), async (lease) => reply(metadataText(lease)));
  };

  const act = async (request: HttpRequest): Promise<HttpReply> => {
    const { spec, verb } = parseAction(request.rest);
    const body = readBody(request.body);
    return withLease(await leaseOf(core, spec), async (lease) => answer(core, lease, verb, body, request));
  };

  const path = '/v1/*';
  return [
    { method: 'GET', path, role: 'predict', dialect: 'tensorflow', handle: look },
    { method: 'POST', path, role: 'predict', dialect: 'tensorflow', handle: act },
  ];
}

async function answer(
  core: Core,
  lease: Lease,
  verb: Verb,
  body: TensorFlowBody,
  request: HttpRequest,
): Promise<HttpReply> {
  const { decoder, model } = lease.loaded;
  checkVerb(verb, model.manifest.task);
  const { form, rows } =
    verb === 'predict'
      ? readPredictRows(core, body, decoder)
      : { form: 'row' as const, rows: readExamples(core, body, decoder) };
  const { id, predictions } = await predictAll(core, lease, rows, contextOf(request));
  const text = {
    predict: () => predictText(form, predictions, model.manifest),
    classify: () => classifyText(predictions, model.manifest),
    regress: () => regressText(predictions),
  }[verb]();
  return reply(text, { [ID_HEADER]: id });
}

/** A classifier does not regress, nor the other way round. */
function checkVerb(verb: Verb, task: 'classification' | 'regression'): void {
  const isClassifier = task === 'classification';
  if (verb === 'predict' || (verb === 'classify') === isClassifier) return;
  const [wanted, method, own] = isClassifier
    ? ['regression', 'regress', 'classify']
    : ['classification', 'classify', 'regress'];
  throw invalidArgument(
    `Expected ${wanted} signature method_name to be tensorflow/serving/${method}. Was: tensorflow/serving/${own}`,
  );
}

/** One version's state, or all versions', the newest first. */
async function status(core: Core, spec: ModelSpec): Promise<string> {
  const { name, version, label } = spec;
  const deployment = findDeployment(core, name);
  const all = deployment === undefined ? [] : await core.store.registry.versions(deployment.name);
  if (deployment === undefined || all.length === 0)
    throw notFound(`Could not find any versions of model ${name}`);
  const chosen =
    version !== undefined
      ? all.filter((record) => String(record.version) === version)
      : label === undefined
        ? all.toReversed()
        : [await labelled(deployment, label)];
  if (chosen.length === 0) throw notFound(`Could not find version ${version} of model ${name}`);
  return statusText(
    chosen.map((record) => ({
      version: record.version,
      state: core.pool.stateOf(record.name, record.version),
    })),
  );
}

/** @throws MlxError MODEL_NOT_FOUND in TensorFlow's words, and what the deployment's own `lease` throws */
async function leaseOf(core: Core, spec: ModelSpec, how: 'lease' | 'look' = 'lease'): Promise<Lease> {
  const { name, version, label } = spec;
  const deployment = findDeployment(core, name);
  const servable = version === undefined ? `Latest(${name})` : `Specific(${name}, ${version})`;
  if (deployment === undefined && label !== undefined) throw unknownLabel(label);
  const isPossible = version === undefined || (version.length <= MAX_VERSION_DIGITS && Number(version) > 0);
  if (deployment === undefined || !isPossible) throw notFound(`Servable not found for request: ${servable}`);
  if (label !== undefined) {
    const record = await labelled(deployment, label);
    return deployment[how]({ version: record.version });
  }
  try {
    return await deployment[how]({ version: version === undefined ? undefined : Number(version) });
  } catch (error) {
    if (error instanceof NotServing || !isMissing(error)) throw error;
    throw notFound(`Servable not found for request: ${servable}`);
  }
}

async function labelled(deployment: Deployment, label: string): Promise<{ name: string; version: number }> {
  try {
    return await deployment.resolveLabel(label);
  } catch (error) {
    throw isMissing(error) ? unknownLabel(label) : error;
  }
}

function unknownLabel(label: string): MlxError {
  return invalidArgument(`Unrecognized servable version label: ${label.slice(0, 80)}`);
}

function isMissing(error: unknown): boolean {
  return error instanceof MlxError && (error.code === 'MODEL_NOT_FOUND' || error.code === 'NAME_INVALID');
}

function findDeployment(core: Core, name: string): Deployment | undefined {
  try {
    return core.catalog.find(name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function reply(body: string, headers: Readonly<Record<string, string>> = {}): HttpReply {
  return { status: 200, type: 'application/json', headers, body };
}
