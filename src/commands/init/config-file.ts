import { isDeepStrictEqual } from 'node:util';
import { CONFIG_FILE } from '../../config/load.js';
import { SETTINGS } from '../../config/settings.js';
import type { InitAnswers, InitFlags } from './answers.js';
import { type FilePlan, statusOf, textAt } from './file-plan.js';

/** Beside the configuration, so that editors find it offline and in every clone. */
export const SCHEMA_FILE = 'mlops.config.schema.json';

type Json = Record<string, unknown>;

/**
 * A new configuration holds every answer. Into one that is there only the flags would be written, so
 * that settings made by hand outlive even --force; what they do not change counts as unchanged.
 */
export function planConfig(folder: string, answers: InitAnswers, flags: InitFlags, force: boolean): FilePlan {
  const present = textAt(folder, CONFIG_FILE);
  const parsed = present === undefined ? undefined : parseObject(present);
  const wanted = parsed === undefined ? newConfig(answers) : withFlags(parsed, flags);
  const isSame = present === undefined ? undefined : isDeepStrictEqual(parsed, wanted);
  return { path: CONFIG_FILE, status: statusOf(isSame, force), text: `${JSON.stringify(wanted, null, 2)}\n` };
}

function newConfig({ name, train, test, target, algorithm }: InitAnswers): Json {
  const data = Object.fromEntries(
    Object.entries({ train, test, target }).filter(([, value]) => value !== null),
  );
  return {
    $schema: `./${SCHEMA_FILE}`,
    name,
    ...(Object.keys(data).length === 0 ? {} : { data }),
    training: { algorithm: algorithm ?? SETTINGS['training.algorithm'].default },
  };
}

function withFlags(present: Json, { name, data, test, target, algorithm }: InitFlags): Json {
  const merged: Json = { ...present, ...(name === undefined ? {} : { name }) };
  const laid = (section: string, values: Json): void => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    if (given.length > 0) merged[section] = { ...(present[section] as Json), ...Object.fromEntries(given) };
  };
  laid('data', { train: data, test, target });
  laid('training', { algorithm });
  return merged;
}

/** Undefined for what is no JSON object: such a file can only be replaced as a whole. */
function parseObject(text: string): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Json)
      : undefined;
  } catch {
    return undefined;
  }
}
