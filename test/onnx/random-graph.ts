import fc from 'fast-check';
import { GraphBuilder, type NodeOptions, type TensorRef } from '#mlx/onnx/graph.js';
import { ELEMENT_TYPES } from '#mlx/onnx/proto.js';
import { createRandom, type Random } from '#mlx/stats/random.js';
import type { Feeds } from './run-graph.js';

export const ROWS = 6;

type Kind = 'double' | 'float' | 'int64' | 'bool';

interface Tensor {
  readonly ref: TensorRef;
  /** Columns; constants are [1,width]. */
  readonly width: number;
  readonly isConstant: boolean;
}

/** A graph of the operators that the feature steps write, put together at random, with values to feed it. */
export interface RandomGraph {
  readonly graph: GraphBuilder;
  readonly feeds: Feeds;
}

const VALUES = [0, -0, 1, -1, 0.1, 1 / 3, 16_777_217, 1e30, -1e30, Number.NaN, Infinity, -Infinity, 2.5];
const LEVELS = ['a', 'b', '', 'é', 'never'];

export const aGraph: fc.Arbitrary<RandomGraph> = fc
  .record({ seed: fc.nat(), operators: fc.integer({ min: 1, max: 40 }) })
  .map(({ seed, operators }) => new Maker(createRandom(seed)).make(operators));

class Maker {
  readonly #random: Random;
  readonly #graph = new GraphBuilder();
  readonly #tensors: Tensor[] = [];
  readonly #texts: TensorRef[] = [];
  readonly #feeds: Record<string, Feeds[string]> = {};

  constructor(random: Random) {
    this.#random = random;
  }

  make(operators: number): RandomGraph {
    this.#addInputs();
    for (const kind of ['double', 'float', 'int64', 'bool'] as const)
      this.#keep(this.#constant(kind, [1, 2]), 2, true);
    for (let count = 0; count < operators; count++) this.#addOperator();
    const results = this.#tensors.filter(({ isConstant }) => !isConstant);
    for (let output = 0; output < 3; output++) {
      const { ref, width } = output === 0 ? (results.at(-1) as Tensor) : this.#pick(results);
      this.#graph.output(`out${output}`, ref, ['N', width]);
    }
    return { graph: this.#graph, feeds: this.#feeds };
  }

  #addInputs(): void {
    for (const [name, width] of [
      ['d0', 1],
      ['d1', 1],
      ['d2', 3],
    ] as const) {
      const data = Float64Array.from({ length: ROWS * width }, () => this.#pick(VALUES));
      this.#feeds[name] = { type: 'double', dims: [ROWS, width], data };
      this.#keep(this.#graph.input(name, 'double', ['N', width]), width);
    }
    const times = BigInt64Array.from({ length: ROWS * 2 }, () => BigInt(this.#random.int(2000) - 1000));
    this.#feeds.t = { type: 'int64', dims: [ROWS, 2], data: times };
    this.#keep(this.#graph.input('t', 'int64', ['N', 2]), 2);
    const levels = Array.from({ length: ROWS }, () => this.#pick(LEVELS));
    this.#feeds.s = { type: 'string', dims: [ROWS, 1], data: levels };
    this.#texts.push(this.#graph.input('s', 'string', ['N', 1]));
  }

  #addOperator(): void {
    const choices = [
      () => this.#arithmetic(),
      () => this.#cast(),
      () => this.#join(),
      () => this.#join(),
      () => this.#gather(),
      () => this.#gather(),
      () => this.#impute(),
      () => this.#compare(),
      () => this.#codes(),
      () => this.#identity(),
    ];
    this.#pick(choices)();
  }

  #arithmetic(): void {
    const left = this.#tensor(({ ref }) => ref.type !== 'bool');
    const op = this.#pick(left.ref.type === 'int64' ? ['Add', 'Sub', 'Mul'] : ['Add', 'Sub', 'Mul', 'Div']);
    const fitting = this.#tensors.filter(
      ({ ref, width }) => ref.type === left.ref.type && (width === left.width || width === 1),
    );
    const right = this.#random.int(2) === 0 ? this.#pick(fitting) : this.#constantLike(left);
    const inputs = this.#random.int(2) === 0 ? [left, right] : [right, left];
    this.#elementwise(op, inputs, left.ref.type);
  }

  #cast(): void {
    const source = this.#tensor();
    const targets: Record<string, readonly Kind[]> = {
      double: ['float', 'double', 'bool'],
      float: ['double', 'float'],
      int64: ['double', 'float', 'int64'],
      bool: ['double', 'float', 'int64'],
    };
    const type = this.#pick(targets[source.ref.type] as readonly Kind[]);
    this.#elementwise('Cast', [source], type, { to: { int: ELEMENT_TYPES[type] } });
  }

  #join(): void {
    const first = this.#tensor();
    const others = this.#tensors.filter(
      (tensor) => tensor.ref.type === first.ref.type && tensor.isConstant === first.isConstant,
    );
    const parts = [first, ...Array.from({ length: this.#random.int(4) }, () => this.#pick(others))];
    const width = parts.reduce((sum, part) => sum + part.width, 0);
    if (width > 40) return;
    const options: NodeOptions = { type: first.ref.type, attributes: { axis: { int: 1 } } };
    this.#keep(
      this.#graph.node(
        'Concat',
        parts.map(({ ref }) => ref),
        options,
      ),
      width,
      first.isConstant,
    );
  }

  #gather(): void {
    const source = this.#tensor();
    const isWhole = this.#random.int(3) === 0;
    const length = isWhole ? source.width : 1 + this.#random.int(4);
    const indices = BigInt64Array.from({ length }, (_, index) =>
      BigInt(isWhole ? index : this.#random.int(source.width)),
    );
    const columns = this.#graph.constant('int64', [length], indices);
    const options: NodeOptions = { type: source.ref.type, attributes: { axis: { int: 1 } } };
    this.#keep(this.#graph.node('Gather', [source.ref, columns], options), length, source.isConstant);
  }

  #impute(): void {
    const source = this.#tensor(({ ref }) => ref.type === 'double');
    const missing = this.#graph.node('IsNaN', [source.ref], { type: 'bool' });
    const fill = this.#constantLike(source);
    const filled = this.#graph.node('Where', [missing, fill.ref, source.ref], { type: 'double' });
    this.#keep(missing, source.width, source.isConstant);
    this.#keep(filled, source.width, source.isConstant);
  }

  #compare(): void {
    const left = this.#tensor(({ ref }) => ref.type !== 'bool');
    this.#elementwise(
      this.#pick(['Equal', 'Less', 'GreaterOrEqual']),
      [left, this.#constantLike(left)],
      'bool',
    );
  }

  #codes(): void {
    const text = this.#pick(this.#texts);
    const codes = this.#graph.node('LabelEncoder', [text], {
      type: 'float',
      domain: 'ai.onnx.ml',
      attributes: {
        keys_strings: { strings: ['a', 'b', 'é'] },
        values_floats: { floats: [0, 1, this.#random.int(3)] },
        default_float: { float: -1 },
      },
    });
    this.#keep(codes, 1);
  }

  #identity(): void {
    const source = this.#tensor();
    this.#elementwise('Identity', [source], source.ref.type);
  }

  #elementwise(
    op: string,
    inputs: readonly Tensor[],
    type: TensorRef['type'],
    attributes?: NodeOptions['attributes'],
  ): void {
    const options: NodeOptions = attributes === undefined ? { type } : { type, attributes };
    const ref = this.#graph.node(
      op,
      inputs.map((input) => input.ref),
      options,
    );
    const width = Math.max(...inputs.map((input) => input.width));
    this.#keep(
      ref,
      width,
      inputs.every(({ isConstant }) => isConstant),
    );
  }

  #constantLike({ ref, width }: Tensor): Tensor {
    const dims = this.#random.int(2) === 0 ? [1, width] : [width];
    return { ref: this.#constant(ref.type as Kind, dims), width, isConstant: true };
  }

  #constant(kind: Kind, dims: readonly number[]): TensorRef {
    const width = dims.at(-1) as number;
    const numbers = Array.from({ length: width }, () => this.#pick(VALUES.filter(Number.isFinite)));
    switch (kind) {
      case 'double':
        return this.#graph.constant('double', dims, Float64Array.from(numbers));
      case 'float':
        return this.#graph.constant('float', dims, Float32Array.from(numbers));
      case 'int64':
        return this.#graph.constant(
          'int64',
          dims,
          BigInt64Array.from(numbers, (_, index) => BigInt(index - 1)),
        );
      case 'bool':
        return this.#graph.constant(
          'bool',
          dims,
          Uint8Array.from(numbers, (value) => Number(value > 0)),
        );
    }
  }

  #keep(ref: TensorRef, width: number, isConstant = false): void {
    this.#tensors.push({ ref, width, isConstant });
  }

  /** More often than not one of the newest, so that operators stand on each other. */
  #tensor(isFit: (tensor: Tensor) => boolean = () => true): Tensor {
    const fitting = this.#tensors.filter(isFit);
    return this.#pick(this.#random.int(3) === 0 ? fitting : fitting.slice(-3));
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#random.int(choices.length)] as T;
  }
}
