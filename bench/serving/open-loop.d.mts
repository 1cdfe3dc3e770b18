import type { ChildProcessByStdio, SpawnOptions } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface OpenLoopTask {
  readonly url: string;
  readonly path: string;
  readonly type: string;
  /** Null: the body is sent that is given. */
  readonly file: string | null;
  readonly body: string;
  readonly connections: number;
  /** Requests per second. */
  readonly rate: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly patienceMs: number;
}

export function startOpenLoop(
  task: OpenLoopTask,
  options?: SpawnOptions,
): ChildProcessByStdio<Writable, Readable, null>;

export function openLoopProgram(): string;
