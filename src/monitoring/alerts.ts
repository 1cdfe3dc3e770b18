import { runCommand } from './alert-command.js';
import { postWebhook } from './alert-webhook.js';

/** Something that a person should know. Sent as this JSON. */
export interface Alert {
  /** For example 'drift', 'quality', 'rollback'. */
  readonly kind: string;
  readonly model: string | null;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** ISO 8601 UTC. */
  readonly time: string;
}

/** Keeps an alert, such as `(alert) => store.alerts.add(alert)`. */
export type AlertSink = (alert: Alert) => Promise<unknown>;

export interface AlertChannels {
  readonly log: AlertSink;
  /** Address that the alert is posted to as JSON. */
  readonly webhook?: string;
  /** Shell command from the user's own configuration. */
  readonly command?: string;
}

export interface AlertDelivery {
  readonly channel: 'log' | 'webhook' | 'command';
  readonly delivered: boolean;
  /** Why not, in words; null when it was delivered. Holds no address and no secret. */
  readonly error: string | null;
}

export interface AlertLimits {
  readonly webhookTimeoutMs?: number;
  readonly commandTimeoutMs?: number;
  /** Environment of the command, to which MLX_ALERT_* are added. */
  readonly env?: NodeJS.ProcessEnv;
}

const WEBHOOK_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 10_000;

/**
 * Delivers an alert on every channel, all at once. Never throws: a channel that fails is reported in
 * its delivery, since an alert must not stop what raised it.
 */
export async function sendAlert(
  alert: Alert,
  channels: AlertChannels,
  limits: AlertLimits = {},
): Promise<AlertDelivery[]> {
  const { log, webhook, command } = channels;
  const deliveries = [deliver('log', () => log(alert))];
  if (webhook !== undefined) {
    const timeoutMs = limits.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS;
    deliveries.push(deliver('webhook', () => postWebhook(webhook, alert, timeoutMs)));
  }
  if (command !== undefined) {
    const timeoutMs = limits.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
    const env = limits.env ?? process.env;
    deliveries.push(deliver('command', () => runCommand(command, alert, { timeoutMs, env })));
  }
  return Promise.all(deliveries);
}

async function deliver(
  channel: AlertDelivery['channel'],
  send: () => Promise<unknown>,
): Promise<AlertDelivery> {
  try {
    await send();
    return { channel, delivered: true, error: null };
  } catch (thrown) {
    return { channel, delivered: false, error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
