import type { Random } from '../../stats/random.js';

/**
 * Lists the rows of one tree, ascending, then the others that were not drawn.
 *
 * @param ids starts with the numbers 0 ... rows − 1
 * @param rows of the first so many a share is drawn without replacement
 * @returns how many were drawn
 */
export function drawRows(ids: Int32Array, rows: number, share: number, random: Random): number {
  const wanted = Math.max(1, Math.round(rows * share));
  if (wanted === rows) return rows;
  let taken = 0;
  let left = wanted;
  // selection sampling: row r is kept with the probability that the rows still wanted leave it
  for (let row = 0; row < rows; row++) {
    if (random.next() * (rows - row) < wanted - taken) ids[taken++] = row;
    else ids[left++] = row;
  }
  return wanted;
}

/**
 * Draws rows to judge by: round(share · rows), with classes that share of each, but one row of each stays to learn from.
 *
 * @param classOf class of each row; null for a regression
 * @returns ascending
 */
export function drawValidation(
  rows: number,
  share: number,
  classOf: Float64Array | null,
  random: Random,
): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  random.shuffle(order);
  const strata = new Map<number, number[]>();
  for (const row of order) {
    const own = classOf === null ? 0 : (classOf[row] as number);
    const members = strata.get(own);
    if (members === undefined) strata.set(own, [row]);
    else members.push(row);
  }
  const drawn = [...strata.values()].flatMap((members) =>
    members.slice(0, Math.min(Math.round(members.length * share), members.length - 1)),
  );
  return Int32Array.from(drawn).sort();
}
