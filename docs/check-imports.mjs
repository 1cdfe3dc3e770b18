// Runs the import rules over src, then over a planted violation, which must be found: a check that cannot fail is none.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const depcruise = (...paths) =>
  spawnSync(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      ...paths,
    ],
    { encoding: 'utf8' },
  );

const real = depcruise('src');
process.stdout.write(real.stdout);
process.stderr.write(real.stderr);

const folder = mkdtempSync(join('src', 'stats', 'planted-'));
writeFileSync(join(folder, 'violation.ts'), "import '../../store/store.js';\n");
const planted = depcruise(folder);
rmSync(folder, { recursive: true });
const found = planted.status !== 0 && planted.stdout.includes('room-stats');
process.stdout.write(
  found
    ? 'The planted violation was found.\n'
    : 'The planted violation was NOT found: the rules do not bite.\n',
);
process.exitCode = real.status === 0 && found ? 0 : 1;
