import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ERRORS, MlxError, toMlxError } from '../../errors.js';
import { type CheckedModel, type ModelCheck, verifyModel } from '../../modeling/verify-model.js';
import type { GraphValue } from '../../onnx/inspect.js';
import { resolveModel } from '../../registry/resolve.js';
import type { CommandContext, Outcome } from '../command.js';
import { LOOKS_LIKE_PATH } from '../model-source.js';

export interface ModelsVerifyOptions {
  readonly model: string;
  readonly data?: string;
  readonly rows: number;
  readonly exitZero?: boolean;
}

export interface ModelsVerifyDocument {
  readonly model: string;
  /** Whether every check passed. */
  readonly verified: boolean;
  readonly checks: readonly ModelCheck[];
  readonly file: {
    readonly sha256: string;
    readonly bytes: number;
    readonly ir_version: number;
    readonly opsets: Readonly<Record<string, number>>;
    readonly operators: Readonly<Record<string, number>>;
    readonly inputs: readonly GraphValue[];
    readonly outputs: readonly GraphValue[];
  } | null;
  /** What was compared; null where the scores could not be. */
  readonly certificate: {
    readonly rows: number;
    readonly batch_sizes: readonly number[];
    readonly threads: readonly number[];
    readonly row_orders: readonly string[];
    /** Version of mlx's own engine that gives the same bits; null where ONNX Runtime serves the model. */
    readonly engine: number | null;
  } | null;
}

export async function run(
  options: ModelsVerifyOptions,
  context: CommandContext,
): Promise<Outcome<ModelsVerifyDocument>> {
  if (options.rows < 1) throw new MlxError('USAGE', '--rows must be 1 or more.');
  const progress = context.progress(`verifying ${options.model}`);
  const found = await findFile(options.model, context);
  const checked =
    'damage' in found ? null : await verifyModel(found.bytes, { data: options.data, rows: options.rows });
  const checks = 'damage' in found ? [found.damage] : [...found.stored, ...(checked?.checks ?? [])];
  const verified = checks.every(({ status }) => status !== 'fail');
  progress.done(`${checks.length} checks of ${found.label} done`);
  return {
    result: { model: found.label, verified, checks, ...documentOf(checked) },
    exitCode: verified || options.exitZero === true ? 0 : ERRORS.CHECK_FAILED.exit,
  };
}

type Found =
  | { readonly label: string; readonly bytes: Uint8Array; readonly stored: readonly ModelCheck[] }
  | { readonly label: string; readonly damage: ModelCheck };

/** The file's bytes; a version's file that is damaged is a check that failed. */
async function findFile(ref: string, context: CommandContext): Promise<Found> {
  const path = resolve(context.cwd, ref);
  if (LOOKS_LIKE_PATH.test(ref) && existsSync(path)) {
    return { label: ref, bytes: await readFile(path), stored: [] };
  }
  const store = await context.store();
  const version = await resolveModel(store, ref);
  const label = `${version.name}/${version.version}`;
  try {
    const bytes = await store.artifacts.read(version.sha256);
    const message = `the file's SHA-256 is the registered ${version.sha256.slice(0, 12)}…`;
    return { label, bytes, stored: [{ name: 'sha256', status: 'ok', message }] };
  } catch (thrown) {
    const error = toMlxError(thrown);
    if (error.code !== 'ARTIFACT_CORRUPT') throw error;
    return { label, damage: { name: 'sha256', status: 'fail', message: error.message } };
  }
}

function documentOf(checked: CheckedModel | null): Pick<ModelsVerifyDocument, 'file' | 'certificate'> {
  const info = checked?.info ?? null;
  const certificate = checked?.certificate ?? null;
  return {
    file:
      checked === null || info === null
        ? null
        : {
            sha256: checked.sha256,
            bytes: checked.bytes,
            ir_version: info.irVersion,
            opsets: info.opsets,
            operators: info.operators,
            inputs: info.inputs,
            outputs: info.outputs,
          },
    certificate:
      certificate === null
        ? null
        : {
            rows: certificate.rows,
            batch_sizes: certificate.batchSizes,
            threads: certificate.threads,
            row_orders: certificate.rowOrders,
            engine: certificate.engine,
          },
  };
}
