import { MlxError } from '../errors.js';
import type { Tree } from './ensemble.js';

/**
 * What a file holds is not trusted: children come after their parent, and each node but the root has one.
 * @throws MlxError MODEL_INVALID
 */
export function checkTree({ feature, left, right, cover }: Tree, columns: number): void {
  const size = feature.length;
  const isReached = new Uint8Array(size);
  feature.forEach((column, node) => {
    if (column >= columns) throw unusable('a node is out of place');
    if (!((cover[node] as number) >= 0)) throw unusable('a node has no cover');
    if (column < 0) return;
    for (const child of [left[node] as number, right[node] as number]) {
      if (child <= node || child >= size || isReached[child] === 1)
        throw unusable('a node is no child of one parent');
      isReached[child] = 1;
    }
  });
  if (isReached.reduce((sum, flag) => sum + flag, 0) !== size - 1) throw unusable('a node cannot be reached');
}

export function unusable(reason: string): MlxError {
  return new MlxError('MODEL_INVALID', `The model's trees cannot be read: ${reason}.`);
}
