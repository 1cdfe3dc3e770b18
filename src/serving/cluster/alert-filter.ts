import type { AlertHandler, ServerAlert } from '../options.js';

/** The same alert from another worker within that time is the same event. */
const SAME_MS = 60_000;

/** Delivers what several workers tell of one event once. */
export class AlertFilter {
  readonly #deliver: AlertHandler;
  readonly #deliveredAt = new Map<string, number>();

  constructor(deliver: AlertHandler) {
    this.#deliver = deliver;
  }

  readonly pass = async (alert: ServerAlert): Promise<void> => {
    const nowMs = performance.now();
    for (const [key, at] of this.#deliveredAt) if (nowMs - at >= SAME_MS) this.#deliveredAt.delete(key);
    const { kind, model, message } = alert;
    const key = JSON.stringify([kind, model, message]);
    if (this.#deliveredAt.has(key)) return;
    this.#deliveredAt.set(key, nowMs);
    await this.#deliver(alert);
  };
}
