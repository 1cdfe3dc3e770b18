import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { MlxError } from '#mlx/errors.js';

/** A folder for the test file, removed at its end. */
export function temporaryFolder(): {
  path: (name: string) => string;
  put: (text: string | Uint8Array, name?: string) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'mlx-data-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return {
    path: (name) => join(folder, name),
    put(text, name = `${count++}.csv`) {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
  };
}

/** The MlxError that the work must end in. */
export async function failure(work: () => unknown): Promise<MlxError> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof MlxError) return thrown;
    throw thrown;
  }
  throw new Error('it did not fail');
}
