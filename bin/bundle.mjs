// Build step: puts what every start of `mlx` loads (the terminal, the commands' specs, commander) into one file, since
// seventy small modules take longer to find than to run. What a command loads when it runs stays in its own files, and
// so does errors.js, whose class must be the same for all.
// Then renders `mlx --help` once, since commander alone takes as long to load as node does.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const shared = resolve(dist, 'errors.js');

const lazyStaysOutside = {
  name: 'lazy-stays-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, importer, kind, resolveDir }) => {
      if (importer === '') return undefined;
      const target = resolve(resolveDir, path);
      if (kind !== 'dynamic-import' && target !== shared) return undefined;
      return { path: `./${relative(dist, target)}`, external: true };
    });
    onResolve({ filter: /^[^.]/ }, ({ kind, path }) => {
      const isOwn = kind === 'entry-point' || (kind !== 'dynamic-import' && path === 'commander');
      return isOwn ? undefined : { path, external: true };
    });
  },
};

await build({
  entryPoints: [resolve(dist, 'cli/main.js')],
  outfile: resolve(dist, 'mlx.js'),
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
  plugins: [lazyStaysOutside],
  logLevel: 'warning',
});

const help = resolve(dist, 'help.txt');
rmSync(help, { force: true });
const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(dist, '../bin/mlx.js'), '--help'], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`mlx --help fails: ${stderr}`);
writeFileSync(help, stdout);
