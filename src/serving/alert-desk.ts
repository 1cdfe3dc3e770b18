import { toMlxError } from '../errors.js';
import type { AlertHandler, ServerAlert, ServerLog } from './options.js';

/** Hands alerts over without keeping anybody waiting. */
export class AlertDesk {
  readonly #deliver: AlertHandler;
  readonly #now: () => Date;
  readonly #log: ServerLog;
  readonly #pending = new Set<Promise<void>>();

  constructor(parts: { readonly alert: AlertHandler; readonly now: () => Date; readonly log: ServerLog }) {
    this.#deliver = parts.alert;
    this.#now = parts.now;
    this.#log = parts.log;
  }

  raise(alert: Omit<ServerAlert, 'time'>): void {
    const delivery = this.#send({ ...alert, time: this.#now().toISOString() });
    this.#pending.add(delivery);
    void delivery.then(() => this.#pending.delete(delivery));
  }

  /** Resolves when every alert is delivered, or has failed. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #send(alert: ServerAlert): Promise<void> {
    try {
      await this.#deliver(alert);
    } catch (error) {
      this.#log('error', `an alert could not be delivered: ${toMlxError(error).message}`, {
        kind: alert.kind,
      });
    }
  }
}
