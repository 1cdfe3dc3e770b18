import { startCluster } from '../../serving/cluster/cluster.js';
import type { ServerOptions } from '../../serving/options.js';
import type { RunningServer } from '../../serving/server.js';

/** Serves with several processes. @throws as `startCluster` */
export function startSeveral(options: ServerOptions, workers: number): Promise<RunningServer> {
  return startCluster(options, workers, new URL('./worker.js', import.meta.url));
}
