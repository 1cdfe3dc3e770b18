import { setTimeout as wait } from 'node:timers/promises';
import { AlertDesk } from '../alert-desk.js';
import { DEFAULT_LIMITS, type ServerOptions, type ServerSettings } from '../options.js';
import { openPorts, type Ports, type RunningServer } from '../server.js';
import { Supervisor } from './supervisor.js';

/**
 * Serves with several processes on one port. This one, the primary, accepts connections and hands them to the workers,
 * which read, answer and log; a worker that dies is replaced. It listens when the workers are ready.
 * @param program the file that a worker runs, which calls `serveAsWorker`
 * @throws MlxError what kept the workers from starting; WORKER_FAILED when they did not say; PORT_UNAVAILABLE
 */
export async function startCluster(
  options: ServerOptions,
  workers: number,
  program: URL,
): Promise<RunningServer> {
  const {
    store,
    log,
    now,
    alert,
    random: _,
    peers: __,
    startedAt: ___,
    explain: ____,
    ...settings
  } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const alerts = new AlertDesk({ alert, now, log });
  const supervisor = new Supervisor({
    program,
    setup: { storeRoot: store.root, settings: settings satisfies ServerSettings, startedAt: now() },
    workers,
    drainMs: limits.drainMs,
    log,
    alert: (raised) => alerts.raise(raised),
  });
  let ports: Ports;
  try {
    await supervisor.started;
    ports = await openPorts(options, supervisor.accept, true);
  } catch (error) {
    await supervisor.close();
    throw error;
  }
  const goDown = async (): Promise<void> => {
    supervisor.drain();
    await wait(limits.graceMs);
    ports.close();
    await supervisor.close();
    await alerts.settle();
  };
  let closing: Promise<void> | undefined;
  return {
    url: ports.http.url,
    grpc: ports.grpc?.address ?? null,
    get models() {
      return supervisor.models;
    },
    get pids() {
      return supervisor.pids;
    },
    reload: async () => supervisor.reload(),
    close: () => {
      closing ??= goDown();
      return closing;
    },
  };
}
