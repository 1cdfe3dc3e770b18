const NICE = [1, 2, 2.5, 5, 10];

/** The smallest of 1, 2, 2.5 or 5 times a power of ten that is not below `least` (> 0): a step that people read easily. */
export function niceStep(least: number): number {
  const power = Math.floor(Math.log10(least));
  const mantissa = least / 10 ** power;
  const nice = NICE.find((step) => mantissa <= step * (1 + 1e-9)) ?? 10;
  return power < 0 ? nice / 10 ** -power : nice * 10 ** power;
}

/** `index` steps from 0, rounded once: 3 steps of 0.1 are 0.3. */
export function atStep(index: number, step: number): number {
  const inverse = Math.round(1 / step);
  return step < 1 && Number.isFinite(inverse) ? index / inverse : index * step;
}
