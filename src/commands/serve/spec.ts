import { type CommandSpec, loadParts } from '../command.js';

const ACCESS = 'Who gets in';
const LIMITS = 'Limits';

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
      help: 'processes that answer, over HTTP and gRPC; auto: one per processor',
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
    {
      flags: '--access-log <file>',
      help: 'one JSON line a request; SIGHUP opens the file anew',
      setting: 'serving.accessLog',
    },
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
    {
      flags: '--token-file <file>',
      help: 'bearer tokens, one a line: token, or role:token with predict, feedback, metrics or admin; also MLX_SERVE_TOKENS',
      setting: 'serving.tokenFile',
      heading: ACCESS,
    },
    {
      flags: '--tls-cert <file>',
      help: 'certificate chain (PEM): HTTPS instead of HTTP',
      setting: 'serving.tlsCert',
      heading: ACCESS,
    },
    { flags: '--tls-key <file>', help: 'its private key (PEM)', setting: 'serving.tlsKey', heading: ACCESS },
    {
      flags: '--allowed-host <name>',
      help: 'a further host name that requests may be for; may be repeated',
      kind: 'list',
      setting: 'serving.allowedHosts',
      heading: ACCESS,
    },
    {
      flags: '--cors-origin <origin>',
      help: 'an origin whose pages may call, such as https://app.example; may be repeated',
      kind: 'list',
      setting: 'serving.corsOrigins',
      heading: ACCESS,
    },
    {
      flags: '--rate-limit <n>',
      help: 'requests a second that one token, or one address without tokens, may send',
      setting: 'serving.rateLimit',
      heading: LIMITS,
    },
    {
      flags: '--rate-burst <n>',
      help: 'requests that it may send at once after a pause',
      setting: 'serving.rateBurst',
      heading: LIMITS,
    },
    {
      flags: '--body-limit <bytes>',
      help: 'largest request body',
      setting: 'serving.bodyLimit',
      heading: LIMITS,
    },
    {
      flags: '--row-limit <n>',
      help: 'most rows in one request',
      setting: 'serving.rowLimit',
      heading: LIMITS,
    },
    {
      flags: '--request-limit <n>',
      help: 'most prediction requests at work at once',
      setting: 'serving.requestLimit',
      heading: LIMITS,
    },
    {
      flags: '--queue-rows <n>',
      help: 'most rows that wait for one version',
      setting: 'serving.queueRows',
      heading: LIMITS,
    },
    {
      flags: '--timeout-ms <ms>',
      help: 'longest time for a request',
      setting: 'serving.timeoutMs',
      heading: LIMITS,
    },
  ],
  examples: [
    'mlx serve churn',
    'mlx serve churn bikes@staging --port 9000',
    'mlx serve churn --port 0 --json',
    'mlx serve churn --workers auto --token-file tokens.txt --grace-ms 5000',
    'mlx serve churn --token-file tokens.txt --tls-cert c.pem --tls-key k.pem',
  ],
  streams: true,
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
