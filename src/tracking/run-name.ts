import { createHash } from 'node:crypto';

// biome-ignore format: a table of words
const ADJECTIVES = [
  'amber', 'bold', 'brisk', 'calm', 'clear', 'clever', 'crisp', 'daring', 'deft', 'eager',
  'early', 'even', 'fair', 'fine', 'firm', 'fleet', 'fresh', 'gentle', 'glad', 'golden',
  'grand', 'green', 'honest', 'humble', 'jolly', 'keen', 'kind', 'light', 'lively', 'lucid',
  'mellow', 'merry', 'mild', 'modest', 'neat', 'noble', 'patient', 'plain', 'polite', 'proud',
  'quick', 'quiet', 'rapid', 'ready', 'robust', 'rustic', 'serene', 'sharp', 'silent', 'silver',
  'sleek', 'smooth', 'snug', 'sober', 'solid', 'steady', 'stout', 'sunny', 'swift', 'tidy',
  'vivid', 'warm', 'wise', 'witty',
] as const;

// biome-ignore format: a table of words
const NOUNS = [
  'acorn', 'alder', 'anchor', 'aspen', 'badger', 'basin', 'beacon', 'birch', 'brook', 'canyon',
  'cedar', 'comet', 'condor', 'coral', 'crane', 'delta', 'dune', 'eagle', 'elm', 'falcon',
  'fern', 'finch', 'fjord', 'fox', 'glacier', 'grove', 'harbor', 'hawk', 'heron', 'hill',
  'ibis', 'island', 'ivy', 'juniper', 'kestrel', 'lagoon', 'lake', 'larch', 'lark', 'lynx',
  'maple', 'marsh', 'meadow', 'mesa', 'moss', 'oak', 'orbit', 'otter', 'owl', 'pebble',
  'pine', 'prairie', 'quartz', 'raven', 'reef', 'ridge', 'river', 'robin', 'sparrow', 'spruce',
  'summit', 'tern', 'valley', 'willow',
] as const;

/** A name to remember a run by, such as `swift-heron-47`; the same id always gives the same name. */
export function nameFor(id: string): string {
  const digest = createHash('sha256').update(id).digest();
  const adjective = ADJECTIVES[digest.readUInt16BE(0) % ADJECTIVES.length];
  const noun = NOUNS[digest.readUInt16BE(2) % NOUNS.length];
  return `${adjective}-${noun}-${digest.readUInt16BE(4) % 100}`;
}
