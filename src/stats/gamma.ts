/**
 * Log-gamma, digamma and the incomplete gamma function, to about 1e-14 relative.
 *
 * Prefactors such as x^a·e^-x/Γ(a+1) are formed from Loader's deviance and Stirling error
 * (C. Loader, "Fast and accurate computation of binomial probabilities", 2000), so that they keep
 * their accuracy where a and x are both huge and nearly equal.
 */
const HALF_LOG_TWO_PI = 0.9189385332046727;
const EULER_GAMMA = 0.5772156649015329;

/** ζ(k) − 1 for k = 2, 3, … */
const ZETA_MINUS_ONE = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853,
  0.0004941886041194645, 0.0002460865533080483, 0.00012271334757848915, 0.00006124813505870483,
  0.00003058823630702049, 0.00001528225940865187, 0.000007637197637899763, 0.00000381729326499984,
  0.000001908212716553939, 9.539620338727962e-7, 4.769329867878064e-7, 2.38450502727733e-7,
  1.1921992596531106e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
  7.45071178983543e-9, 3.725334024788457e-9, 1.862659723513049e-9,
];

/** ln Γ(x) for x > 0; NaN for x ≤ 0. Near the zeros at 1 and 2 the relative accuracy is kept. */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < 0.5) return logGamma(x + 1) - Math.log(x);
  if (x < 1.5) return logGammaNearTwo(x - 1) - Math.log1p(x - 1);
  if (x <= 2.5) return logGammaNearTwo(x - 2);
  if (x < 10) {
    let product = 1;
    let reduced = x;
    while (reduced > 2.5) {
      reduced -= 1;
      product *= reduced;
    }
    return Math.log(product) + logGammaNearTwo(reduced - 2);
  }
  return (x - 0.5) * (Math.log(x) - 1) - 0.5 + HALF_LOG_TWO_PI + stirlingSeries(x);
}

/** ln Γ(2 + z) for |z| ≤ 0.5: (1 − γ)z + Σ (−1)^k (ζ(k) − 1) z^k / k. */
function logGammaNearTwo(z: number): number {
  let sum = 0;
  for (let i = ZETA_MINUS_ONE.length - 1; i >= 0; i--) {
    sum = (ZETA_MINUS_ONE[i] as number) / (i + 2) - z * sum;
  }
  return z * (1 - EULER_GAMMA + z * sum);
}

/** ln Γ(x) − (x − ½)·ln x + x − ½·ln 2π for x ≥ 10. */
function stirlingSeries(x: number): number {
  const w = 1 / (x * x);
  const tail = 1 / 1188 - w * (691 / 360360 - w * (1 / 156 - w * (3617 / 122400 - (w * 43867) / 244188)));
  return (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * tail)))) / x;
}

/** ψ(x) = d ln Γ(x) / dx for x > 0; NaN for x ≤ 0. Abramowitz & Stegun 6.3.5 and 6.3.18. */
export function digamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let shift = 0;
  let reduced = x;
  while (reduced < 10) {
    shift += 1 / reduced;
    reduced += 1;
  }
  const w = 1 / (reduced * reduced);
  const tail = 1 / 240 - w * (1 / 132 - w * (691 / 32760 - w / 12));
  const series = w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * tail)));
  return Math.log(reduced) - 0.5 / reduced - series - shift;
}

/** Error of Stirling's formula: ln Γ(x+1) − (x + ½)·ln x + x − ½·ln 2π, for x > 0. */
export function stirlingError(x: number): number {
  if (x >= 10) return stirlingSeries(x);
  return logGamma(x + 1) - (x + 0.5) * Math.log(x) + x - HALF_LOG_TWO_PI;
}

/**
 * Loader's deviance x·ln(x/m) + m − x ≥ 0 of an observation x ≥ 0 from a mean m > 0. The difference
 * `x − m` is passed as well, because the caller often knows it more exactly than the subtraction.
 */
export function deviance(x: number, mean: number, difference = x - mean): number {
  if (x === 0) return mean;
  if (Math.abs(difference) < 0.1 * (x + mean)) {
    const v = difference / (x + mean);
    const square = v * v;
    let sum = difference * v;
    let power = 2 * x * v;
    for (let k = 3; ; k += 2) {
      power *= square;
      const next = sum + power / k;
      if (next === sum) return sum;
      sum = next;
    }
  }
  return x * Math.log(x / mean) - difference;
}

/** x^a·e^-x / Γ(a+1), the Poisson density at a real count a > 0 with mean x > 0. */
function poissonDensity(a: number, x: number): number {
  return Math.exp(-deviance(a, x) - stirlingError(a)) / Math.sqrt(2 * Math.PI * a);
}

/**
 * Regularised lower incomplete gamma P(a, x), a > 0, x ≥ 0: series below a + 1, otherwise 1 − Q.
 * Abramowitz & Stegun 6.5.29.
 */
export function lowerGamma(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) return Number.NaN;
  if (x === 0) return 0;
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

/** Regularised upper incomplete gamma Q(a, x) = 1 − P(a, x), accurate far into the tail. */
export function upperGamma(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) return Number.NaN;
  if (x === 0) return 1;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

function gammaSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return poissonDensity(a, x) * sum;
}

/** Legendre's continued fraction (Abramowitz & Stegun 6.5.31) by the modified Lentz method. */
function gammaFraction(a: number, x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 0;
  let b = x + 1 - a;
  let c = Number.POSITIVE_INFINITY;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 1_000_000; k++) {
    const numerator = k * (a - k);
    b += 2;
    d = 1 / nonZero(b + numerator * d);
    c = nonZero(b + numerator / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 2e-16) break;
  }
  return Math.min(1, poissonDensity(a, x) * a * fraction);
}

/** Lentz's guard: a convergent of a continued fraction must not become exactly zero. */
export function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
