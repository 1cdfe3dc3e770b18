import { expect } from 'vitest';
import type { TrainDocument } from './documents.js';
import { emptyFolder } from './folders.js';
import { mlxJson } from './program.js';
import { incomeFile, sharedTable, testWithShared } from './tables.js';

const adult = ['--data', sharedTable('adult_train.csv') ?? '', '--test', sharedTable('adult_test.csv') ?? ''];

testWithShared('adult_train.csv', 'adult_test.csv')(
  'a forest on adult reaches a ROC AUC of .905 and is certified',
  async () => {
    const trained = await mlxJson<TrainDocument>(['train', ...adult, '--target', 'income'], {
      cwd: emptyFolder(),
    });
    console.log(`adult: ROC AUC ${trained.metrics.roc_auc}, ${Math.round(trained.timings.total_ms)} ms`);
    expect(trained.metrics.roc_auc).toBeGreaterThanOrEqual(0.905);
    expect(trained.model.certificate.passed).toBe(true);
  },
);

testWithShared('bike_hour.csv')(
  'a forest on the last hours of bike reaches an R² of .89 and is certified',
  async () => {
    const data = ['--data', sharedTable('bike_hour.csv') ?? '', '--target', 'cnt'];
    const trained = await mlxJson<TrainDocument>(
      ['train', ...data, '--drop', 'casual,registered,instant', '--split', 'tail'],
      { cwd: emptyFolder() },
    );
    console.log(`bike: R² ${trained.metrics.r2}, ${Math.round(trained.timings.total_ms)} ms`);
    expect(trained.metrics.r2).toBeGreaterThanOrEqual(0.89);
    expect(trained.model.certificate.passed).toBe(true);
  },
);

testWithShared('telco.csv', 'elec.csv').each([
  ['telco.csv', 'Churn', 0.8],
  ['elec.csv', 'class', 0.89],
])(
  'a forest on %s trains without a word of explanation, and is certified',
  async (table, target, aucFloor) => {
    const data = ['--data', sharedTable(table) ?? '', '--target', target, '--param', 'n_estimators=30'];
    const trained = await mlxJson<TrainDocument>(['train', ...data], { cwd: emptyFolder() });
    expect(trained.metrics.roc_auc).toBeGreaterThanOrEqual(aucFloor);
    expect(trained.model.certificate.passed).toBe(true);
  },
);

testWithShared('adult_train.csv', 'adult_test.csv')(
  'ml-random-forest trains too; random-forest is faster and better on the same rows',
  async () => {
    const cwd = emptyFolder();
    incomeFile(cwd, 'slice.csv', 600);
    incomeFile(cwd, 'test.csv', 4000, 'test');
    const data = ['--data', 'slice.csv', '--test', 'test.csv', '--target', 'income'];
    const train = async (algorithm: string): Promise<TrainDocument> => {
      const trained = await mlxJson<TrainDocument>(['train', ...data, '--algorithm', algorithm], { cwd });
      const { metrics, timings } = trained;
      console.log(`${algorithm}: ROC AUC ${metrics.roc_auc}, fitted in ${Math.round(timings.fit_ms)} ms`);
      expect(trained.model.certificate.passed).toBe(true);
      return trained;
    };
    const slow = await train('ml-random-forest');
    const own = await train('random-forest');
    expect(own.timings.fit_ms).toBeLessThan(slow.timings.fit_ms);
    expect(own.metrics.roc_auc).toBeGreaterThan(slow.metrics.roc_auc as number);
  },
);
