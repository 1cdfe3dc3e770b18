import { expect, it } from 'vitest';
import type { ModelSession } from '#mlx/onnx/session.js';
import { ModelSession as Sessions } from '#mlx/onnx/session.js';
import { SessionPool } from '#mlx/onnx/session-pool.js';
import { buildModel } from '../serving/fixtures/model.js';
import { doubling } from './files.js';

const x = { x: { type: 'double', dims: [1, 1], data: Float64Array.of(21) } } as const;

async function doubled(session: ModelSession): Promise<number> {
  return Number((await session.run(x)).y?.data[0]);
}

it('loads a model once for all who ask at the same time, and keeps it until the last gives it back', async () => {
  const pool = new SessionPool({ idleSessions: 0 });
  const [first, second] = await Promise.all([pool.lease(doubling(), 1), pool.lease(doubling(), 1)]);
  expect(pool.size).toBe(1);
  await first.release();
  await first.release();
  expect(await doubled(second)).toBe(42);
  await second.release();
  expect(pool.size).toBe(0);
});

it('keeps thread counts and models apart', async () => {
  const pool = new SessionPool({ idleSessions: 0 });
  const leases = [
    await pool.lease(doubling(), 1),
    await pool.lease(doubling(), 2),
    await pool.lease(buildModel(), 1),
  ];
  expect(pool.size).toBe(3);
  await Promise.all(leases.map((lease) => lease.release()));
  expect(pool.size).toBe(0);
});

it('keeps the most recently used idle sessions, and none after it is closed', async () => {
  const pool = new SessionPool({ idleSessions: 1 });
  const [small, large] = [await pool.lease(doubling(), 1), await pool.lease(buildModel(), 1)];
  await small.release();
  await large.release();
  expect(pool.size).toBe(1);
  const again = await pool.lease(buildModel(), 1);
  expect(pool.size).toBe(1);
  await pool.close();
  expect(pool.size).toBe(1);
  await again.release();
  expect(pool.size).toBe(0);
});

it('tries again what could not be loaded', async () => {
  const pool = new SessionPool({ idleSessions: 1 });
  const cut = doubling().subarray(0, 40);
  await expect(pool.lease(cut, 1)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  expect(pool.size).toBe(0);
  await expect(pool.lease(cut, 1)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});

it('a hundred sessions opened and released leave next to nothing behind', async () => {
  const cycle = async (): Promise<void> => {
    const session = await Sessions.load(doubling());
    await session.run(x);
    await session.release();
  };
  // The first ones bring the library's own memory, and the allocator's.
  for (let count = 0; count < 50; count++) await cycle();
  const before = process.memoryUsage.rss();
  for (let count = 0; count < 100; count++) await cycle();
  expect(process.memoryUsage.rss() - before).toBeLessThan(20e6);
});
