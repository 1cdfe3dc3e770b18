import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RollbackGuard } from '#mlx/rollout/rollback-guard.js';

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 1) + seconds * 1000);

test('the tenth failure within five minutes of a promotion rolls back, once', () => {
  const guard = new RollbackGuard();
  guard.promoted(2, at(0));
  const answers = Array.from({ length: 12 }, (_, i) => guard.failure(2, at(i * 30)));
  expect(answers.indexOf(true)).toBe(9);
  expect(answers.filter(Boolean)).toHaveLength(1);
});

test.each([
  ['after the window', 2, 301],
  ['before the promotion', 2, -1],
  ['of another version', 1, 10],
])('a failure %s does not count', (_, version, second) => {
  const guard = new RollbackGuard({ maxErrors: 1 });
  guard.promoted(2, at(0));
  expect(guard.failure(version, at(second))).toBe(false);
  expect(guard.failure(2, at(300))).toBe(true);
});

test('nothing rolls back without a promotion', () => {
  const guard = new RollbackGuard({ maxErrors: 1 });
  expect(guard.isWatching(at(0))).toBe(false);
  expect(guard.failure(1, at(0))).toBe(false);
});

type Step =
  | { kind: 'promoted'; version: number; second: number }
  | { kind: 'failure'; version: number; second: number };

test('the guard says yes exactly when the counted failures since the last promotion reach the limit', () => {
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom('failure' as const, 'failure' as const, 'failure' as const, 'promoted' as const),
    version: fc.integer({ min: 1, max: 2 }),
    second: fc.integer({ min: 0, max: 60 }),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 30 }),
      (steps, maxErrors, windowSeconds) => {
        const guard = new RollbackGuard({ maxErrors, windowSeconds });
        steps.forEach(({ kind, version, second }, i) => {
          if (kind === 'promoted') {
            guard.promoted(version, at(second));
            return;
          }
          const start = steps.slice(0, i).findLastIndex((past) => past.kind === 'promoted');
          const promotion = steps[start];
          const counts = (past: Step | undefined) =>
            promotion !== undefined &&
            past?.kind === 'failure' &&
            past.version === promotion.version &&
            past.second >= promotion.second &&
            past.second - promotion.second <= windowSeconds;
          const counted = steps.slice(start + 1, i + 1).filter(counts).length;
          const expected = counts(steps[i]) && counted === maxErrors;
          expect(guard.failure(version, at(second))).toBe(expected);
        });
      },
    ),
    { numRuns: 500 },
  );
});
