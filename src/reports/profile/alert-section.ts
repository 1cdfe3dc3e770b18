import type { AlertKind, ProfileAlert } from '../../data/profile/table-profile.js';
import { type Html, html, nameOf, type Part, shownText } from '../../html.js';
import { formatCount } from '../format.js';

/** More alerts of one kind are told together. */
const MAX_APART = 4;
/** Columns named of those that are told together. */
const MAX_NAMED = 24;

const TOGETHER: Readonly<Record<AlertKind, string>> = {
  'all-missing': 'Every value is missing',
  'high-missing': 'Many values are missing',
  constant: 'The same value in every row',
  'almost-constant': 'Nearly every row has the same value',
  'high-cardinality': 'Very many levels',
  skewed: 'Skewed: a few values are far from the rest',
  'many-zeros': 'Mostly 0',
  leak: 'They tell the target almost perfectly: are they known before the target is?',
  correlated: 'Pairs that go together almost as one',
  'rare-class': 'Rare classes',
  'target-unusable': 'The target cannot be learned',
  'duplicate-rows': 'Rows that repeat an earlier one',
};

/** What is worth a look: a few alerts of one kind one by one, with those of the same column; many of a kind together. */
export function alertSection(alerts: readonly ProfileAlert[], cardIds: ReadonlyMap<string, string>): Part {
  if (alerts.length === 0) return html`<h2>Worth a look</h2><p class="soft">Nothing stands out.</p>`;
  const kinds = groupAlerts(alerts, ({ kind }) => kind);
  const isApart = ({ kind }: ProfileAlert) => (kinds.get(kind)?.length ?? 0) <= MAX_APART;
  const apart = groupAlerts(alerts.filter(isApart), ({ columns }) => JSON.stringify(columns));
  const together = [...kinds].filter(([, own]) => own.length > MAX_APART);
  return html`<h2>Worth a look</h2><ul class="alerts">${[...apart.values()].map((own) => one(own, cardIds))}${together.map(
    ([kind, own]) => many(kind as AlertKind, own, cardIds),
  )}</ul>`;
}

/** Alerts by a key, in order. */
export function groupAlerts(
  alerts: readonly ProfileAlert[],
  keyOf: (alert: ProfileAlert) => string,
): Map<string, ProfileAlert[]> {
  const groups = new Map<string, ProfileAlert[]>();
  for (const alert of alerts) {
    const group = groups.get(keyOf(alert));
    if (group === undefined) groups.set(keyOf(alert), [alert]);
    else group.push(alert);
  }
  return groups;
}

function one(alerts: readonly ProfileAlert[], cardIds: ReadonlyMap<string, string>): Html {
  const columns = alerts[0]?.columns ?? [];
  const messages = alerts.map(({ message }) => message).join('; ');
  const end = columns.length === 0 ? null : columns.length > 1 ? ' ' : ': ';
  return html`<li>${links(columns, cardIds)}${end}${shownText(messages, 400)}</li>`;
}

function many(kind: AlertKind, alerts: readonly ProfileAlert[], cardIds: ReadonlyMap<string, string>): Html {
  const named = alerts.slice(0, MAX_NAMED);
  const more = alerts.length - named.length;
  return html`<li class="more">${TOGETHER[kind]} (${formatCount(alerts.length)}): ${named.map(
    ({ columns }, index) => html`${index === 0 ? null : ', '}${links(columns, cardIds)}`,
  )}${more > 0 ? ` and ${formatCount(more)} more` : null}</li>`;
}

function links(names: readonly string[], cardIds: ReadonlyMap<string, string>): Part {
  return names.map((name, index) => {
    const id = cardIds.get(name);
    const shown = html`<b>${nameOf(name, 40)}</b>`;
    return html`${index === 0 ? null : ' and '}${id === undefined ? shown : html`<a href="#${id}">${shown}</a>`}`;
  });
}
