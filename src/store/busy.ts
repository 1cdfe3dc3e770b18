import { setTimeout as wait } from 'node:timers/promises';

const RETRY_INTERVAL_MS = 20;

/**
 * Changing the journal mode, and recovering after a crash, can raise SQLITE_BUSY at once in spite of
 * the busy timeout; so the work is tried again until that much time has gone by.
 */
export async function whenNotBusy(timeoutMs: number, work: () => void): Promise<void> {
  const start = performance.now();
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      const isBusy = sqliteCode(error).startsWith('SQLITE_BUSY');
      if (!isBusy || performance.now() - start >= timeoutMs) throw error;
      await wait(RETRY_INTERVAL_MS);
    }
  }
}

/** SQLite's result code, such as `SQLITE_BUSY_RECOVERY`; empty for any other error. */
export function sqliteCode(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : '';
}
