import { type Html, html, type Part } from '../../html.js';
import { type Axis, formatPercent } from '../plots/axes.js';
import { lineLegend } from '../plots/lines.js';

/** A plot with what its lines are. */
export function figure(plot: Html, names: Parameters<typeof lineLegend>[0], more: Part): Html {
  return html`<figure>${plot}<figcaption>${lineLegend(names)}${more}</figcaption></figure>`;
}

/** An axis of shares, 0 to 100 %. */
export function shareAxis(name: string): Axis {
  return { name, range: [0, 1], format: formatPercent };
}
