/**
 * P(D_n ≤ d) by the expansion K0(z) + K1(z)/√n + K2(z)/n + K3(z)/n^1.5 with z = d·√n (W. Pelz &
 * I. J. Good, "Approximating the lower tail-areas of the Kolmogorov–Smirnov one-sample statistic",
 * JRSS B 38, 1976).
 */
export function pelzGoodCdf(d: number, n: number): number {
  const z = d * Math.sqrt(n);
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  if (Math.PI ** 2 / (8 * z2) > 708) return 0;
  const [k0, k1, k2, k3] = halfIntegerSums(z2, z4, z6);
  const [extra2, extra3] = integerSums(z2);
  const root = Math.sqrt(Math.PI / 2);
  return (
    (2 * root * k0) / z +
    (root * 2 * k1) / (6 * z4) / Math.sqrt(n) +
    ((root * 2 * k2) / (72 * z6 * z) - (root * 2 * extra2) / (36 * z2 * z)) / n +
    ((root * 2 * k3) / (6480 * z6 * z4) + (root * 2 * extra3) / (216 * z6)) / n ** 1.5
  );
}

/** Sums over half-integers s = ½, 3/2, … with weight exp(−π²s²/2z²); negative s doubles them. */
function halfIntegerSums(z2: number, z4: number, z6: number): [number, number, number, number] {
  const sums: [number, number, number, number] = [0, 0, 0, 0];
  const terms = termCount(z2);
  for (let k = terms; k >= 0; k--) {
    const s2 = (Math.PI * (k + 0.5)) ** 2;
    const s4 = s2 * s2;
    const weight = Math.exp(-s2 / (2 * z2));
    sums[0] += weight;
    sums[1] += weight * (s2 - z2);
    sums[2] += weight * (6 * z6 + 2 * z4 + s2 * (2 * z4 - 5 * z2) + s4 * (1 - 2 * z2));
    sums[3] +=
      weight *
      (s4 * s2 * (5 - 30 * z2) +
        s4 * (212 * z4 - 60 * z2) +
        s2 * (135 * z4 - 96 * z6) -
        30 * z6 -
        90 * z4 * z4);
  }
  return sums;
}

function integerSums(z2: number): [number, number] {
  const sums: [number, number] = [0, 0];
  for (let k = termCount(z2); k >= 1; k--) {
    const s2 = (Math.PI * k) ** 2;
    const weight = Math.exp(-s2 / (2 * z2));
    sums[0] += weight * s2;
    sums[1] += weight * s2 * (3 * z2 - s2);
  }
  return sums;
}

/** Terms until exp(−π²k²/2z²) is below rounding for every polynomial factor. */
function termCount(z2: number): number {
  return Math.ceil((16 * Math.sqrt(z2)) / Math.PI);
}
