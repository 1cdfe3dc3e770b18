const MAX_NAMES = 8;

/**
 * The candidate most like `name` (Damerau–Levenshtein, case ignored), or undefined when none is near: at
 * most a third of the longer name may differ.
 */
export function suggest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const allowed = Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (Math.abs(name.length - candidate.length) > allowed) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= allowed && distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** A hint for a name that does not exist: the likely one, else the names there are. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const likely = suggest(name, candidates);
  if (likely !== undefined) return `Did you mean "${likely}"?`;
  if (candidates.length === 0) return 'There are none.';
  const more = candidates.length > MAX_NAMES ? `, … (${candidates.length} in all)` : '';
  return `There are: ${candidates.slice(0, MAX_NAMES).join(', ')}${more}.`;
}

function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (above[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (above[j - 1] as number) + (same ? 0 : 1),
      );
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] as number) + 1);
      current.push(cost);
    }
    [before, above] = [above, current];
  }
  return above[b.length] as number;
}
