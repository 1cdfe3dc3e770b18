// Build step: puts what every start of `mlx` loads (the terminal, the commands' specs, commander) into one file, since
// seventy small modules take longer to find than to run; and so with the store, the server and its threads. What a command
// loads when it runs stays in its own files, and so does errors.js, whose class must be the same for all.
// Then renders `mlx --help` once, since commander alone takes as long to load as node does.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const shared = resolve(dist, 'errors.js');
/** What is put together, and into which files; the files of one line share what they have in common. */
const bundles = [
  { mlx: 'cli/main' },
  { store: 'store/store' },
  { journal: 'store/journal/journal' },
  { 'ingest-worker': 'store/journal/ingest-worker' },
  { serve: 'commands/serve/run', app: 'serving/app' },
  { 'scoring-worker': 'scoring/thread/worker' },
];
const inDist = (name) => resolve(dist, `${name}.js`);
/** Whoever loads the first from a bundle gets the second. */
const bundled = new Map(
  bundles.flatMap(Object.entries).map(([outfile, entry]) => [inDist(entry), inDist(outfile)]),
);

/** How a file of the bundle's folder names another one. */
const wayTo = (target) => `./${relative(dist, bundled.get(target) ?? target)}`;

/** Keeps out of a bundle what is loaded later and what must be there once; mends what a file finds by its own place. */
const outside = {
  name: 'outside',
  setup({ onResolve, onLoad, initialOptions }) {
    const entries = Object.values(initialOptions.entryPoints);
    onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
      const target = resolve(resolveDir, path);
      if (entries.includes(target)) return undefined;
      const isOutside = kind === 'dynamic-import' || target === shared || bundled.has(target);
      return isOutside ? { path: wayTo(target), external: true } : undefined;
    });
    onResolve({ filter: /^[^.]/ }, ({ kind, path }) => {
      const isOwn = kind === 'entry-point' || (kind !== 'dynamic-import' && path === 'commander');
      return isOwn ? undefined : { path, external: true };
    });
    onLoad({ filter: /\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /new URL\('(.+?)', import\.meta\.url\)/g,
        (_, way) => `new URL('${wayTo(resolve(dirname(path), way))}', import.meta.url)`,
      ),
    }));
  },
};

for (const name of readdirSync(dist)) if (name.startsWith('chunk-')) rmSync(resolve(dist, name));
for (const entries of bundles) {
  await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, inDist(entry)])),
    outdir: dist,
    splitting: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: true,
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);",
    },
    plugins: [outside],
    logLevel: 'warning',
  });
}

const help = resolve(dist, 'help.txt');
rmSync(help, { force: true });
const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(dist, '../bin/mlx.js'), '--help'], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`mlx --help fails: ${stderr}`);
writeFileSync(help, stdout);
