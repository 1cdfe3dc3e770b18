/*
 * The generator of src/stats/random.ts (Threefry-2x32, 13 rounds) over globals: the same words for the same seed and
 * stream, so that kernels draw what the rest of the program would.
 */
const PARITY: u32 = 0x1bd11bda;

let key0: u32 = 0;
let key1: u32 = 0;
let stream: u32 = 0;
let block: u32 = 0;
let second: u32 = 0;
let hasSecond: bool = false;

/** Starts a stream of a seed, whose low and high 32 bits are given. */
export function seedRandom(low: u32, high: u32, streamNumber: u32): void {
  key0 = low;
  key1 = high;
  stream = streamNumber;
  block = 0;
  hasSecond = false;
}

/** Uniform in [0, 1), 53 bits. */
export function nextUniform(): f64 {
  const high = nextWord() >>> 5;
  const low = nextWord() >>> 6;
  return ((high as f64) * 67_108_864.0 + (low as f64)) / 9_007_199_254_740_992.0;
}

/** Uniform in 0 ... n − 1 by Lemire's method (2019); n from 1. */
export function nextBelow(n: u32): u32 {
  let product = (nextWord() as u64) * n;
  if ((product as u32) < n) {
    const excess: u32 = (0 - n) % n;
    while ((product as u32) < excess) product = (nextWord() as u64) * n;
  }
  return (product >>> 32) as u32;
}

export function nextWord(): u32 {
  if (hasSecond) {
    hasSecond = false;
    return second;
  }
  const k2 = PARITY ^ key0 ^ key1;
  let x = block + key0;
  let y = stream + key1;
  block++;
  x += y;
  y = rotl<u32>(y, 13) ^ x;
  x += y;
  y = rotl<u32>(y, 15) ^ x;
  x += y;
  y = rotl<u32>(y, 26) ^ x;
  x += y;
  y = rotl<u32>(y, 6) ^ x;
  x += key1;
  y += k2 + 1;
  x += y;
  y = rotl<u32>(y, 17) ^ x;
  x += y;
  y = rotl<u32>(y, 29) ^ x;
  x += y;
  y = rotl<u32>(y, 16) ^ x;
  x += y;
  y = rotl<u32>(y, 24) ^ x;
  x += k2;
  y += key0 + 2;
  x += y;
  y = rotl<u32>(y, 13) ^ x;
  x += y;
  y = rotl<u32>(y, 15) ^ x;
  x += y;
  y = rotl<u32>(y, 26) ^ x;
  x += y;
  y = rotl<u32>(y, 6) ^ x;
  x += key0;
  y += key1 + 3;
  x += y;
  y = rotl<u32>(y, 17) ^ x;
  second = y;
  hasSecond = true;
  return x;
}
