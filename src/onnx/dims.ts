/** Cells of a tensor: the product of its dims. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Shape of a result by the rules of NumPy; null where the shapes do not fit. */
export function broadcastDims(shapes: readonly (readonly number[])[]): number[] | null {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const dims = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [index, size] of shape.entries()) {
      const at = rank - shape.length + index;
      if (size === 1) continue;
      if (dims[at] !== 1 && dims[at] !== size) return null;
      dims[at] = size;
    }
  }
  return dims;
}

/** For each cell of a shape that a tensor is broadcast to, the tensor's own cell. */
export function cellReader(dims: readonly number[], shape: readonly number[]): (cell: number) => number {
  const offset = shape.length - dims.length;
  const steps = dims.map((size, index) => (size === 1 ? 0 : sizeOf(dims.slice(index + 1))));
  return (cell) => {
    let rest = cell;
    let position = 0;
    for (let axis = shape.length - 1; axis >= offset; axis--) {
      const size = shape[axis] as number;
      position += (rest % size) * (steps[axis - offset] as number);
      rest = Math.floor(rest / size);
    }
    return position;
  };
}
