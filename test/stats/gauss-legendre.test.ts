import { describe, expect, it } from 'vitest';
import { gaussLegendre } from '#mlx/stats/gauss-legendre.js';

describe('a Gauss–Legendre rule', () => {
  it.each([1, 2, 3, 8, 33, 150])('of %d points integrates every power below twice as many', (points) => {
    const { nodes, weights } = gaussLegendre(points);
    expect([...nodes]).toEqual([...nodes].sort((a, b) => a - b));
    for (let power = 0; power < 2 * points; power++) {
      const sum = nodes.reduce((total, node, t) => total + weights[t]! * node ** power, 0);
      expect(sum * (power + 1)).toBeCloseTo(1, 11);
    }
  });

  it('of three points has the nodes and weights of the tables', () => {
    const { nodes, weights } = gaussLegendre(3);
    [(1 - Math.sqrt(0.6)) / 2, 0.5, (1 + Math.sqrt(0.6)) / 2].forEach((node, t) => {
      expect(nodes[t]).toBeCloseTo(node, 15);
    });
    [5 / 18, 4 / 9, 5 / 18].forEach((weight, t) => {
      expect(weights[t]).toBeCloseTo(weight, 15);
    });
  });
});
