import { type Draft, isColumnJoin, pickedColumns } from './optimise-draft.js';
import type { NodeOptions, Operator } from './program.js';

/** One column of a tensor. */
interface Place {
  readonly source: string;
  readonly index: number;
}

/** Wider tensors are left as they are: following every column through every step would cost more than it gains. */
const MOST_COLUMNS = 20_000;

/**
 * Joins of joins, picks from picks, picks from joins: whatever such operators do together is an order of columns of
 * some tensors, which is then made by as few operators as it takes.
 */
export function rearrangeColumns(operator: Operator, draft: Draft): string | null {
  if (!isColumnJoin(operator) && pickedColumns(operator, draft) === null) return null;
  const width = draft.widthOf(operator.inputs[0] as string);
  if (operator.inputs.length === 1 && isColumnJoin(operator)) return operator.inputs[0] as string;
  if (width === null || width > MOST_COLUMNS) return null;
  const places = placesOf(operator, draft);
  if (places === null || places.length === 0 || places.length > MOST_COLUMNS) return null;
  const runs = runsOf(places);
  const byRuns = runs.filter((run) => !isWhole(run, draft)).length + (runs.length > 1 ? 1 : 0);
  const sources = [...new Set(places.map(({ source }) => source))];
  const byPick = sources.length > 1 ? 2 : 1;
  if (Math.min(byRuns, byPick) >= replacedBy(operator, draft)) return null;
  return byRuns <= byPick ? joinRuns(runs, operator, draft) : pickFromJoin(places, sources, operator, draft);
}

/** The columns of the operator's result, each in the tensor that is no join or pick itself. */
function placesOf(operator: Operator, draft: Draft): readonly Place[] | null {
  const picked = pickedColumns(operator, draft);
  if (picked !== null) {
    const columns = columnsOf(operator.inputs[0] as string, draft);
    return columns === null ? null : picked.map((index) => columns[index] as Place);
  }
  const parts = operator.inputs.map((input) => columnsOf(input, draft));
  return parts.includes(null) ? null : (parts as readonly (readonly Place[])[]).flat();
}

function columnsOf(name: string, draft: Draft): readonly Place[] | null {
  const maker = draft.makerOf(name);
  const isMade = maker !== undefined && (isColumnJoin(maker) || pickedColumns(maker, draft) !== null);
  const places = isMade ? placesOf(maker, draft) : null;
  if (places !== null) return places;
  const width = draft.widthOf(name);
  return width === null ? null : Array.from({ length: width }, (_, index) => ({ source: name, index }));
}

/** The operator itself and the joins and picks below it that nothing else takes. */
function replacedBy(operator: Operator, draft: Draft): number {
  const taken = new Map<string, number>();
  const replaced = [operator];
  for (const { op, inputs } of replaced) {
    for (const input of op === 'Gather' ? inputs.slice(0, 1) : inputs) {
      const maker = draft.makerOf(input);
      if (maker === undefined || !(isColumnJoin(maker) || pickedColumns(maker, draft) !== null)) continue;
      const count = (taken.get(input) ?? 0) + 1;
      taken.set(input, count);
      if (count === draft.uses(input)) replaced.push(maker);
    }
  }
  return replaced.length;
}

/** Neighbours that come from the same tensor, each run as a list of its columns. */
function runsOf(places: readonly Place[]): Place[][] {
  const runs: Place[][] = [];
  for (const place of places) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    // A tensor that comes whole twice is two runs, not one pick.
    const goesOn = last?.source === place.source && !(place.index === 0 && last.index > 0);
    if (goesOn) run?.push(place);
    else runs.push([place]);
  }
  return runs;
}

function isWhole(run: readonly Place[], draft: Draft): boolean {
  const [first] = run as readonly [Place];
  return draft.widthOf(first.source) === run.length && run.every(({ index }, position) => index === position);
}

function joinRuns(runs: readonly Place[][], { options }: Operator, draft: Draft): string {
  const parts = runs.map((run) => {
    const [{ source }] = run as [Place];
    return isWhole(run, draft)
      ? source
      : pick(
          source,
          run.map(({ index }) => index),
          options,
          draft,
        );
  });
  return parts.length === 1 ? (parts[0] as string) : join(parts, options, draft);
}

function pickFromJoin(
  places: readonly Place[],
  sources: readonly string[],
  { options }: Operator,
  draft: Draft,
): string {
  const starts = new Map<string, number>();
  let width = 0;
  for (const source of sources) {
    starts.set(source, width);
    width += draft.widthOf(source) as number;
  }
  const joined = sources.length === 1 ? (sources[0] as string) : join(sources, options, draft);
  const indices = places.map(({ source, index }) => (starts.get(source) as number) + index);
  return pick(joined, indices, options, draft);
}

function join(parts: readonly string[], { type }: NodeOptions, draft: Draft): string {
  return draft.add('Concat', parts, { type, attributes: { axis: { int: 1 } } });
}

function pick(source: string, indices: readonly number[], { type }: NodeOptions, draft: Draft): string {
  const constant = draft.namer.constant('int64', [indices.length], BigInt64Array.from(indices, BigInt));
  return draft.add('Gather', [source, constant.name], { type, attributes: { axis: { int: 1 } } });
}
