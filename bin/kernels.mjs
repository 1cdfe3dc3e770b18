// Build step: compiles src/training/kernels (AssemblyScript) into dist/training/kernels.wasm, where it is out of date.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = 'src/training/kernels';
const outFile = 'dist/training/kernels.wasm';
// shared memory is imported, so that every thread works on the same bytes; 65,536 pages are 4 GB
const flags =
  '-O3 --enable simd --enable threads --sharedMemory --importMemory --initialMemory 1 --maximumMemory 65536 --runtime stub --noAssert';

function changedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const names = readdirSync(join(root, sources)).map((name) => `${sources}/${name}`);
if (changedAt(outFile) < Math.max(...[...names, 'bin/kernels.mjs'].map(changedAt))) {
  const asc = await import('assemblyscript/asc');
  const { error, stderr } = await asc.main(
    [`${sources}/index.ts`, '-o', outFile, '--baseDir', root, ...flags.split(' ')],
    {
      writeFile(name, contents) {
        mkdirSync(dirname(join(root, name)), { recursive: true });
        writeFileSync(join(root, name), contents);
      },
    },
  );
  if (error) throw new Error(`the kernels do not compile:\n${stderr}`);
}
