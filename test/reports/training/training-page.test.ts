import { describe, expect, it } from 'vitest';
import { MAX_FEATURES } from '#mlx/reports/training/importance-section.js';
import type { TrainingReport } from '#mlx/reports/training/report.js';
import { trainingPage } from '#mlx/reports/training/training-page.js';
import { parseMarkup } from '../markup.js';
import { binaryReport, regressionReport, wideReport } from './reports.js';

const { version, run } = binaryReport();
const BARE: TrainingReport = { version, run, metrics: [] };

function headingsOf(page: string): string[] {
  return [...page.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, heading = '']) => heading.replaceAll(/<.*?>/g, ''));
}

/** Replaces every text and number of a report. */
function changed(value: unknown, change: (leaf: unknown, key: string) => unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => changed(item, change, key));
  if (typeof value !== 'object' || value === null) return change(value, key);
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, changed(own, change, name)]));
}

describe('the page of a training run', () => {
  const page = trainingPage(binaryReport());
  const { elements, text } = parseMarkup(page);
  const having = (attribute: string) =>
    elements.flatMap(({ attributes }) => attributes.get(attribute)?.split(' ') ?? []);

  it('is well-formed, with ids that are unique and links and labels that lead to one', () => {
    const ids = having('id');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(having('aria-labelledby')));
    expect(ids).toEqual(expect.arrayContaining(having('href').map((href) => href.slice(1))));
  });

  it('needs nothing from elsewhere', () => {
    expect(page).not.toMatch(/https?:|@import|url\(|<link|<img|<iframe|\ssrc=/);
    expect(page).toContain('default-src &#39;none&#39;');
  });

  it('says of every drawing what it shows, and of every table what it and its columns are', () => {
    const drawings = elements.filter(
      ({ name, attributes }) => name === 'svg' && !attributes.has('aria-hidden'),
    );
    expect(drawings.length).toBeGreaterThan(5);
    expect(drawings.every(({ attributes }) => attributes.get('role') === 'img')).toBe(true);
    expect(elements.filter(({ name }) => name === 'desc')).toHaveLength(drawings.length);
    expect(
      elements.filter(({ name }) => name === 'th').every(({ attributes }) => attributes.has('scope')),
    ).toBe(true);
    const count = (tag: string) => elements.filter(({ name }) => name === tag).length;
    expect(count('caption')).toBe(count('table'));
  });

  it.each([
    [
      'metrics',
      'ROC AUC is 0.9100 (95 % interval 0.8900 to 0.9300); the baseline, which ignores every column, has 0.5000.',
    ],
    ['an unknown metric', 'profit_of_march'],
    ['the meaning of a metric', 'chance that a positive row scores above a negative one'],
    ['folds', '0.9200 ± 0.0200'],
    [
      'the worst slice',
      'Weakest where city = Oslo: ROC AUC 0.7800 (90 rows, 0.7000 to 0.8600), against 0.9100 overall.',
    ],
    ['warnings', 'The second file has other dates.'],
    ['calibration', 'Probabilities are off by 1.2 % on average; 9.0 % before calibration (isotonic).'],
    ['the confusion matrix', '14.3 %'],
    ['the threshold', 'Chosen by F1: 0.360.'],
    ['the metric at the threshold', 'F1 0.7500'],
    ['importance', '0.0500 ± 0.0040'],
    ['importance below nothing', '−0.0010 ± 0.0020'],
    ['the best round', 'best round 2: 0.4200'],
    [
      'the leaderboard',
      'gradient-boosting was chosen of 2 algorithms (ROC AUC 0.9100); next is linear (0.8500).',
    ],
    ['why there is no score', 'the time budget was spent'],
    ['a time to fit', '1 min 5 s'],
    ['trials', '3 trials, of which 1 gave no score.'],
    ['columns left out', 'an identifier'],
    ['rows held out', '1,000 rows (20.0 %)'],
    ['anomalies', '24 rows repeat an earlier one.'],
    ['steps', 'Categories become ordered numbers.'],
    ['parameters', 'learning_rate'],
    ['the environment', '20.19.4'],
    ['the command', 'mlx train --data customers.csv --target bought'],
    ['the certificate', 'byte for byte'],
    ['the digest of the data', 'cd'.repeat(32)],
  ])('tells %s', (_, expected) => {
    expect(text).toContain(expected);
  });

  it('shows of regression the errors and of classification the probabilities', () => {
    const errors = ['Predicted and actual', 'Residuals', 'Residuals by predicted value', 'Values of price'];
    expect(headingsOf(trainingPage(regressionReport()))).toEqual(expect.arrayContaining(errors));
    expect(headingsOf(page)).not.toContain('Residuals');
    expect(headingsOf(page)).toEqual(
      expect.arrayContaining([
        'Confusion matrix',
        'ROC curve',
        'Precision and recall',
        'Calibration',
        'Decision threshold',
        'Probabilities by true class',
      ]),
    );
    expect(parseMarkup(trainingPage(regressionReport())).text).toContain('A sample of 3 of 30 rows.');
  });

  it.each([
    ['crossValidation', 'Cross-validation'],
    ['roc', 'ROC curve'],
    ['precisionRecall', 'Precision and recall'],
    ['calibration', 'Calibration'],
    ['confusion', 'Confusion matrix'],
    ['threshold', 'Decision threshold'],
    ['probabilities', 'Probabilities by true class'],
    ['importance', 'Importance'],
    ['shap', 'Contributions to each prediction (SHAP)'],
    ['learning', 'Learning curve'],
    ['slices', 'Worse than the rest, by more than chance'],
    ['leaderboard', 'Algorithms'],
    ['search', 'Search for parameters'],
    ['data', 'Data and split'],
    ['steps', 'Preprocessing'],
    ['parameters', 'Parameters'],
    ['environment', 'Environment'],
    ['command', 'Command'],
    ['timings', 'Time taken'],
  ] as const)('leaves out %s where a run lacks it', (part, heading) => {
    const { [part]: _, ...rest } = binaryReport();
    expect(headingsOf(page)).toContain(heading);
    const without = trainingPage(rest as TrainingReport);
    expect(headingsOf(without)).not.toContain(heading);
    parseMarkup(without);
  });

  it('is a page even of a run of which nothing is known but its name', () => {
    const bare = trainingPage(BARE);
    parseMarkup(bare);
    expect(headingsOf(bare)).toEqual(['Model and certificate']);
  });

  it('is the same for the same report', () => {
    expect(trainingPage(binaryReport())).toBe(page);
  });
});

describe('hostile and odd reports', () => {
  const reports: readonly (readonly [string, TrainingReport])[] = [
    ['two classes', binaryReport()],
    ['a number', regressionReport()],
  ];
  const known = new Set(['classification', 'regression', 'higher', 'lower', 'isotonic']);

  it.each([
    ['markup', '<script>alert(1)</script>'],
    ['quotes', `" onload='x' &amp; \\ `],
    ['another direction', '\u202Eevil\u2066\u0000'],
    ['emoji', '👩‍👩‍👧‍👦🏳️‍🌈'],
    ['300 characters', 'long '.repeat(60)],
    ['nothing', ''],
  ])('shows names of %s as text', (_, hostile) => {
    for (const [, report] of reports) {
      const own = changed(report, (leaf) => (typeof leaf === 'string' && !known.has(leaf) ? hostile : leaf));
      const page = trainingPage(own as TrainingReport);
      const { elements } = parseMarkup(page);
      expect(elements.filter(({ name }) => name === 'script')).toHaveLength(1);
      expect(page).not.toMatch(/<script>alert|[\u202E\u2066]/);
      expect(page).not.toContain('\u0000');
      expect(elements.some(({ attributes }) => attributes.has('onload'))).toBe(false);
    }
  });

  it.each([
    ['NaN', Number.NaN],
    ['null', null],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY],
    ['the largest number', Number.MAX_VALUE],
    ['the largest number below 0', -Number.MAX_VALUE],
    ['the smallest number', Number.MIN_VALUE],
    ['0', 0],
  ])('never prints NaN or the like where every figure is %s', (_, figure) => {
    // Counts and what the run itself knows are whole numbers in every report.
    const kept = new Set(['version', 'best', 'batchSizes', 'threads']);
    for (const [, report] of reports) {
      const own = changed(report, (leaf, key) =>
        typeof leaf === 'number' && !kept.has(key) ? figure : leaf,
      );
      const page = trainingPage(own as TrainingReport);
      const { elements, text } = parseMarkup(page);
      expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
      const drawn = elements.flatMap(({ attributes }) => [...attributes.values()]);
      expect(drawn.filter((value) => /NaN|undefined|Infinity/.test(value))).toEqual([]);
    }
  });

  it('shows the first of 1,000 columns and says how many there are, and stays small', () => {
    const page = trainingPage(wideReport(3, 1000));
    const { text } = parseMarkup(page);
    expect(page.length).toBeLessThan(500_000);
    expect(text).toContain(`${MAX_FEATURES} of 1,000 columns are shown`);
    expect(text).toContain('column 999');
    expect(text).not.toContain('column 500');
  });

  it('names the weakest of 50 classes and shows those that are confused the most', () => {
    const page = trainingPage(wideReport(50, 5));
    const { text } = parseMarkup(page);
    expect(page.length).toBeLessThan(500_000);
    expect(text).toContain('The 6 weakest of 50 classes are named');
    expect(text).toContain('class number 0 0.5000');
    expect(text).not.toContain('class number 40 0.5400');
    expect(text).toContain('The 16 of 50 classes with the most errors');
  });
});
