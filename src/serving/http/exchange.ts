import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { newTrace, type Trace } from '../metrics/trace.js';
import { Deadline, type Deadlines } from './deadlines.js';
import { requestIdOf } from './ids.js';
import type { Caller, HttpRequest } from './message.js';

const EMPTY = Buffer.alloc(0);

/** One request as the routes see it, from its headers on. */
export class Exchange implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
  readonly trace: Trace;
  rest = '';
  body: Buffer = EMPTY;
  /** Set as soon as it is known; before that nothing reads it. */
  declare caller: Caller;
  /** True when an answer was sent already, because the time was over. */
  isAnswered = false;
  readonly #search: string;
  readonly #deadlines: Deadlines;
  #deadline: Deadline | undefined;
  #onLate: (() => void) | undefined;
  #isBodyExpected = false;

  constructor(raw: IncomingMessage, response: ServerResponse, startedAt: number, deadlines: Deadlines) {
    const { url = '/', method = 'GET' } = raw;
    const mark = url.indexOf('?');
    this.method = method;
    this.path = mark === -1 ? url : url.slice(0, mark);
    this.#search = mark === -1 ? '' : url.slice(mark + 1);
    this.headers = raw.headers;
    this.raw = raw;
    this.response = response;
    this.trace = newTrace(startedAt);
    this.#deadlines = deadlines;
  }

  get requestId(): string | null {
    return requestIdOf(this.raw);
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#search);
  }

  get deadline(): number | null {
    return this.#deadline?.at ?? null;
  }

  /** What is done when the time is over; `limitTime` says when that is. */
  onLate(answer: () => void): void {
    this.#onLate = answer;
  }

  limitTime(timeoutMs: number): void {
    const at = this.trace.startedAt + timeoutMs;
    if (this.#deadline !== undefined && this.#deadline.at <= at) return;
    if (this.#deadline !== undefined) this.#deadlines.remove(this.#deadline);
    this.#deadline = new Deadline(at, () => this.#onLate?.());
    this.#deadlines.add(this.#deadline);
  }

  /** Whether the client waits to be told to send its body. */
  get isBodyHeldBack(): boolean {
    return this.headers.expect?.toLowerCase() === '100-continue' && !this.#isBodyExpected;
  }

  /** Tells a client that asked first to send its body. */
  expectBody(): void {
    if (this.isBodyHeldBack) this.response.writeContinue();
    this.#isBodyExpected = true;
  }

  /** No answer can be late any more. */
  settle(): void {
    if (this.#deadline !== undefined) this.#deadlines.remove(this.#deadline);
  }
}
