// Build step: puts what every start of `mlx` loads (the terminal, the commands' specs, commander) into one file, since
// seventy small modules take longer to find than to run. What a command loads when it runs stays in its own files, and
// so does errors.js, whose class must be the same for all. The server, of a hundred modules, is put into one file as well.
// Then renders `mlx --help` once, since commander alone takes as long to load as node does.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const shared = resolve(dist, 'errors.js');
/** What becomes one file, and which; whoever loads the first gets the second. */
const bundled = new Map([
  [resolve(dist, 'cli/main.js'), resolve(dist, 'mlx.js')],
  [resolve(dist, 'commands/serve/run.js'), resolve(dist, 'serve.js')],
]);

/**
 * Keeps out of a bundle in `folder` what is loaded later, what must be there once, and what finds other files by its own
 * place.
 */
const outside = (folder) => ({
  name: 'outside',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, importer, kind, resolveDir }) => {
      if (importer === '') return undefined;
      const target = bundled.get(resolve(resolveDir, path)) ?? resolve(resolveDir, path);
      const isOutside = kind === 'dynamic-import' || target === shared || knowsItsPlace(target);
      if (!isOutside) return undefined;
      const way = relative(folder, target);
      return { path: way.startsWith('.') ? way : `./${way}`, external: true };
    });
    onResolve({ filter: /^[^.]/ }, ({ kind, path }) => {
      const isOwn = kind === 'entry-point' || (kind !== 'dynamic-import' && path === 'commander');
      return isOwn ? undefined : { path, external: true };
    });
  },
});

const knowsItsPlace = (file) =>
  file.startsWith(dist) && readFileSync(file, 'utf8').includes('import.meta.url');

async function bundle(entry, outfile) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: true,
    banner: {
      js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
    },
    plugins: [outside(dirname(outfile))],
    logLevel: 'warning',
  });
}

for (const [entry, outfile] of bundled) await bundle(entry, outfile);

const help = resolve(dist, 'help.txt');
rmSync(help, { force: true });
const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(dist, '../bin/mlx.js'), '--help'], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`mlx --help fails: ${stderr}`);
writeFileSync(help, stdout);
