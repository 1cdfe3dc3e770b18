import { readFileSync } from 'node:fs';
import { MlxError } from '../../errors.js';

const TEMPLATES = new URL('../../../templates/', import.meta.url);

/** The files of each template, as they are called in the project. */
const FILES = {
  docker: ['Dockerfile', 'compose.yaml', 'nginx.conf', '.dockerignore'],
} as const satisfies Record<string, readonly string[]>;

export type TemplateName = keyof typeof FILES;

/** Path and filled-in text of every file of a template. */
export function templateFiles(
  template: TemplateName,
  values: Readonly<Record<string, string>>,
): { readonly path: string; readonly text: string }[] {
  return FILES[template].map((path) => ({
    path,
    text: fill(readFileSync(new URL(`${template}/${path}`, TEMPLATES), 'utf8'), values),
  }));
}

/** Replaces `{{name}}` by its value. @throws MlxError INTERNAL for a placeholder without a value */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new MlxError('INTERNAL', `A template asks for "${name}".`);
    return value;
  });
}
