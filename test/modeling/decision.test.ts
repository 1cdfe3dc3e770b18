import { describe, expect, it } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import { parseThresholdRule, thresholdText } from '#mlx/modeling/threshold-rule.js';
import { trainRun } from '#mlx/modeling/train-run.js';
import { REPORT_ARTIFACTS } from '#mlx/reports/training/artifacts.js';
import type { TrainingReport } from '#mlx/reports/training/report.js';
import { ScoringModel } from '#mlx/scoring/model.js';
import { temporaryStore } from '../store/temporary-store.js';
import { depsOf, penguinsCsv, put, specOf, WEATHER } from './fixtures.js';

describe('a threshold rule', () => {
  it.each<[string, unknown]>([
    ['0.3', 0.3],
    ['0', 0],
    ['f1', { metric: 'f1' }],
    ['youden', { metric: 'youden' }],
    ['precision@recall=0.9', { metric: 'precision', minRecall: 0.9 }],
    ['recall@precision=.8', { metric: 'recall', minPrecision: 0.8 }],
    ['cost:fp=1,fn=5', { metric: 'cost', costs: { tp: 0, fp: 1, fn: 5, tn: 0 } }],
    ['cost:tp=-10,fp=1', { metric: 'cost', costs: { tp: -10, fp: 1, fn: 0, tn: 0 } }],
  ])('%s is understood, and told again in the same words', (text, expected) => {
    const rule = parseThresholdRule(text);
    expect(rule).toEqual(expected);
    expect(parseThresholdRule(thresholdText(rule))).toEqual(rule);
  });

  it.each([
    '',
    '1.5',
    '-0.1',
    'f2',
    'auc',
    'precision@precision=0.9',
    'recall@precision=0',
    'recall@precision=2',
  ])('"%s" is refused with what there is', (text) => {
    expect(() => parseThresholdRule(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('cost:fp=1,fn=5') }),
    );
  });

  it.each(['cost:', 'cost:x=1', 'cost:fp', 'cost:fp=a'])('"%s" is no list of costs', (text) => {
    expect(() => parseThresholdRule(text)).toThrow(MlxError);
  });
});

describe('a run that calibrates and tunes', () => {
  const target = { target: 'sex', drop: ['island'], cv: 3 } as const;

  it('puts both into the model file, fitted on training rows alone, and says so', async () => {
    const store = await temporaryStore();
    const deps = depsOf(store);
    const spec = specOf(put('penguins.csv', penguinsCsv()), target.target, {
      ...target,
      calibrate: 'sigmoid',
      threshold: { metric: 'cost', costs: { tp: 0, fp: 1, fn: 9, tn: 0 } },
      report: true,
    });
    const { run, model, tuned, scoring, metrics } = await trainRun(spec, deps);
    expect(run.params).toMatchObject({ calibrate: 'sigmoid', threshold: 'cost:tp=0,fp=1,fn=9,tn=0' });
    expect(scoring.calibration).toMatchObject({ method: 'sigmoid' });
    expect(model.manifest.threshold).toBeLessThan(0.5);
    expect(Number(run.params.decision_threshold)).toBeCloseTo(model.manifest.threshold as number, 6);
    expect(tuned?.value).toBeLessThanOrEqual(tuned?.valueAtHalf as number);
    const opened = await ScoringModel.open(await store.artifacts.read(model.sha256));
    expect(opened.manifest.threshold).toBe(model.manifest.threshold);
    await opened.release();
    const data = run.artifacts.find(({ name }) => name === REPORT_ARTIFACTS.data);
    const report = JSON.parse(
      Buffer.from(await store.artifacts.read(data?.sha256 as string)).toString(),
    ) as TrainingReport;
    expect(report.calibration).toMatchObject({ method: 'sigmoid', before: { bins: expect.any(Array) } });
    expect(report.calibration?.after.error).toBeCloseTo(metrics.calibration_error as number, 12);
    expect(report.roc?.[0]?.auc).toBeCloseTo(metrics.roc_auc as number, 12);
    expect(report.precisionRecall?.[0]?.averagePrecision).toBeCloseTo(metrics.pr_auc as number, 12);
    expect(report.threshold).toMatchObject({ chosen: model.manifest.threshold });
    expect(report.crossValidation?.scheme).toMatch(/^3 folds, stratified/);
    expect(report.command).toContain('--calibrate sigmoid --threshold cost:tp=0,fp=1,fn=9,tn=0');
    expect(JSON.stringify(report)).not.toContain('NaN');
  });

  it('keeps page, data and card of a regression and of several classes', async () => {
    const store = await temporaryStore();
    for (const name of ['temp_max', 'weather']) {
      const { run } = await trainRun(specOf(WEATHER, name, { report: true }), depsOf(store));
      const names = run.artifacts.map((artifact) => artifact.name);
      expect(names).toEqual(expect.arrayContaining(Object.values(REPORT_ARTIFACTS)));
      const page = run.artifacts.find((artifact) => artifact.name === REPORT_ARTIFACTS.page);
      const html = Buffer.from(await store.artifacts.read(page?.sha256 as string)).toString();
      expect(html).toContain(name === 'weather' ? 'Confusion matrix' : 'Residuals');
      expect(html).not.toMatch(/>\s*NaN|undefined</);
    }
  });

  it.each([
    ['calibration of a number', 'temp_max', { calibrate: 'isotonic' }],
    ['a threshold of a number', 'temp_max', { threshold: 0.3 }],
    ['a threshold of five classes', 'weather', { threshold: { metric: 'f1' } }],
  ] as const)('refuses %s before a run begins', async (_, name, more) => {
    const store = await temporaryStore();
    await expect(trainRun(specOf(WEATHER, name, more), depsOf(store))).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(await store.runs.search()).toEqual([]);
  });
});
