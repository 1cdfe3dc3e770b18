import { type CommandSpec, loadParts } from '../command.js';

export const registerSpec: CommandSpec = {
  path: ['register'],
  group: 'Bring it to production',
  summary: 'a run, or an ONNX file made elsewhere, becomes a model version',
  description:
    'Versions count up from 1 and never change. A file that is damaged, hostile or cannot be loaded is refused.',
  arguments: [{ name: '<model>', help: 'name of the model: NAME/1, NAME/2 … are its versions' }],
  options: [
    {
      flags: '--run <run>',
      help: 'id, beginning of an id, or name of a run; "latest" for the newest finished one',
    },
    { flags: '--onnx <file>', help: 'model file made elsewhere (scikit-learn, XGBoost, PyTorch …)' },
    { flags: '--columns <names>', help: 'column names of a model that takes one matrix', kind: 'list' },
    { flags: '--classes <names>', help: 'class names in the order of the probabilities', kind: 'list' },
    {
      flags: '--allow-uncertified',
      help: 'register although the scores could not be certified',
      kind: 'flag',
    },
    { flags: '--description <text>', help: 'what this version is' },
  ],
  examples: [
    'mlx register churn --run latest',
    'mlx register churn --onnx model.onnx --columns age,income --classes no,yes',
  ],
  load: () => loadParts(import('./run.js'), import('./view.js')),
};
