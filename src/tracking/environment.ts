import { arch, availableParallelism, cpus, platform, release } from 'node:os';

/** Where a run took place, as it is kept with the run. The caller says which mlx it is. */
export function describeEnvironment(mlxVersion: string): Record<string, string> {
  return {
    mlx: mlxVersion,
    node: process.versions.node,
    os: `${platform()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cpu_count: String(availableParallelism()),
  };
}
