// What a process holds, looked at from outside.
import { existsSync, readdirSync } from 'node:fs';
import { run } from '../process.mjs';

/** Resident memory in MB. */
export const residentMb = (pid) => Number(run('ps', ['-o', 'rss=', '-p', String(pid)])) / 1024;

/** Open files and sockets; null where /proc does not say. */
export function openFiles(pid) {
  const folder = `/proc/${pid}/fd`;
  return existsSync(folder) ? readdirSync(folder).length : null;
}

/** The JavaScript heap in use, in MB, from the server's own metrics. */
export async function heapMb(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^mlx_nodejs_heap_size_used_bytes (\S+)/m.exec(text)[1]) / 2 ** 20;
}
