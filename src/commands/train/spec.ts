import { type CommandSpec, loadParts } from '../command.js';
import { MODELING_OPTIONS } from '../modeling-options.js';

export const trainSpec: CommandSpec = {
  path: ['train'],
  group: 'Build a model',
  summary: 'raw table → tracked run → certified model file',
  description:
    'The preprocessing is fitted on the training rows alone and becomes part of the model: one ONNX file from raw\n' +
    'columns to prediction, with a certificate that its scores do not depend on batch size, threads or the order of rows.',
  options: MODELING_OPTIONS,
  examples: [
    'mlx train --data adult_train.csv --test adult_test.csv --target income',
    'mlx train --data bike.csv --target cnt --drop casual,registered --split tail',
    'mlx train --param n_estimators=300 --param min_samples_leaf=2 --seed 7',
    'mlx train --algorithm gradient-boosting --param early_stopping_rounds=20',
    'mlx train --cv 5',
    'mlx train --algorithm auto --time-budget 5m',
    'mlx train --algorithm gradient-boosting --search halving --time-budget 10m',
    'mlx train --search random --trials 50 --space min_samples_leaf=log-int:1..50',
    'mlx train --search random --trials 50 --resume brave-otter',
    'mlx train --calibrate isotonic --threshold cost:fp=1,fn=5',
  ],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
