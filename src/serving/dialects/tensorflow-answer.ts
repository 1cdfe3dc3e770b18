import type { Manifest } from '../../scoring/manifest.js';
import type { Prediction } from '../../scoring/prediction.js';
import { floatText, PrettyJson } from '../pretty-json.js';
import type { PredictRows } from './tensorflow-request.js';
import { vectorOf } from './whole-answer.js';

/** The answer to `:predict`: plain numbers for a regression, the two named outputs for a classification. */
export function predictText(
  form: PredictRows['form'],
  predictions: readonly Prediction[],
  manifest: Manifest,
): string {
  return form === 'row' ? rowText(predictions, manifest) : columnText(predictions, manifest);
}

function rowText(predictions: readonly Prediction[], { task, classes }: Manifest): string {
  const json = new PrettyJson().open('{').key('predictions').open('[');
  for (const { prediction, probabilities } of predictions) {
    if (task === 'regression') {
      json.isOneLine = true;
      json.raw(floatText(Number(prediction)));
    } else {
      json.open('{');
      json.isOneLine = true;
      json.key('label').raw(JSON.stringify(prediction));
      addFloats(json.key('probabilities'), vectorOf(probabilities, classes));
    }
    json.isOneLine = false;
    if (task !== 'regression') json.close();
  }
  return json.close().close().text;
}

function columnText(predictions: readonly Prediction[], { task, classes }: Manifest): string {
  const json = new PrettyJson().open('{').key('outputs');
  if (task === 'regression') {
    addFloats(
      json,
      predictions.map(({ prediction }) => Number(prediction)),
    );
    return json.close().text;
  }
  json.open('{').key('label').open('[');
  for (const { prediction } of predictions) json.raw(JSON.stringify(prediction));
  json.close().key('probabilities').open('[');
  for (const { probabilities } of predictions) addFloats(json, vectorOf(probabilities, classes));
  return json.close().close().close().text;
}

/** The answer to `:classify`: `[class, probability]` for every class, in the model's order. */
export function classifyText(predictions: readonly Prediction[], { classes }: Manifest): string {
  const json = new PrettyJson().open('{').key('results').open('[');
  for (const { probabilities } of predictions) {
    json.isOneLine = true;
    json.open('[');
    for (const name of classes)
      json
        .open('[')
        .string(name)
        .raw(floatText(probabilities?.[name] ?? 0))
        .close();
    json.close();
    json.isOneLine = false;
  }
  return json.close().close().text;
}

/** The answer to `:regress`: one number an example. */
export function regressText(predictions: readonly Prediction[]): string {
  const json = new PrettyJson().open('{').key('results');
  json.isOneLine = true;
  addFloats(
    json,
    predictions.map(({ prediction }) => Number(prediction)),
  );
  return json.close().text;
}

function addFloats(json: PrettyJson, values: readonly number[]): void {
  json.open('[');
  for (const value of values) json.raw(floatText(value));
  json.close();
}
