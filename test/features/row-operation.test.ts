import { expect, it } from 'vitest';
import { rowOperation } from '#mlx/features/row-operation.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { firstDifference } from './tables.js';

const operators = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Div: (a: number, b: number) => a / b,
} as const;

/** Column by constant, for constants that ONNX Runtime's optimiser takes for 0 or 1 among them. */
const CONSTANTS = [0, 1, 1e-50, -1e-46, 5e-324, 1 + 1e-12, 1 - 1e-9, 0.1, Number.MAX_VALUE];
const VALUES = [3e-50, 0, 1, -1 / 3, 1e17 + 2, 5e-324];

it.each(Object.keys(operators) as (keyof typeof operators)[])(
  '%s with a constant gives the doubles of the language, alone and in a row',
  async (operator) => {
    for (const row of [...CONSTANTS.map((constant) => [constant]), CONSTANTS]) {
      const graph = new GraphBuilder();
      const input = graph.input('x', 'double', ['N', 1]);
      // The optimiser leaves nothing out that takes a graph's input itself: one operator stands before.
      const smallest = graph.constant('double', [1], Float64Array.of(-Number.MAX_VALUE));
      const same = graph.node('Max', [input, smallest], { type: 'double' });
      graph.output('y', rowOperation(graph, operator, same, row), ['N', row.length]);
      const session = await ModelSession.load(graph.build({}, 'test'));
      try {
        const { y } = await session.run({
          x: { type: 'double', data: Float64Array.from(VALUES), dims: [VALUES.length, 1] },
        });
        const expected = VALUES.flatMap((value) =>
          row.map((constant) => operators[operator](value, constant)),
        );
        expect(firstDifference(y?.data as Float64Array, expected)).toBeNull();
      } finally {
        await session.release();
      }
    }
  },
);
