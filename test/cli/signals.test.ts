import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { customersCsv, type Json, Workplace } from './harness.js';

const train = (algorithm: string, ...more: string[]): string[] => [
  ...['train', '--data', 'train.csv', '--target', 'left', '--name', 'stopped'],
  ...['--algorithm', algorithm, '--param', 'n_estimators=30000', '--json=lines', ...more],
];

const lastEvent = (stdout: string): Json => JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);

it.each([
  ['random-forest', 'SIGINT', 130, 'INTERRUPTED'],
  ['gradient-boosting', 'SIGINT', 130, 'INTERRUPTED'],
  ['gradient-boosting', 'SIGTERM', 143, 'TERMINATED'],
] as const)(
  '%s keeps the trees that it has at %s, and ends with %i; the run is interrupted',
  async (algorithm, signal, exitCode, code) => {
    const place = new Workplace();
    place.put('train.csv', customersCsv(3000));
    const training = place.start(train(algorithm));
    await training.shows('stdout', '"trees"');
    training.child.kill(signal);
    const ended = await training.ended;
    expect(lastEvent(ended.stdout)).toMatchObject({ event: 'error', error: { code } });
    expect(ended.stdout).toMatch(/\d+ of 30000 trees are kept as partial_model\.onnx of stopped/);
    expect(ended.code).toBe(exitCode);

    const { document } = await place.json(['runs', 'show', 'stopped']);
    const { status, artifacts, metrics } = document.run;
    expect(status).toBe('interrupted');
    expect(metrics.roc_auc).toBeGreaterThan(0.6);
    expect(metrics.trees_done).toBeGreaterThan(0);
    expect(artifacts).toMatchObject([{ name: 'partial_model.onnx' }]);
    const refused = await place.json(['register', 'churn', '--run', 'stopped']);
    expect(refused.document.error).toMatchObject({ code: 'STATE_CONFLICT' });

    const [{ sha256 }] = artifacts;
    const file = `.mlx/artifacts/${sha256.slice(0, 2)}/${sha256}`;
    place.put('kept.onnx', readFileSync(place.path(file)));
    const scored = await place.run([
      'predict',
      '--model',
      'kept.onnx',
      '--data',
      'train.csv',
      '--out',
      's.csv',
    ]);
    expect(scored.code).toBe(0);
    expect(place.read('s.csv').trimEnd().split('\n')).toHaveLength(3001);
  },
);

it('a second Ctrl-C ends it at once', async () => {
  const place = new Workplace();
  place.put('train.csv', customersCsv(3000));
  const training = place.start(train('gradient-boosting'));
  await training.shows('stdout', '"trees"');
  training.child.kill('SIGINT');
  await training.shows('stdout', 'their file is being made');
  training.child.kill('SIGINT');
  await training.ended;
  expect(training.child.signalCode).toBe('SIGINT');
  const { document } = await place.json(['runs', 'show', 'stopped']);
  expect(document.run).toMatchObject({ status: 'interrupted', artifacts: [] });
});
