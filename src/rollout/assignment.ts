import { hashUnit } from '../stats/hash.js';
import type { Abtest, Arm } from './records.js';

/**
 * Which arm answers. A unit (a user) always gets the same arm of a test, in every process, and its arm
 * in one test says nothing about another. Without a unit the arm is drawn: `random` gives [0, 1).
 */
export function assignArm(
  test: Pick<Abtest, 'salt' | 'ratio'>,
  unit: string | null,
  random: () => number,
): Arm {
  const position = unit === null ? random() : hashUnit(test.salt, unit);
  return position < test.ratio ? 'treatment' : 'control';
}

/** The version behind an arm. */
export function armVersion(test: Pick<Abtest, 'control' | 'treatment'>, arm: Arm): number {
  return arm === 'treatment' ? test.treatment : test.control;
}
