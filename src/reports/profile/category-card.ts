import type { CategoryProfile, TargetProfile } from '../../data/profile/table-profile.js';
import { type Html, html, nameOf, type Part } from '../../html.js';
import { coordinate, formatCount, formatFigure, formatShare } from '../format.js';
import { linearScale, type Scale } from '../plots/scale.js';
import { associationFacts, commonFacts, factList, missingFact } from './facts.js';
import { classNames, formatMean, legend, meanName, meanRange } from './target-words.js';

/** So few levels need no more height than the figures beside them in two columns. */
const SHORT = 4;
const EXAMPLES = 5;

export function categoryBody(column: CategoryProfile, target: TargetProfile | null): Html {
  const { entropy, minLength, maxLength } = column;
  const length =
    minLength === maxLength ? String(minLength ?? '–') : `${minLength} to ${formatCount(maxLength ?? 0)}`;
  const facts = factList([
    ...commonFacts(column),
    ['entropy', entropy === null ? '–' : `${formatFigure(entropy)} bits`],
    ['length', length],
    ...associationFacts(column.association),
  ]);
  return html`<div class="two levelled${column.levels.length <= SHORT ? ' short' : ''}">${levelTable(column, target)}${facts}</div>`;
}

interface LevelRow {
  readonly name: Part;
  readonly count: number;
  readonly isRest: boolean;
}

/** The levels with bars for their rows, and the target in each. */
function levelTable(column: CategoryProfile, target: TargetProfile | null): Html | null {
  if (column.count === 0) return null;
  if (column.unique === column.count && column.otherLevels > 0) return examples(column);
  const rows: LevelRow[] = column.levels.map(({ level, count }) => ({
    name: nameOf(level, 48),
    count,
    isRest: false,
  }));
  if (column.otherLevels > 0) {
    const name = `${formatCount(column.otherLevels)} other ${column.otherLevels === 1 ? 'level' : 'levels'}`;
    rows.push({ name, count: column.otherCount, isRest: true });
  }
  const most = Math.max(...rows.map(({ count }) => count));
  const rate = rateColumn(column, target);
  const note = missingFact(column, target);
  return html`<figure><table class="levels${rate.head === null ? '' : ' rated'}"><thead><tr><th scope="col" class="name">level</th><th scope="col" class="wide">rows</th><th scope="col" class="num">share</th>${rate.head}</tr></thead><tbody>${rows.map(
    (row, index) =>
      html`<tr${row.isRest ? html` class="rest"` : null}><th scope="row">${row.name}</th><td class="wide">${bar(column, index, row.count / most, target)}</td><td class="num" title="${formatCount(row.count)}">${formatShare(row.count / column.count)}</td>${rate.cells(index)}</tr>`,
  )}</tbody></table><figcaption>${column.target?.kind === 'classes' ? legend(target, column.target) : null}${note === '' ? null : html`<span>${note}</span>`}</figcaption></figure>`;
}

/** A bar, its length the level's rows; in colours of the classes where they are told apart. */
function bar(column: CategoryProfile, index: number, length: number, target: TargetProfile | null): Html {
  const counts = column.target?.kind === 'classes' ? column.target.counts[index] : undefined;
  const labelled = counts?.reduce((sum, own) => sum + own, 0) ?? 0;
  if (counts === undefined || target === null || labelled === 0) {
    return html`<span class="track"><i style="width:${coordinate(length * 100)}%"></i></span>`;
  }
  const names = classNames(target);
  return html`<span class="track">${counts.map((count, place) =>
    count === 0
      ? null
      : html`<i class="s${place}" title="${names[place] ?? ''}: ${formatShare(count / labelled)}" style="width:${coordinate((count / labelled) * length * 100)}%"></i>`,
  )}</span>`;
}

/** Bars of one row each say nothing. */
function examples({ levels }: CategoryProfile): Html {
  const shown = levels.slice(0, EXAMPLES).map(({ level }) => html`<li>${nameOf(level, 90)}</li>`);
  return html`<div><p class="small soft">Every value is different, such as</p><ul class="examples">${shown}</ul></div>`;
}

interface RateColumn {
  readonly head: Part;
  cells(index: number): Part;
}

/** The target's mean of each level, as a figure and as a dot on a common scale. */
function rateColumn({ target: groups }: CategoryProfile, target: TargetProfile | null): RateColumn {
  if (target === null || groups === null || groups.kind !== 'mean') return { head: null, cells: () => null };
  const { values } = groups;
  const place = linearScale(meanRange(target, values), [3, 97]);
  return {
    head: html`<th scope="col" class="dot"><bdi>${meanName(target, 24)}</bdi></th><th scope="col" class="num">${target.positive === null ? 'mean' : 'share'}</th>`,
    cells: (index) => rateCells(values[index] ?? null, target, place),
  };
}

function rateCells(mean: number | null, target: TargetProfile, place: Scale): Html {
  const at = (value: number) => `left:${coordinate(place(value))}%`;
  return html`<td><span class="rate">${target.mean === null ? null : html`<b style="${at(target.mean)}"></b>`}${mean === null ? null : html`<i style="${at(mean)}"></i>`}</span></td><td class="num">${formatMean(target, mean)}</td>`;
}
