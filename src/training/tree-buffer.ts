import type { Tree } from './ensemble.js';

/** A tree under construction: typed arrays that double as nodes are added. */
export class TreeBuffer {
  readonly #outputs: number;
  #feature = new Int32Array(1024);
  #threshold = new Float32Array(1024);
  #left = new Int32Array(1024);
  #right = new Int32Array(1024);
  #missingLeft = new Uint8Array(1024);
  #cover = new Float32Array(1024);
  #value: Float64Array;
  #size = 0;

  constructor(outputs: number) {
    this.#outputs = outputs;
    this.#value = new Float64Array(1024 * outputs);
  }

  clear(): void {
    this.#size = 0;
  }

  /** Adds a leaf with zero values for rows of that weight in all, and gives its number. */
  addNode(cover: number): number {
    if (this.#size === this.#feature.length) this.#double();
    const node = this.#size++;
    this.#feature[node] = -1;
    this.#threshold[node] = 0;
    this.#left[node] = 0;
    this.#right[node] = 0;
    this.#missingLeft[node] = 1;
    this.#cover[node] = cover;
    for (let output = 0; output < this.#outputs; output++) this.setValue(node, output, 0);
    return node;
  }

  setSplit(node: number, feature: number, threshold: number, isMissingLeft = true): void {
    this.#feature[node] = feature;
    this.#threshold[node] = threshold;
    this.#missingLeft[node] = isMissingLeft ? 1 : 0;
  }

  setChild(parent: number, isLeft: boolean, child: number): void {
    (isLeft ? this.#left : this.#right)[parent] = child;
  }

  setValue(node: number, output: number, value: number): void {
    this.#value[node * this.#outputs + output] = value;
  }

  /** A copy of the tree, trimmed to its size. */
  finish(): Tree {
    return {
      feature: this.#feature.slice(0, this.#size),
      threshold: this.#threshold.slice(0, this.#size),
      left: this.#left.slice(0, this.#size),
      right: this.#right.slice(0, this.#size),
      missingLeft: this.#missingLeft.slice(0, this.#size),
      cover: this.#cover.slice(0, this.#size),
      value: this.#value.slice(0, this.#size * this.#outputs),
    };
  }

  #double(): void {
    const capacity = 2 * this.#size;
    this.#feature = grow(this.#feature, new Int32Array(capacity));
    this.#threshold = grow(this.#threshold, new Float32Array(capacity));
    this.#left = grow(this.#left, new Int32Array(capacity));
    this.#right = grow(this.#right, new Int32Array(capacity));
    this.#missingLeft = grow(this.#missingLeft, new Uint8Array(capacity));
    this.#cover = grow(this.#cover, new Float32Array(capacity));
    this.#value = grow(this.#value, new Float64Array(capacity * this.#outputs));
  }
}

function grow<T extends Uint8Array | Int32Array | Float32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
