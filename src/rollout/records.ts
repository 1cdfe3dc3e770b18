export type { Abtest } from '../store/abtests.js';

/** The two sides of an A/B test: the version at hand, and the one that is tried. */
export type Arm = 'control' | 'treatment';
