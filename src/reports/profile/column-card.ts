import type { ColumnProfile, ProfileAlert, TargetProfile } from '../../data/profile/table-profile.js';
import { type Html, html, nameOf, shownText } from '../../html.js';
import { categoryBody } from './category-card.js';
import { sortKeys } from './column-list.js';
import { numberBody } from './number-card.js';
import { timeBody } from './time-card.js';

interface Card {
  readonly id: string;
  readonly index: number;
  readonly column: ColumnProfile;
  readonly target: TargetProfile | null;
  readonly alerts: readonly ProfileAlert[];
}

/** One column in full. */
export function columnCard({ id, index, column, target, alerts }: Card): Html {
  const { name, type, role, reason, association } = column;
  const strength = association?.strength ?? null;
  return html`<section class="card" id="${id}"${sortKeys(column, index)} aria-labelledby="${id}n"><header><h3 id="${id}n">${nameOf(name, 80)}</h3><span class="chip">${type}</span>${
    role === 'target' ? html`<span class="chip target">target</span>` : null
  }${role === 'ignore' ? html`<span class="chip">left out${reason === null ? null : `: ${shownText(reason, 80)}`}</span>` : null}${
    strength === null ? null : html`<span class="push small soft">strength ${strength.toFixed(2)}</span>`
  }</header>${alerts.map(({ message }) => html`<p class="note">${shownText(message, 300)}</p>`)}${body(id, column, role === 'target' ? null : target)}</section>
`;
}

function body(id: string, column: ColumnProfile, target: TargetProfile | null): Html {
  switch (column.kind) {
    case 'number':
      return numberBody(id, column, target);
    case 'category':
      return categoryBody(column, target);
    case 'time':
      return timeBody(id, column, target);
  }
}
