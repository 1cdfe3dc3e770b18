import { type CommandSpec, loadParts } from '../command.js';

export const serveSpec: CommandSpec = {
  path: ['serve'],
  group: 'Bring it to production',
  summary: 'the HTTP server',
  description:
    'Serves models with three dialects on one port: plain JSON (/predict), TensorFlow Serving REST (/v1) and the Open\n' +
    'Inference Protocol V2 (/v2, and over gRPC with --grpc-port); documents itself at /docs. Follows promotions, rollbacks\n' +
    'and A/B tests without a restart, logs every prediction, and takes production back when a new version keeps failing.\n' +
    'Ctrl-C or SIGTERM lets requests finish and ends with exit code 0; a second one ends at once.\n' +
    'With --json one line {"url":…,"grpc":…,"models":[…],"workers":…,"pids":[…]} is printed when it is ready.',
  arguments: [
    {
      name: '[model...]',
      help: 'churn (production), churn@staging or churn/3; default: the configured name',
    },
  ],
  options: [
    { flags: '--host <address>', help: 'address to listen on', setting: 'serving.host' },
    { flags: '--port <n>', help: 'port to listen on; 0 picks a free one', setting: 'serving.port' },
    {
      flags: '--workers <n>',
      help: 'processes that answer on the port; auto: one per processor',
      setting: 'serving.workers',
    },
    {
      flags: '--grace-ms <ms>',
      help: 'how long connections are taken after the signal to stop, while /ready says no',
      setting: 'serving.graceMs',
    },
    {
      flags: '--drain-ms <ms>',
      help: 'how long requests at work may take to finish after that',
      setting: 'serving.drainMs',
    },
    {
      flags: '--grpc-port <n>',
      help: 'port for the Open Inference Protocol over gRPC; 0 picks a free one (default: no gRPC)',
      setting: 'serving.grpcPort',
    },
    { flags: '--token-file <file>', help: 'bearer tokens, one a line', setting: 'serving.tokenFile' },
    { flags: '--access-log <file>', help: 'one JSON line a request', setting: 'serving.accessLog' },
    { flags: '--body-limit <bytes>', help: 'largest request body', setting: 'serving.bodyLimit' },
    { flags: '--row-limit <n>', help: 'most rows in one request', setting: 'serving.rowLimit' },
    { flags: '--slow-ms <ms>', help: 'warn of predictions slower than this', setting: 'serving.slowMs' },
    {
      flags: '--log-sample <share>',
      help: 'share of predictions that are logged; 0 logs none',
      setting: 'serving.logSample',
    },
    {
      flags: '--log-retention <age>',
      help: 'age at which logged predictions are forgotten, such as 90d',
      setting: 'serving.logRetention',
    },
    {
      flags: '--max-errors <n>',
      help: 'failed predictions after a promotion that take production back',
      setting: 'monitoring.maxErrors',
    },
    {
      flags: '--window-seconds <s>',
      help: 'how long after a promotion they are counted',
      setting: 'monitoring.windowSeconds',
    },
    { flags: '--webhook <url>', help: 'address that alerts are posted to', setting: 'monitoring.webhook' },
    {
      flags: '--alert-command <command>',
      help: 'shell command that gets alerts on standard input',
      setting: 'monitoring.command',
    },
  ],
  examples: [
    'mlx serve churn',
    'mlx serve churn bikes@staging --port 9000',
    'mlx serve churn --port 0 --json',
    'mlx serve churn --workers auto --host 0.0.0.0 --token-file tokens.txt --grace-ms 5000',
  ],
  streams: true,
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
