import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openStore, type Store } from '#mlx/store/store.js';

const open = new Set<Store>();
const folders = new Set<string>();

afterEach(async () => {
  for (const store of open) await store.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  open.clear();
  folders.clear();
});

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlx-test-'));
  folders.add(folder);
  return folder;
}

/** A store of its own, closed and gone after the test. */
export async function temporaryStore(
  root = join(temporaryFolder(), '.mlx'),
  now: () => Date = clock(),
): Promise<Store> {
  const store = await openStore(root, { create: true, now });
  open.add(store);
  return store;
}

/** Closes a store before the test is over. */
export async function closeStore(store: Store): Promise<void> {
  open.delete(store);
  await store.close();
}

/** A clock that is a second later each time it is read. */
export function clock(from = '2026-03-01T00:00:00.000Z', stepMs = 1000): () => Date {
  let time = Date.parse(from) - stepMs;
  return () => {
    time += stepMs;
    return new Date(time);
  };
}
