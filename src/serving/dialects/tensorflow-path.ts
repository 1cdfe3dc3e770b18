import { invalidArgument } from './tensorflow-errors.js';

export const VERBS = ['predict', 'classify', 'regress'] as const;
export type Verb = (typeof VERBS)[number];

/** Which model and version a path means. */
export interface ModelSpec {
  readonly name: string;
  /** As written; a number that fits 64 bits. */
  readonly version?: string | undefined;
  readonly label?: string | undefined;
}

const SPEC = '(?<name>[^/:]+)(?:/versions/(?<version>\\d+)|/labels/(?<label>[^/:]+))?';
const ACTION = new RegExp(`^models/${SPEC}:(?<verb>${VERBS.join('|')})$`);
const STATUS = new RegExp(`^models/${SPEC}(?<metadata>/metadata)?$`);
const MAX_VERSION = 2n ** 63n - 1n;
const MAX_SHOWN = 200;

/**
 * What a `POST /v1/…` asks for.
 * @param path what stands behind `/v1/`
 * @throws MlxError REQUEST_INVALID
 */
export function parseAction(path: string): { readonly spec: ModelSpec; readonly verb: Verb } {
  const groups = ACTION.exec(path)?.groups;
  if (groups === undefined) throw malformed('POST', path);
  return { spec: specOf(groups), verb: groups.verb as Verb };
}

/** What a `GET /v1/…` asks for: the list of models (null), a model's status or its metadata. Throws as above. */
export function parseLook(
  path: string,
): { readonly spec: ModelSpec; readonly wantsMetadata: boolean } | null {
  if (path === 'models') return null;
  const groups = STATUS.exec(path)?.groups;
  if (groups === undefined) throw malformed('GET', path);
  return { spec: specOf(groups), wantsMetadata: groups.metadata !== undefined };
}

function specOf({ name = '', version, label }: Record<string, string | undefined>): ModelSpec {
  if (version !== undefined && BigInt(version) > MAX_VERSION) {
    throw invalidArgument(`Failed to convert version: ${version.slice(0, MAX_SHOWN)} to numeric.`);
  }
  return { name, version, label };
}

function malformed(method: string, path: string): Error {
  return invalidArgument(`Malformed request: ${method} /v1/${path.slice(0, MAX_SHOWN)}`);
}
