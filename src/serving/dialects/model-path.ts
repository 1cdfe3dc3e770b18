import { MlxError } from '../../errors.js';
import type { Core } from '../core.js';
import type { Deployment, Selection } from '../deployment.js';

/** What stands behind `/v1/models/` or `/v2/models/`. */
export interface ModelPath {
  readonly name: string;
  readonly selection: Selection;
  /** The rest: `predict`, `metadata`, `infer`, `ready`; empty for the model itself. */
  readonly action: string;
}

const PATH =
  /^(?<name>[^/:]+)(?:\/versions\/(?<version>[1-9]\d{0,8})|\/labels\/(?<label>[A-Za-z][A-Za-z0-9_.-]{0,63}))?(?:[/:](?<action>[a-z]+))?$/;

/** @throws MlxError ROUTE_NOT_FOUND */
export function parseModelPath(path: string): ModelPath {
  const { name = '', version, label, action = '' } = PATH.exec(path)?.groups ?? {};
  if (name === '') throw noSuchRoute();
  const selection = {
    ...(version === undefined ? {} : { version: Number(version) }),
    ...(label === undefined ? {} : { label }),
  };
  return { name, selection, action };
}

/** The deployment that a path means. @throws MlxError MODEL_NOT_FOUND */
export function deploymentOf(core: Core, { name }: ModelPath): Deployment {
  return core.catalog.find(name);
}

export function noSuchRoute(): MlxError {
  return new MlxError('ROUTE_NOT_FOUND', 'There is no such route.', { hint: 'GET /docs lists them.' });
}
