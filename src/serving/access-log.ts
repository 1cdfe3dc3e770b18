import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { toMlxError } from '../errors.js';
import { AppendedFile } from './appended-file.js';
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

/** Who asked, and what was learned on the way. */
interface From {
  readonly headers: IncomingHttpHeaders;
  readonly client: string | undefined;
  readonly trace: Trace;
}

/** One call over gRPC that was answered, or that its client gave up. */
export interface AccessByCall extends From {
  /** `/inference.GRPCInferenceService/ModelInfer` */
  readonly path: string;
  readonly status: string;
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
  readonly #file: AppendedFile;
  #lines: string[] = [];
  #characters = 0;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;
  /** One after the other. */
  #reopening: Promise<void> = Promise.resolve();

  /** @param path the file that lines are added to */
  constructor(path: string, parts: { readonly now: () => Date; readonly log: ServerLog }) {
    this.#now = parts.now;
    this.#log = parts.log;
    this.#file = new AppendedFile(path, (error) => {
      this.#log('error', `the access log cannot be written: ${toMlxError(error).message}`);
    });
  }

  add({ request, response, path, route, trace }: Access): void {
    const { headers, socket, method } = request;
    this.#add(
      { headers, client: socket.remoteAddress, trace },
      { method, path: path.slice(0, MAX_PATH), route, status: response.statusCode },
    );
  }

  /** A call over gRPC. @param status its name, such as `OK` */
  addCall({ path, status, ...from }: AccessByCall): void {
    const method = path.slice(path.lastIndexOf('/') + 1);
    this.#add(from, { method, path, route: path, grpc_status: status });
  }

  #add({ headers, client, trace }: From, what: Readonly<Record<string, unknown>>): void {
    if (this.#file.isBroken || this.#characters > MAX_CHARACTERS) {
      this.#dropped++;
      return;
    }
    const { recorder, startedAt, decodedAt, scoredAt, queueMs, runMs, rows } = trace;
    const endedAt = performance.now();
    const context = traceparentOf({ headers });
    const line = JSON.stringify({
      time: this.#now().toISOString(),
      request_id: requestIdOf({ headers }) ?? randomUUID(),
      ...(context === null ? {} : { trace_id: context.traceId, parent_id: context.parentId }),
      client: client ?? null,
      ...what,
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

  /**
   * Opens the file anew, for whoever has moved it away. No line is lost: each is in the old file or in the new one, and
   * where the new one cannot be opened, the old one goes on.
   */
  reopen(): Promise<void> {
    this.#reopening = this.#reopening.then(() => this.#reopen());
    return this.#reopening;
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    await this.#reopening;
    this.#flush();
    this.#tellDropped();
    await this.#file.close();
  }

  async #reopen(): Promise<void> {
    this.#flush();
    try {
      await this.#file.reopen();
      this.#log('info', 'the access log was opened anew');
      this.#tellDropped();
    } catch (error) {
      const { message } = toMlxError(error);
      this.#log('error', `the access log cannot be opened anew, the old file goes on: ${message}`);
    }
  }

  #tellDropped(): void {
    if (this.#dropped > 0) this.#log('warn', `${this.#dropped} lines of the access log were dropped`);
    this.#dropped = 0;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0 || this.#file.isBroken) return;
    const text = `${this.#lines.join('\n')}\n`;
    const { length } = text;
    this.#lines = [];
    // Counted until the disk has it, so that a slow one fills no memory.
    this.#file.write(text, () => {
      this.#characters -= length;
    });
  }
}
