import { expect, it } from 'vitest';
import { customersCsv, Workplace } from './harness.js';

const place = new Workplace();
place.put('customers.csv', customersCsv(300));
place.put(
  'recipe.json',
  JSON.stringify({
    description: 'ages kept, the plan by its rate',
    steps: [
      { step: 'impute', columns: ['age'], strategy: 'constant', fill_value: -1 },
      { step: 'impute', columns: ['@number', '!age'] },
      { step: 'scale', columns: ['s*'], method: 'minmax' },
      { step: 'target', columns: ['plan'] },
      { step: 'one-hot' },
      { step: 'calendar', parts: ['month', 'elapsed'] },
    ],
  }),
);
const preprocess = ['preprocess', '--data', 'customers.csv', '--target', 'left'];

it('the usual steps are written as a recipe that gives the same features', async () => {
  const usual = await place.json([...preprocess, '--save-recipe', 'usual.json', '--out', 'usual.csv']);
  const again = await place.json([...preprocess, '--recipe', 'usual.json', '--out', 'again.csv']);
  expect([usual.code, again.code]).toEqual([0, 0]);
  expect(again.document.features.recipe).toEqual(usual.document.features.recipe);
  expect(place.read('again.csv')).toBe(place.read('usual.csv'));
});

it('a recipe’s steps take their columns, in its order and with its parameters', async () => {
  const { document } = await place.json([
    ...preprocess,
    '--recipe',
    'recipe.json',
    '--explain',
    '--row',
    '2',
  ]);
  const { steps, names, explanation } = document.features;
  expect(steps[0]).toMatchObject({ step: 'impute', inputs: ['age'], parameters: { fill_value: -1 } });
  expect(steps[1].inputs).not.toContain('age');
  expect(steps[2]).toMatchObject({ step: 'scale', inputs: ['spend'] });
  expect(names).toEqual(expect.arrayContaining(['plan.target', 'joined.elapsed']));
  expect(explanation.row).toBe(2);
  expect(explanation.steps.map(({ step }: { step: string }) => step)).toEqual(
    steps.map(({ step }: { step: string }) => step),
  );
  expect(explanation.features.map(({ name }: { name: string }) => name)).toEqual(names);
});

it('a row is shown on its way through the steps', async () => {
  const { stdout, code } = await place.run([...preprocess, '--encode', 'ordinal', '--explain']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Row 1, step by step$/m);
  expect(stdout).toMatch(/^ {5}age: \d+ → -?\d+\.\d+$/m);
  expect(stdout).toMatch(/^ {5}plan: "\w+" → \d$/m);
});

it.each([
  ['USAGE', 'a row that is not there', ['--explain', '--row', '301']],
  ['PARAM_INVALID', 'a recipe and a choice beside it', ['--recipe', 'recipe.json', '--scale', 'robust']],
  ['FILE_NOT_FOUND', 'a recipe that is not there', ['--recipe', 'none.json']],
])('%s: %s', async (code, _, more) => {
  const { document } = await place.json([...preprocess, '--out', 'never.csv', ...more]);
  expect(document.error.code).toBe(code);
});

it.each([
  ['CONFIG_INVALID', 'no JSON', '{"steps": ['],
  ['CONFIG_INVALID', 'an unknown key', '{"step": []}'],
  ['CONFIG_INVALID', 'a step without a name', '{"steps": [{"columns": ["age"]}]}'],
  ['PARAM_INVALID', 'an unknown step', '{"steps": [{"step": "scail"}]}'],
  ['PARAM_INVALID', 'an unknown parameter', '{"steps": [{"step": "scale", "methode": "robust"}]}'],
  ['PARAM_INVALID', 'a value out of range', '{"steps": [{"step": "bins", "n_bins": 1}]}'],
  ['COLUMN_NOT_FOUND', 'an unknown column', '{"steps": [{"step": "scale", "columns": ["agee"]}]}'],
  ['PARAM_INVALID', 'a column of another kind', '{"steps": [{"step": "scale", "columns": ["plan"]}]}'],
  ['PARAM_INVALID', 'a category that stays one', '{"steps": [{"step": "impute"}]}'],
])('a recipe with a mistake is exit 2 or 4 that says what to do: %s for %s', async (code, _, text) => {
  place.put('wrong.json', text);
  const { document, code: exit } = await place.json([
    ...preprocess,
    '--recipe',
    'wrong.json',
    '--out',
    'never.csv',
  ]);
  expect(document.error).toMatchObject({ code, hint: expect.stringMatching(/\S/) });
  expect([2, 4]).toContain(exit);
});

it('a run is trained by a recipe, and retraining goes on with it', async () => {
  const train = ['train', '--data', 'customers.csv', '--target', 'left', '--param', 'n_estimators=5'];
  const { document } = await place.json([...train, '--recipe', 'recipe.json']);
  const steps = 'impute → impute → scale → target → one-hot → calendar';
  expect(document.run.params.recipe).toBe(steps);
  expect(document.features).toContain('plan.target');
  expect(document.model.certificate.passed).toBe(true);
  await place.run(['register', 'churn', '--run', 'latest']);
  await place.run(['promote', 'churn/1', 'production']);
  place.put('recipe.json', '{"steps": []}');
  const again = await place.json(['retrain', 'churn', '--exit-zero']);
  expect(again.document.training.run.params.recipe).toBe(steps);
  expect(again.document.training.features).toEqual(document.features);
});
