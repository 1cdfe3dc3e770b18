import { performance } from 'node:perf_hooks';
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import type { Core } from '../core.js';
import { Deadline, Deadlines } from '../http/deadlines.js';
import { requestIdOf } from '../http/ids.js';
import { deadlineExceeded } from '../http/time-limit.js';
import { finishTrace, newTrace, type Trace } from '../metrics/trace.js';
import { failureStatus } from './status.js';

/** The metadata that is understood as the header of the same name over HTTP. */
const HEADERS = ['x-request-id', 'traceparent', 'authorization'] as const;

type Headers = Readonly<Partial<Record<(typeof HEADERS)[number], string>>>;

/** One call, from its metadata on. */
export interface WatchedCall {
  readonly trace: Trace;
  readonly headers: Headers;
  readonly requestId: string | null;
  /** Where it comes from, without the port. */
  readonly client: string | undefined;
  /** `performance.now()` after which its client has been told that it took too long. */
  readonly deadline: number;
}

/**
 * Follows every call from its first header to its status, whoever gives it: counts it, ends it when its time is over, and
 * writes its line of the access log.
 */
export class CallWatch {
  readonly #core: Core;
  readonly #deadlines = new Deadlines();
  readonly #calls = new WeakMap<Metadata, WatchedCall>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** The call that came with this metadata. */
  of(metadata: Metadata): WatchedCall {
    return this.#calls.get(metadata) as WatchedCall;
  }

  readonly interceptor: ServerInterceptor = ({ path }, call) => {
    const { limits, metrics, accessLog } = this.#core;
    const trace = newTrace(performance.now());
    const client = call.getConnectionInfo().remoteAddress;
    let headers: Headers = {};
    const late = new Deadline(trace.startedAt + limits.timeoutMs, () => {
      const error = deadlineExceeded();
      metrics.refused(error.code);
      call.sendStatus(failureStatus(error));
    });
    this.#deadlines.add(late);
    let hasEnded = false;
    const end = (code: status): void => {
      if (hasEnded) return;
      hasEnded = true;
      this.#deadlines.remove(late);
      finishTrace(trace, performance.now());
      accessLog?.addCall({ headers, client, path, status: status[code], trace });
    };
    onStatus(call, end);
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        headers = headersOf(metadata);
        const deadline = Math.min(late.at, clientDeadline(call));
        this.#calls.set(metadata, { trace, headers, requestId: requestIdOf({ headers }), client, deadline });
        next(metadata);
      })
      .withOnCancel(() => end(status.CANCELLED))
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
}

/**
 * Hears of the status with which a call ends. What the library itself refuses, such as a message that is too large, passes
 * no interceptor on its way out.
 */
function onStatus(call: ServerInterceptingCallInterface, heard: (code: status) => void): void {
  const send = call.sendStatus.bind(call);
  call.sendStatus = (sent) => {
    send(sent);
    heard(sent.code);
  };
}

/** The client's own deadline, as `performance.now()` counts. */
function clientDeadline(call: ServerInterceptingCallInterface): number {
  return performance.now() + Number(call.getDeadline()) - Date.now();
}

function headersOf(metadata: Metadata): Headers {
  const found: [string, string][] = [];
  for (const name of HEADERS) {
    const [value] = metadata.get(name);
    if (typeof value === 'string') found.push([name, value]);
  }
  return Object.fromEntries(found);
}
