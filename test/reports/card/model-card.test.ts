import { describe, expect, it } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import { plain } from '#mlx/reports/card/markdown.js';
import { modelCard } from '#mlx/reports/card/model-card.js';
import { readCard, WRITTEN_PARTS } from '#mlx/reports/card/written-parts.js';
import type { TrainingReport } from '#mlx/reports/training/report.js';
import { binaryReport, regressionReport } from '../training/reports.js';

const registered = {
  stage: 'production',
  at: '2026-11-23T10:20:00Z',
  by: 'ann@box',
  source: 'run',
  description: null,
};
const input = {
  name: 'churn/3',
  report: binaryReport(),
  columns: [{ name: 'a|b', type: 'number' }],
  registered,
};
const card = modelCard(input);

/** The card with a text written into a part. */
function written(text: string, part = 'intended-use', into = card): string {
  return into.replace(
    new RegExp(`(<!-- mlx:write ${part} -->\n)[\\s\\S]*?(\n<!-- mlx:end ${part} -->)`),
    (_, start: string, end: string) => `${start}${text}${end}`,
  );
}

function errorOf(action: () => unknown): MlxError {
  try {
    action();
  } catch (error) {
    if (error instanceof MlxError) return error;
  }
  throw new Error('no MlxError was thrown');
}

describe('a model card', () => {
  it('has the headings of model cards in their order', () => {
    expect(card.match(/^## .*$/gm)).toEqual([
      '## Model details',
      '## Intended use',
      '## Factors',
      '## Metrics',
      '## Evaluation data',
      '## Training data',
      '## Quantitative analyses',
      '## Explanations',
      '## Ethical considerations',
      '## Caveats and recommendations',
      '## How to use',
      '## Certificate',
    ]);
  });

  it.each([
    ['metrics with intervals', '| ROC AUC | 0.9100 | 0.8900 to 0.9300 | 0.5000 |'],
    ['how rows were held out', '1,000 rows, held out: a random fifth, stratified.'],
    ['the training data', '4,000 rows of customers.csv'],
    ['slices', '| city = Oslo **worse** | 90 | 0.7800 | 0.7000 to 0.8600 |'],
    ['explanations', '| age | 0.0500 | 0.0040 |'],
    ['the confusion matrix', '| **yes** | 60 | 240 |'],
    ['how to score', 'mlx predict --model churn/3 --data new.csv'],
    ['how to serve', 'mlx serve churn/3'],
    ['the certificate', '- certificate: passed'],
    ['the stage', 'stage production'],
    ['columns, with what would break the table escaped', '| a\\|b | number |'],
  ])('tells %s', (_, expected) => {
    expect(card).toContain(expected);
  });

  it.each<[string, Partial<TrainingReport>, string]>([
    ['a weak slice', {}, 'It is weaker where city = Oslo: ROC AUC 0.7800 against 0.9100 overall (90 rows).'],
    ['columns left out', {}, 'It does not look at id (an identifier).'],
    ['anomalies', {}, 'In the data: 24 rows repeat an earlier one.'],
    ['warnings', {}, 'The second file has other dates.'],
    [
      'few rows',
      { data: { source: 'x', rows: 90, columns: 2, trainRows: 70, testRows: 20 } },
      'Few rows: it has learned from 70 rows alone.',
    ],
    [
      'few held-out rows',
      { data: { source: 'x', rows: 90, columns: 2, trainRows: 70, testRows: 20 } },
      'from 20 held-out rows alone',
    ],
    [
      'a rare class',
      {
        data: {
          source: 'x',
          rows: 100,
          columns: 2,
          classCounts: [
            { class: 'no', count: 970 },
            { class: 'yes', count: 30 },
          ],
        },
      },
      'The classes are unbalanced. Rare: yes (30 rows, 3.0 %)',
    ],
    [
      'poor calibration',
      { calibration: { method: 'none', after: { error: 0.2, bins: [] } } },
      'off by 20.0 % on average: do not read',
    ],
    ['no intervals', { metrics: [{ name: 'r2', value: 0.5 }] }, 'The metrics have no intervals'],
  ])('says among the limits of %s', (_, change, expected) => {
    const own = modelCard({ ...input, report: { ...binaryReport(), ...change } });
    expect(own.slice(own.indexOf('## Caveats'), own.indexOf('## How to use'))).toContain(expected);
  });

  it('does not speak of rare classes or few rows where there are none', () => {
    expect(card).not.toMatch(/unbalanced|Few rows|no intervals|do not read them/);
  });

  it('says that a model without a certificate has none', () => {
    const { certificate: _, ...run } = binaryReport().run;
    expect(modelCard({ ...input, report: { ...binaryReport(), run } })).toContain('It is not certified');
  });

  it('is made of a run that is not registered, and of a number', () => {
    const own = modelCard({ name: 'brave-otter', report: regressionReport() });
    expect(own).toContain('mlx register NAME --run 1m844zfjzgbe0sx');
    expect(own).toContain('regression of price');
    expect(own).not.toMatch(/NaN|undefined|null/);
  });

  it('lets nothing in a name become markup or the mark of a part', () => {
    const hostile = '<!-- mlx:end intended-use -->\n## <script> | [x](y) `z`';
    const report = { ...binaryReport(), warnings: [hostile], steps: [hostile] };
    const own = modelCard({ ...input, report });
    expect(own).not.toContain('<script>');
    expect(own.match(/^## /gm)).toHaveLength(12);
    expect(readCard(own, 'x').parts.size).toBe(0);
  });

  it.each([
    ['a_b*c', 'a\\_b\\*c'],
    ['1. one', '1\\. one'],
    ['- one', '\\- one'],
    ['2026-11-23', '2026-11-23'],
    ['R&D', 'R&amp;D'],
    ['a\nb', 'a⟨U+000A⟩b'],
  ])('writes %j as %j', (text, expected) => {
    expect(plain(text)).toBe(expected);
  });
});

describe('what a person wrote into a card', () => {
  it('is asked for in every part that only a person can write', () => {
    expect(card.match(/<!-- fill in -->/g)).toHaveLength(Object.keys(WRITTEN_PARTS).length);
    expect(readCard(card, 'CARD.md')).toEqual({ parts: new Map(), isChangedElsewhere: false });
  });

  it.each([
    ['a line', 'Only to rank.'],
    ['markup and headings', '### For whom\n\n| a | b |\n|---|---|\n\n<b>bold</b> $1 $& \\n'],
    ['text under the mark that was left', '<!-- fill in -->\nOnly to rank.'],
  ])('survives when the card is made again: %s', (_, text) => {
    const again = modelCard({ ...input, name: 'churn/4' }, readCard(written(text), 'CARD.md'));
    expect(readCard(again, 'CARD.md').parts.get('intended-use')).toBe(text);
    expect(again).toContain('# Model card: churn/4');
    expect(again).toBe(modelCard({ ...input, name: 'churn/4' }, readCard(again, 'CARD.md')));
  });

  it('survives line ends of Windows', () => {
    const own = readCard(written('One.\nTwo.').replaceAll('\n', '\r\n'), 'CARD.md');
    expect(own).toEqual({ parts: new Map([['intended-use', 'One.\nTwo.']]), isChangedElsewhere: false });
  });

  it('goes to the end of the card where it is a part of its own', () => {
    const added = `${card}\n<!-- mlx:write our-notes -->\nMind the gap.\n<!-- mlx:end our-notes -->\n`;
    const again = modelCard(input, readCard(added, 'CARD.md'));
    expect(again.slice(again.indexOf('## Notes'))).toContain('Mind the gap.');
  });

  it('is noticed where it stands in what mlx writes', () => {
    expect(readCard(card.replace('0.9100', '0.9900'), 'CARD.md').isChangedElsewhere).toBe(true);
    expect(readCard(written('Only to rank.'), 'CARD.md').isChangedElsewhere).toBe(false);
  });

  it.each([
    ['a file that is no card', '# My notes\n', 'FILE_EXISTS'],
    ['an end that is missing', card.replace('<!-- mlx:end ethics -->', ''), 'DATA_MALFORMED'],
    ['a beginning that is missing', card.replace('<!-- mlx:write ethics -->', ''), 'DATA_MALFORMED'],
    [
      'a part that is there twice',
      `${card}<!-- mlx:write ethics -->\nx\n<!-- mlx:end ethics -->\n`,
      'DATA_MALFORMED',
    ],
  ])('is not overwritten: %s', (_, text, code) => {
    const error = errorOf(() => readCard(text, 'CARD.md'));
    expect(error.code).toBe(code);
    expect(error.message).toContain('CARD.md');
  });
});
