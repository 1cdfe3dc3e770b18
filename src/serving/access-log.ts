import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toMlxError } from '../errors.js';
import { roundMs } from './core.js';
import { requestIdOf, traceparentOf } from './http/ids.js';
import type { Trace } from './metrics/trace.js';
import type { ServerLog } from './options.js';

/** One request that was answered. */
export interface Access {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As it was asked for, without the query string, which may hold what is nobody's business. */
  readonly path: string;
  /** The route's pattern; `unknown` where there is none. */
  readonly route: string;
  readonly trace: Trace;
}

const FLUSH_MS = 100;
const FLUSH_CHARACTERS = 64_000;
/** Lines that wait for a slow disk; more are dropped, and said. */
const MAX_CHARACTERS = 16_000_000;
const MAX_PATH = 300;

/**
 * The access log: one JSON object a line, written in batches. It never holds up a request; a file that cannot be written
 * is told of once.
 */
export class AccessLog {
  readonly #now: () => Date;
  readonly #log: ServerLog;
  readonly #stream: WriteStream;
  #lines: string[] = [];
  #characters = 0;
  #timer: NodeJS.Timeout | undefined;
  #isBroken = false;
  #dropped = 0;

  /** @param path the file that lines are added to */
  constructor(path: string, parts: { readonly now: () => Date; readonly log: ServerLog }) {
    this.#now = parts.now;
    this.#log = parts.log;
    this.#stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
    this.#stream.on('error', (error) => {
      this.#isBroken = true;
      this.#log('error', `the access log cannot be written: ${toMlxError(error).message}`);
    });
  }

  add({ request, response, path, route, trace }: Access): void {
    if (this.#isBroken || this.#characters > MAX_CHARACTERS) {
      this.#dropped++;
      return;
    }
    const { recorder, startedAt, decodedAt, scoredAt, queueMs, runMs, rows } = trace;
    const endedAt = performance.now();
    const context = traceparentOf(request);
    const line = JSON.stringify({
      time: this.#now().toISOString(),
      request_id: requestIdOf(request) ?? randomUUID(),
      ...(context === null ? {} : { trace_id: context.traceId, parent_id: context.parentId }),
      client: request.socket.remoteAddress ?? null,
      method: request.method,
      path: path.slice(0, MAX_PATH),
      route,
      status: response.statusCode,
      duration_ms: roundMs(endedAt - startedAt),
      ...(recorder === null || scoredAt === 0
        ? {}
        : {
            ...recorder.labels,
            rows,
            parse_ms: roundMs(decodedAt - startedAt),
            queue_ms: roundMs(queueMs),
            run_ms: roundMs(runMs),
            serialise_ms: roundMs(endedAt - scoredAt),
          }),
    });
    this.#lines.push(line);
    this.#characters += line.length + 1;
    if (this.#characters >= FLUSH_CHARACTERS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    this.#flush();
    if (this.#dropped > 0) this.#log('warn', `${this.#dropped} lines of the access log were dropped`);
    if (this.#isBroken || this.#stream.closed) return;
    this.#stream.end();
    await once(this.#stream, 'close');
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0 || this.#isBroken) return;
    const text = `${this.#lines.join('\n')}\n`;
    const { length } = text;
    this.#lines = [];
    // Counted until the disk has it, so that a slow one fills no memory.
    this.#stream.write(text, () => {
      this.#characters -= length;
    });
  }
}
