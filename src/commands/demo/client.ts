import { MlxError } from '../../errors.js';
import type { Subscriber } from './subscribers.js';

interface Answer {
  readonly status: number;
  readonly body: {
    readonly prediction_id?: string;
    readonly prediction?: string;
    readonly model_version?: string | number;
    readonly added?: number;
  };
}

interface Label {
  readonly prediction_id: string;
  readonly label: string;
}

const MOST_REQUESTS = 500;

/** Talks to the demo's server as any client would. */
export class DemoClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async predictAndLabel(rows: readonly Subscriber[]) {
    const { labels, right } = await this.#ask(rows, '/predict');
    return { predictions: rows.length, labels: await this.#label(labels), accuracy: right / rows.length };
  }

  async compareArms(rows: readonly Subscriber[]): Promise<void> {
    const [first, ...others] = rows as [Subscriber, ...Subscriber[]];
    await this.#until('the A/B test', async () => (await this.#predict('/predict_ab', first)).status === 200);
    const { labels } = await this.#ask(others, '/predict_ab');
    await this.#label(labels);
  }

  /** Waits until the server has followed a promotion. */
  async waitForVersion(version: number, row: Subscriber): Promise<void> {
    await this.#until(`the promotion of version ${version}`, async () => {
      const { body, status } = await this.#predict('/predict', { ...row, region: 'north' });
      return status === 200 && Number(body.model_version) === version;
    });
  }

  /** The server looks at the registry every few milliseconds; this asks it until it has. */
  async #until(change: string, followed: () => Promise<boolean>): Promise<void> {
    for (let request = 0; request < MOST_REQUESTS; request++) {
      if (await followed()) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new MlxError('INTERNAL', `the server did not follow ${change}`);
  }

  /** Sends live traffic until another version answers; gives the number of requests that failed. */
  async failUntilRollback(rows: readonly Subscriber[], version: number): Promise<number> {
    let failed = 0;
    for (let request = 0; request < MOST_REQUESTS; request++) {
      const { status, body } = await this.#predict('/predict', rows[request % rows.length] as Subscriber);
      if (status >= 500) failed++;
      else if (Number(body.model_version) !== version) return failed;
    }
    throw new MlxError('INTERNAL', `version ${version} was not rolled back`);
  }

  async #ask(rows: readonly Subscriber[], path: string): Promise<{ labels: Label[]; right: number }> {
    const labels: Label[] = [];
    let right = 0;
    for (const row of rows) {
      const { body } = this.#expectOk(await this.#predict(path, row));
      labels.push({ prediction_id: body.prediction_id as string, label: row.churned });
      if (body.prediction === row.churned) right++;
    }
    return { labels, right };
  }

  /** Brings labels; gives the number that were new. */
  async #label(labels: readonly Label[]): Promise<number> {
    const { body } = this.#expectOk(await this.#post('/feedback', { feedback: labels }));
    return body.added ?? 0;
  }

  #expectOk(answer: Answer): Answer {
    if (answer.status === 200) return answer;
    throw new MlxError(
      'INTERNAL',
      `the demo's server answered ${answer.status}: ${JSON.stringify(answer.body)}`,
    );
  }

  #predict(path: string, row: Subscriber): Promise<Answer> {
    const { customer_id, churned: _, ...features } = row;
    return this.#post(path, { features, user_id: customer_id });
  }

  async #post(path: string, body: unknown): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }
}
