import { tmpdir } from 'node:os';
import { peer, withServer } from '../process.mjs';

/** The row that all servers are asked; predict.lua sends the same. */
export const ONE_ROW =
  '{"features":[0.1,-0.2,0.3,1.4,0.5,-1.6,0.7,0.8,-0.9,1.0,0.1,-0.2,0.3,1.4,0.5,-1.6,0.7,0.8,-0.9,1.0]}';
export const ONE_ROW_PROBE = { path: '/predict', body: ONE_ROW };

const PORT = 8792;
/** Another program with the same argument can stand in for ours. */
const { MLX_BENCH_BARE = peer('bare.mjs') } = process.env;

/** `use(url)` while bare `node:http` answers. */
export function withBareNode(use) {
  const at = { cwd: tmpdir(), url: `http://127.0.0.1:${PORT}`, probe: ONE_ROW_PROBE };
  return withServer(process.execPath, [MLX_BENCH_BARE, String(PORT)], at, use);
}
