import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process on which machine; enough to tell a process from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Changes at every start of the machine; null where the system does not tell. */
  readonly bootId: string | null;
  /** Start of the process in clock ticks since boot; null where the system does not tell. */
  readonly processStart: string | null;
}

let own: ProcessIdentity | undefined;

/** The identity of this process; read once. */
export function ownIdentity(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    host: hostname(),
    bootId: readText('/proc/sys/kernel/random/boot_id')?.trim() ?? null,
    processStart: processStatus(process.pid)?.start ?? null,
  };
  return own;
}

/**
 * Whether that process still runs: `unknown` for another host. A zombie counts as dead, and so does
 * a pid that was given to a later process (other start time, or another boot).
 */
export function liveness(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  const self = ownIdentity();
  if (identity.host !== self.host) return 'unknown';
  if (identity.bootId !== null && self.bootId !== null && identity.bootId !== self.bootId) return 'dead';
  const status = processStatus(identity.pid);
  if (status !== undefined) {
    if (status.state === 'Z' || status.state === 'X') return 'dead';
    return identity.processStart === null || identity.processStart === status.start ? 'alive' : 'dead';
  }
  return answersSignal(identity.pid) ? 'alive' : 'dead';
}

export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.host === b.host && a.bootId === b.bootId && a.processStart === b.processStart;
}

/** State letter and start time from `/proc/<pid>/stat` (fields 3 and 22 of proc(5)). */
function processStatus(pid: number): { state: string; start: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the command in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const start = fields[19];
  return state === undefined || start === undefined ? undefined : { state, start };
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
