import { expect, it } from 'vitest';
import { customersCsv, Workplace } from './harness.js';

it.each([
  ['SIGINT', 130, 'INTERRUPTED'],
  ['SIGTERM', 143, 'TERMINATED'],
] as const)(
  '%s while training ends it with %i, and the run is interrupted',
  async (signal, exitCode, code) => {
    const place = new Workplace();
    place.put('train.csv', customersCsv(3000));
    await place.run(['runs', 'list']);
    const args = [
      'train',
      '--data',
      'train.csv',
      '--target',
      'left',
      '--param',
      'n_estimators=5000',
      '--json',
    ];
    const training = place.start(args);
    const isRunning = async (): Promise<boolean> => {
      const { stdout } = await place.run(['runs', 'list', '--format', 'csv']);
      return stdout.includes(',running,');
    };
    while (!(await isRunning())) if (training.child.exitCode !== null) break;
    training.child.kill(signal);
    const ended = await training.ended;
    expect(JSON.parse(ended.stdout).error.code).toBe(code);
    expect(ended.code).toBe(exitCode);
    const { document } = await place.json(['runs', 'list']);
    expect(document.runs).toMatchObject([{ status: 'interrupted', artifacts: [] }]);
  },
);
