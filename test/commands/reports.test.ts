import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelsCardDocument } from '#mlx/commands/models/card.js';
import type { RunsReportDocument } from '#mlx/commands/runs/report.js';
import { trainingPage } from '#mlx/reports/training/training-page.js';
import { startRun } from '#mlx/tracking/start-run.js';
import { testModel } from '../registry/registered.js';
import { binaryReport } from '../reports/training/reports.js';
import { clock, closeStore, temporaryFolder, temporaryStore } from '../store/temporary-store.js';
import { mlx, mlxJson } from './mlx.js';

/** A folder whose store has a run with a report, one without, and versions: of the run, and of a file. */
async function folderWithRuns(): Promise<{ folder: string; page: string }> {
  const folder = temporaryFolder();
  const now = clock();
  const store = await temporaryStore(join(folder, '.mlx'), now);
  const page = trainingPage(binaryReport());
  const reported = await startRun(store, { name: 'reported', params: {}, now });
  await reported.logArtifact('report.html', { bytes: Buffer.from(page) });
  await reported.logArtifact('report.json', { bytes: Buffer.from(JSON.stringify(binaryReport())) });
  await reported.finish();
  const plain = await startRun(store, { name: 'plain', params: {}, now });
  await plain.finish();
  const model = testModel(store, 'churn', now);
  await model.add({ runId: reported.id });
  await model.add({ source: 'external.onnx', certified: false, metrics: { roc_auc: 0.8123, fit_ms: 12 } });
  await closeStore(store);
  return { folder, page };
}

describe('mlx runs report', () => {
  it('writes the page of a run, and says where', async () => {
    const { folder, page } = await folderWithRuns();
    const { code, stdout } = await mlx(folder, ['runs', 'report', 'reported']);
    expect([code, stdout]).toEqual([0, 'The report of reported is in report.html; open it in a browser.\n']);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe(page);
    const { document } = await mlxJson<RunsReportDocument>(folder, [
      ...['runs', 'report', 'reported', '--out', 'other.html'],
    ]);
    expect(document).toMatchObject({ run: { name: 'reported' }, file: 'other.html' });
    expect(existsSync(join(folder, 'other.html'))).toBe(true);
  });

  it('names a file that cannot be written as it was given', async () => {
    const { folder } = await folderWithRuns();
    const { code, stderr } = await mlx(folder, ['runs', 'report', 'reported', '--out', 'absent/r.html']);
    expect(code).toBe(1);
    expect(stderr).toContain('error FILE_UNWRITABLE absent/r.html: the folder is not there');
  });

  it('says of a run without one that it has none, and writes nothing', async () => {
    const { folder } = await folderWithRuns();
    const { code, stderr } = await mlx(folder, ['runs', 'report', 'plain']);
    expect(code).toBe(1);
    expect(stderr).toContain('error STATE_CONFLICT Run plain has no report: it was made without one.');
    expect(existsSync(join(folder, 'report.html'))).toBe(false);
  });
});

describe('mlx models card', () => {
  it('prints the card of a version with what its run reported', async () => {
    const { folder } = await folderWithRuns();
    const { code, stdout } = await mlx(folder, ['models', 'card', 'churn/1']);
    expect(code).toBe(0);
    expect(stdout).toContain('# Model card: churn/1');
    expect(stdout).toContain('| ROC AUC | 0.9100 | 0.8900 to 0.9300 |');
    const { document } = await mlxJson<ModelsCardDocument>(folder, ['models', 'card', 'churn/1']);
    expect(document).toEqual({ model: 'churn/1', card: stdout, file: null, kept: [] });
  });

  it('knows of a version without a report what the registry knows', async () => {
    const { folder } = await folderWithRuns();
    const { stdout } = await mlx(folder, ['models', 'card', 'churn/2']);
    expect(stdout).toContain('| ROC AUC | 0.8123 |');
    expect(stdout).toContain('from external.onnx');
    expect(stdout).toContain('It is not certified');
    expect(stdout).not.toMatch(/fit_ms|undefined|NaN/);
  });

  it('keeps in the file what a person wrote there, and warns of what it does not keep', async () => {
    const { folder } = await folderWithRuns();
    const file = join(folder, 'CARD.md');
    const args = ['models', 'card', 'churn/1', '--out', 'CARD.md'];
    expect((await mlx(folder, args)).stdout).toBe('The card of churn/1 is in CARD.md.\n');
    const first = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      first.replace(/<!-- fill in -->\n_Who should.*_/, 'Only to rank.').replace('0.9100', '1'),
    );
    const second = await mlx(folder, args);
    expect(second.stdout).toBe('The card of churn/1 is in CARD.md; kept as it was written: intended-use.\n');
    expect(second.stderr).toContain('CARD.md was changed outside of the parts that are yours');
    expect(readFileSync(file, 'utf8')).toBe(
      first.replace(/<!-- fill in -->\n_Who should.*_/, 'Only to rank.'),
    );
  });

  it('does not overwrite a file that is no card', async () => {
    const { folder } = await folderWithRuns();
    writeFileSync(join(folder, 'README.md'), '# Notes\n');
    const { code, stderr } = await mlx(folder, ['models', 'card', 'churn/1', '--out', 'README.md']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error FILE_EXISTS README.md is there already and is no model card of mlx.',
    ]);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('# Notes\n');
  });
});
