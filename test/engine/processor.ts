import { readFileSync } from 'node:fs';

/**
 * Whether ONNX Runtime is known to choose the kernels here that src/engine/approximations follows. It goes by the
 * processor, not by a comparison of results, so that a mistake of ours fails a test instead of skipping it.
 */
export const followed = {
  /** FMA3 and AVX2; AVX-512 has another kernel for Exp, which does the same sums. */
  elementwise: hasFlags(['fma', 'avx2']),
  /** Not with AVX-512, whose kernel adds up in another order. */
  softmax: hasFlags(['fma', 'avx2']) && !hasFlags(['avx512f']),
};

if (!followed.softmax)
  console.info(
    'Comparisons with ONNX Runtime’s Softmax are left out: this processor has another kernel for it.',
  );
if (!followed.elementwise)
  console.info(
    'Comparisons with ONNX Runtime’s Exp and Sigmoid are left out: this processor has other kernels.',
  );

function hasFlags(flags: readonly string[]): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  const present = new Set(
    readFileSync('/proc/cpuinfo', 'utf8')
      .match(/^flags.*$/m)?.[0]
      .split(/\s+/),
  );
  return flags.every((flag) => present.has(flag));
}
