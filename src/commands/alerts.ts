import { type Alert, sendAlert } from '../monitoring/alerts.js';
import type { Store } from '../store/store.js';
import type { CommandContext } from './command.js';

export interface AlertTargets {
  readonly webhook?: string;
  readonly alertCommand?: string;
}

/** Delivers alerts to the store's log and to what is configured; a channel that fails is warned of. */
export function alertChannels(
  store: Store,
  targets: AlertTargets,
  context: CommandContext,
): (alert: Alert) => Promise<void> {
  return async (alert) => {
    const deliveries = await sendAlert(alert, {
      log: (entry) => store.alerts.add(entry),
      ...(targets.webhook === undefined ? {} : { webhook: targets.webhook }),
      ...(targets.alertCommand === undefined ? {} : { command: targets.alertCommand }),
    });
    for (const { channel, delivered, error } of deliveries) {
      if (!delivered) context.warn(`the alert was not delivered by ${channel}: ${error}`);
    }
  };
}
