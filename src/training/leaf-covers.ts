import { readPackedVarints, WireWriter } from '../onnx/wire.js';
import type { Tree, TreeEnsemble } from './ensemble.js';
import { layersOf } from './tree-layers.js';

/** What stands before the base64 text: whole numbers as varints, a byte or two each, or float32. */
const WHOLE = 'whole:';
const FLOAT = 'float:';

/**
 * The covers of all leaves, in the order in which the compact form numbers them, as a text for the file's metadata:
 * explanations need them, and the operator has no place for them. A split's cover is the sum of those below it.
 */
export function packLeafCovers({ trees, outputs }: TreeEnsemble): string {
  const layered = trees.flatMap((tree) => layersOf(tree, outputs));
  const covers = new Float32Array(layered.reduce((sum, { feature }) => sum + (feature.length + 1) / 2, 0));
  let leaf = 0;
  for (const { feature, cover } of layered)
    feature.forEach((column, node) => {
      if (column < 0) covers[leaf++] = cover[node] as number;
    });
  if (!covers.every((cover) => Number.isSafeInteger(cover)))
    return FLOAT + Buffer.from(covers.buffer).toString('base64');
  const writer = new WireWriter();
  writer.varints(covers);
  return WHOLE + Buffer.from(writer.finish()).toString('base64');
}

/** The covers in such a text, by leaf; null where it is none: a file can come from anywhere. */
export function unpackLeafCovers(text: string): Float32Array | null {
  const bytes = Buffer.from(text.slice(WHOLE.length), 'base64');
  if (text.startsWith(FLOAT) && bytes.length % 4 === 0) return new Float32Array(new Uint8Array(bytes).buffer);
  if (!text.startsWith(WHOLE)) return null;
  try {
    return Float32Array.from(readPackedVarints(bytes));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Fills in the covers of splits: the sum of their children's, which come after them. */
export function addCovers({ feature, left, right, cover }: Tree): void {
  const sums = Float64Array.from(cover);
  for (let node = feature.length - 1; node >= 0; node--) {
    if ((feature[node] as number) >= 0)
      sums[node] = (sums[left[node] as number] as number) + (sums[right[node] as number] as number);
  }
  cover.set(sums);
}
