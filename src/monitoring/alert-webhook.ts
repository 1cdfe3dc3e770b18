import type { Alert } from './alerts.js';

const ATTEMPTS = 2;

/**
 * Posts an alert as JSON. A second attempt follows a network failure, a timeout, 429 and 5xx. Redirects
 * are not followed: the address is a secret of the user's. Messages never hold the address.
 *
 * @throws Error saying why the last attempt failed
 */
export async function postWebhook(url: string, alert: Alert, timeoutMs: number): Promise<void> {
  const body = JSON.stringify(alert);
  for (let attempt = 1; ; attempt++) {
    const failure = await attemptPost(url, body, timeoutMs);
    if (failure === null) return;
    if (attempt === ATTEMPTS || !failure.mayPass) throw new Error(failure.reason);
  }
}

interface Failure {
  readonly reason: string;
  readonly mayPass: boolean;
}

async function attemptPost(url: string, body: string, timeoutMs: number): Promise<Failure | null> {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    return { reason: 'The webhook address is not an http or https URL.', mayPass: false };
  }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (response.ok) return null;
    return {
      reason: `The webhook answered ${response.status}.`,
      mayPass: response.status === 429 || response.status >= 500,
    };
  } catch (thrown) {
    return { reason: networkReason(thrown, timeoutMs), mayPass: true };
  }
}

function networkReason(thrown: unknown, timeoutMs: number): string {
  if (thrown instanceof Error && thrown.name === 'TimeoutError') {
    return `The webhook did not answer within ${timeoutMs / 1000} s.`;
  }
  const cause = thrown instanceof Error ? (thrown.cause as NodeJS.ErrnoException | undefined) : undefined;
  return `The webhook could not be reached${cause?.code === undefined ? '' : ` (${cause.code})`}.`;
}
