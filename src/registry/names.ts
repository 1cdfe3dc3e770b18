import { MlxError } from '../errors.js';

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const NAME_HINT =
  'A name begins with a letter and has at most 64 letters, digits, dots, dashes and underscores.';
const RESERVED_ALIASES: ReadonlySet<string> = new Set([
  'staging',
  'production',
  'archived',
  'latest',
  'none',
]);

/** The one check of a model's name. Errors: NAME_INVALID. */
export function checkModelName(name: string): string {
  if (NAME.test(name)) return name;
  throw new MlxError('NAME_INVALID', `${show(name)} cannot be the name of a model.`, { hint: NAME_HINT });
}

/** The one check of an alias; the names of stages and `latest` are taken. Errors: NAME_INVALID. */
export function checkAlias(alias: string): string {
  if (RESERVED_ALIASES.has(alias.toLowerCase())) {
    throw new MlxError('NAME_INVALID', `${show(alias)} is reserved and cannot be an alias.`, {
      hint: 'Stages are set with `mlx promote`; choose another alias.',
    });
  }
  if (NAME.test(alias)) return alias;
  throw new MlxError('NAME_INVALID', `${show(alias)} cannot be an alias.`, { hint: NAME_HINT });
}

/** What a reference to a model means: its production version, a label (alias, stage, `latest`), or a number. */
export type ModelReference =
  | { readonly kind: 'production'; readonly name: string }
  | { readonly kind: 'label'; readonly name: string; readonly label: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: number };

/** `churn`, `churn@staging`, `churn@alias`, `churn@latest` or `churn/3`. Errors: NAME_INVALID. */
export function parseModelReference(ref: string): ModelReference {
  const [, name = '', mark, rest = ''] = /^([^@/]*)(?:([@/])(.*))?$/s.exec(ref) ?? [];
  checkModelName(name);
  if (mark === undefined) return { kind: 'production', name };
  if (mark === '@' && NAME.test(rest)) return { kind: 'label', name, label: rest };
  if (mark === '/' && /^[1-9]\d{0,8}$/.test(rest)) return { kind: 'version', name, version: Number(rest) };
  throw new MlxError('NAME_INVALID', `${show(ref)} does not name a model version.`, {
    hint: `Write ${name}, ${name}@staging, ${name}@alias, or ${name}/3.`,
  });
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
