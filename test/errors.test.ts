import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, MlxError, toErrorDocument, toMlxError } from '#mlx/errors.js';

const TESTS = fileURLToPath(new URL('.', import.meta.url));
const CODES = Object.keys(ERRORS) as ErrorCode[];

/** Codes that no test forces, each with its reason. */
const UNTESTED: Partial<Record<ErrorCode, string>> = {};

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return /\.ts$/.test(entry.name) && path !== join(TESTS, 'errors.test.ts') ? [path] : [];
  });
}

describe('the catalogue', () => {
  it('has a test for every code, but for those with a reason', () => {
    const text = testFiles(TESTS)
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const missing = CODES.filter((code) => !new RegExp(`\\b${code}\\b`).test(text));
    expect(missing.sort()).toEqual(Object.keys(UNTESTED).sort());
  });

  it.each(CODES)('%s has an exit code of the table and an HTTP status', (code) => {
    const { exit, status, summary } = ERRORS[code];
    expect([1, 2, 3, 4, 5, 130, 143]).toContain(exit);
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(600);
    expect(summary).toMatch(/^[a-zA-Z].*[^.]$/);
    expect(new MlxError(code, 'x')).toMatchObject({ exitCode: exit, status });
  });
});

describe('what is thrown becomes an MlxError', () => {
  const system = (code: string): Error => Object.assign(new Error(`${code}: because`), { code });

  it.each([
    ['ENOENT', 'FILE_NOT_FOUND'],
    ['ENOTDIR', 'FILE_NOT_FOUND'],
    ['EACCES', 'FILE_UNREADABLE'],
    ['EISDIR', 'FILE_UNREADABLE'],
    ['ENOSPC', 'DISK_FULL'],
    ['EROFS', 'FILE_UNWRITABLE'],
    ['EADDRINUSE', 'PORT_UNAVAILABLE'],
    ['SQLITE_FULL', 'DISK_FULL'],
    ['SQLITE_BUSY', 'BUSY'],
    ['SQLITE_NOTADB', 'STORE_CORRUPT'],
    ['ESOMETHING', 'INTERNAL'],
  ])('%s → %s', (thrown, code) => {
    const error = system(thrown);
    expect(toMlxError(error)).toMatchObject({ code, message: `${thrown}: because`, cause: error });
  });

  it('an MlxError stays itself; what is no error is INTERNAL', () => {
    const own = new MlxError('BUSY', 'x');
    expect(toMlxError(own)).toBe(own);
    expect(toMlxError('text')).toMatchObject({ code: 'INTERNAL', message: 'text' });
    expect(toMlxError(undefined)).toMatchObject({ code: 'INTERNAL' });
  });
});

it('the document of an error has code and message, and hint and details where there are some', () => {
  expect(toErrorDocument(new MlxError('BUSY', 'wait'))).toEqual({ error: { code: 'BUSY', message: 'wait' } });
  const full = new MlxError('USAGE', 'no', {
    hint: 'yes',
    details: { flag: '--x' },
    cause: new Error('inner'),
  });
  expect(toErrorDocument(full)).toEqual({
    error: { code: 'USAGE', message: 'no', hint: 'yes', details: { flag: '--x' } },
  });
});
