import { createRandom, type Random } from '../../stats/random.js';

/** One made-up subscriber; null = missing. */
export interface Subscriber {
  readonly customer_id: string;
  readonly signed_up: string;
  readonly plan: string;
  readonly region: string;
  readonly age: number | null;
  readonly monthly_fee: number;
  readonly support_calls: number;
  readonly last_login: string | null;
  readonly auto_pay: boolean;
  readonly churned: 'yes' | 'no';
}

export const COLUMNS = [
  'customer_id',
  'signed_up',
  'plan',
  'region',
  'age',
  'monthly_fee',
  'support_calls',
  'last_login',
  'auto_pay',
  'churned',
] as const satisfies readonly (keyof Subscriber)[];

/** `later`: younger people, higher fees, more gaps and a region that was not there before. */
export type Season = 'spring' | 'later';

const PLANS = ['basic', 'plus', 'pro'] as const;
const FEES = { basic: 9, plus: 19, pro: 39 } as const;
const DAY_MS = 86_400_000;
const TODAY = Date.UTC(2025, 5, 1);

/** Subscribers that nobody is; the same seed and season give the same ones. */
export function makeSubscribers(count: number, season: Season, seed: number): Subscriber[] {
  const random = createRandom(seed, season === 'spring' ? 1 : 2);
  return Array.from({ length: count }, (_, index) =>
    makeSubscriber(random, season, `${season}-${seed}-${index}`),
  );
}

function makeSubscriber(random: Random, season: Season, id: string): Subscriber {
  const later = season === 'later';
  const plan = pick(random, PLANS);
  const region = pick(
    random,
    later ? ['north', 'south', 'east', 'west', 'islands'] : ['north', 'south', 'east', 'west'],
  );
  const tenureDays = Math.floor(random.next() * 1500);
  const age = Math.round(Math.min(85, Math.max(18, (later ? 33 : 44) + 13 * random.normal())));
  const outlier = random.next() < 0.01 ? 10 : 1;
  const fee = Math.round(FEES[plan] * (later ? 1.35 : 1) * (1 + 0.1 * random.normal()) * outlier * 100) / 100;
  const supportCalls = Math.floor(-Math.log(1 - random.next()) * (plan === 'basic' ? 1.6 : 1.1));
  const idleDays = Math.floor(-Math.log(1 - random.next()) * 9);
  const autoPay = random.next() < 0.6;
  const logit =
    -2.4 +
    1.1 * supportCalls +
    0.12 * idleDays -
    0.002 * tenureDays +
    (autoPay ? -1.5 : 0.5) +
    (plan === 'pro' ? -0.8 : 0) +
    (later ? -0.14 * (age - 36) + (region === 'islands' ? 5 : 0) : 0.02 * (age - 44));
  const churned = random.next() < 1 / (1 + Math.exp(-logit));
  return {
    customer_id: id,
    signed_up: new Date(TODAY - tenureDays * DAY_MS).toISOString().slice(0, 10),
    plan,
    region,
    age: random.next() < (later ? 0.2 : 0.05) ? null : age,
    monthly_fee: fee,
    support_calls: supportCalls,
    last_login:
      random.next() < 0.03
        ? null
        : new Date(TODAY - idleDays * DAY_MS - Math.floor(random.next() * DAY_MS)).toISOString().slice(0, 19),
    auto_pay: autoPay,
    churned: churned ? 'yes' : 'no',
  };
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random.int(choices.length)] as T;
}

/** The subscribers as CSV. */
export function subscribersCsv(subscribers: readonly Subscriber[]): string {
  const lines = subscribers.map((one) => COLUMNS.map((name) => one[name] ?? '').join(','));
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}
