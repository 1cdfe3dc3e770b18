/** Which room may import which; the table is docs/ARCHITECTURE.md's. `errors.ts`, `suggest.ts`, `csv-line.ts` and `html.ts` are open to all. */
const ROOMS = {
  stats: [],
  onnx: [],
  engine: ['onnx', 'stats'],
  store: ['stats'],
  data: ['stats'],
  features: ['data', 'stats', 'onnx'],
  training: ['stats', 'onnx'],
  scoring: ['data', 'onnx', 'engine', 'stats'],
  tracking: ['store'],
  registry: ['store', 'tracking', 'stats', 'data'],
  monitoring: ['data', 'stats', 'store', 'onnx'],
  rollout: ['registry', 'stats', 'store', 'data'],
  serving: ['registry', 'rollout', 'monitoring', 'data', 'onnx', 'store', 'scoring', 'stats'],
  modeling: [
    'data',
    'features',
    'onnx',
    'engine',
    'training',
    'scoring',
    'monitoring',
    'registry',
    'store',
    'stats',
    'tracking',
    'reports',
  ],
  retraining: ['modeling', 'data', 'scoring', 'registry', 'store', 'stats', 'tracking'],
  config: ['data'],
  reports: ['data', 'stats'],
};

/** npm packages and the rooms that own them (docs/dependencies.md). */
const OWNERS = {
  commander: ['cli'],
  '@inquirer/prompts': ['cli'],
  ora: ['cli'],
  chalk: ['cli'],
  'cli-table3': ['cli'],
  'better-sqlite3': ['store'],
  'onnxruntime-node': ['onnx'],
  papaparse: ['data'],
  '@duckdb/node-api': ['data'],
  tinyglobby: ['data'],
  'ml-random-forest': ['training'],
  '@grpc/grpc-js': ['serving'],
  '@grpc/proto-loader': ['serving'],
  'prom-client': ['serving'],
};

const rooms = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `room-${room}`,
  severity: 'error',
  comment: `src/${room} may import ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}`,
  from: { path: `^src/${room}/` },
  to: {
    path: '^src/',
    pathNot: [
      '^src/(errors|suggest|csv-line|html)\\.ts$',
      ...[room, ...allowed].map((name) => `^src/${name}/`),
    ],
  },
}));

const owners = Object.entries(OWNERS).map(([name, owned]) => ({
  name: `owner-${name.replaceAll(/[^a-z0-9]/g, '-')}`,
  severity: 'error',
  comment: `${name} is imported by ${owned.join(', ')} alone`,
  from: { path: '^src/', pathNot: owned.map((room) => `^src/${room}/`) },
  to: { path: `node_modules/(@types/)?${name.replace('/', '\\/')}/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
    {
      name: 'cli-through-context',
      severity: 'error',
      comment: 'the life-cycle rooms reach the terminal through context.ts alone',
      from: { path: '^src/cli/', pathNot: '^src/cli/context\\.ts$' },
      to: {
        path: '^src/',
        pathNot: ['^src/cli/', '^src/commands/', '^src/config/', '^src/(errors|suggest|csv-line|html)\\.ts$'],
      },
    },
    {
      name: 'nobody-imports-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'commands-apart',
      severity: 'error',
      comment: 'a command never imports another command',
      from: { path: '^src/commands/([^/]+)/' },
      to: { path: '^src/commands/[^/]+/', pathNot: '^src/commands/$1/' },
    },
    {
      name: 'light-specs',
      severity: 'error',
      comment: 'what a command offers loads nothing heavy',
      from: { path: '^src/commands/[^/]+/spec\\.ts$' },
      to: {
        pathNot: ['^src/commands/[^/]+\\.ts$', '^src/commands/[^/]+/spec\\.ts$'],
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    ...rooms,
    ...owners,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules/\\.|src/training/kernels/|.*\\.d\\.ts$)' },
  },
};
