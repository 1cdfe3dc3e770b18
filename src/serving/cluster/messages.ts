import type { ErrorCode } from '../../errors.js';
import type { ServedModel } from '../catalog.js';
import type { Figures } from '../figures.js';
import type { Protocol } from '../fronts.js';
import type { LogLevel, ServerAlert, ServerSettings } from '../options.js';
import type { Gathered, VersionFailure } from '../peers.js';

/** What a worker is started with. */
export interface WorkerSetup {
  /** The store's folder. */
  readonly storeRoot: string;
  readonly settings: ServerSettings;
  /** When the server was started, of which this may be a late worker. */
  readonly startedAt: Date;
}

/** From the primary to a worker. A `connection` carries the socket. */
export type ToWorker =
  | { readonly kind: 'start'; readonly setup: WorkerSetup }
  | { readonly kind: 'connection'; readonly id: number; readonly protocol: Protocol }
  | { readonly kind: 'figures'; readonly id: number }
  | { readonly kind: 'gathered'; readonly id: number; readonly gathered: Gathered }
  | { readonly kind: 'failure'; readonly failure: VersionFailure }
  /** Reads the files of tokens and certificate again, and opens the access log anew. */
  | { readonly kind: 'reload' }
  /** /ready says no from now on. */
  | { readonly kind: 'drain' }
  /** No connections will come any more: end when those at work are answered. */
  | { readonly kind: 'finish' };

/** From a worker to the primary. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly models: readonly ServedModel[] }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string | undefined;
    }
  /** The socket has arrived; nothing has been read from it before this was sent. */
  | { readonly kind: 'took'; readonly id: number }
  | { readonly kind: 'closed' }
  /** The answer to `figures`, or of itself from time to time (id null). */
  | { readonly kind: 'figures'; readonly id: number | null; readonly figures: Figures }
  /** Asks for the figures of all. */
  | { readonly kind: 'gather'; readonly id: number; readonly figures: Figures }
  | { readonly kind: 'failure'; readonly failure: VersionFailure }
  | { readonly kind: 'alert'; readonly alert: ServerAlert }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>> | undefined;
    };
