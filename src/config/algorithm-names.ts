/** The training algorithms by name (training/algorithms.ts), and `auto`, which compares them. */
export const ALGORITHM_CHOICES = [
  'random-forest',
  'extra-trees',
  'gradient-boosting',
  'linear',
  'baseline',
  'ml-random-forest',
  'auto',
] as const;
