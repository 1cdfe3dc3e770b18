import { describe, expect, it } from 'vitest';
import { isotonicRegression } from '#mlx/stats/isotonic-regression.js';
import { rocAuc } from '#mlx/stats/metrics/roc-auc.js';
import { fitSigmoid } from '#mlx/stats/platt-scaling.js';
import { createRandom } from '#mlx/stats/random.js';
import { applyCalibration, type Calibration, fitCalibration } from '#mlx/training/calibration.js';
import { bendAt, segmentsOf } from '#mlx/training/isotonic-segments.js';
import type { Link } from '#mlx/training/link.js';
import { linkScores, type Model, predictModel, scoreModel } from '#mlx/training/model.js';
import { expectClose, golden } from '../stats/closeness.js';
import { scoreWithOnnx } from './scoring.js';

interface Fitted {
  readonly name: string;
  readonly weights: number[] | null;
}

const answers = golden<{
  sigmoid: (Fitted & { scores: number[]; positive: number[]; sklearn: number[]; optimum: number[] })[];
  isotonic: (Fitted & { x: number[]; y: number[]; points: number[][]; at: number[]; values: number[] })[];
  whole: {
    name: string;
    method: Calibration['method'];
    scores: number[];
    probabilities: number[];
    truth: number[];
    classes: number;
    calibrated: number[];
  }[];
}>('calibration');

describe('sigmoid', () => {
  it.each(answers.sigmoid)('is where the loss is least: $name', (answer) => {
    const { slope, intercept } = fitSigmoid(answer.scores, answer.positive, answer.weights ?? undefined);
    expectClose(slope, answer.optimum[0]!, 1e-7);
    expectClose(intercept, answer.optimum[1]!, 1e-7, 1e-9);
  });

  it.each(answers.sigmoid.filter(({ name }) => name !== 'far from 0'))(
    'is where scikit-learn stops: $name',
    (answer) => {
      const { slope, intercept } = fitSigmoid(answer.scores, answer.positive, answer.weights ?? undefined);
      expectClose(slope, answer.sklearn[0]!, 1e-4);
      expectClose(intercept, answer.sklearn[1]!, 1e-4, 1e-6);
    },
  );

  it('is level where all scores are equal', () => {
    const { slope, intercept } = fitSigmoid([3, 3, 3], [0, 1, 1]);
    expect(slope).toBe(0);
    // the mean of the smoothed labels: (2 · 3/4 + 1/3) / 3
    expect(1 / (1 + Math.exp(-intercept))).toBeCloseTo(11 / 18, 8);
  });
});

describe('isotonic', () => {
  it.each(answers.isotonic)('equals scikit-learn: $name', ({ x, y, weights, points, at, values }) => {
    const line = isotonicRegression(Float64Array.from(x), y, weights ?? undefined);
    expect([...line.x]).toEqual(points[0]);
    for (const [i, value] of line.y.entries()) expectClose(value, points[1]![i]!, 1e-12, 1e-15);
    const segments = segmentsOf({ x: Float32Array.from(line.x), y: Float32Array.from(line.y) });
    for (const [i, p] of at.entries()) expect(bendAt(segments, p)).toBeCloseTo(values[i]!, 6);
  });

  it('never falls from one piece to the next, nor leaves 0 to 1', () => {
    const random = createRandom(5);
    const x = Float32Array.from({ length: 60 }, () => random.next() ** 9).sort();
    const y = Float32Array.from({ length: 60 }, () => random.next()).sort();
    [y[0], y[59]] = [0, 1];
    const segments = segmentsOf({ x, y });
    let before = 0;
    for (const p of [...x]
      .flatMap((end) => [end, end * (1 + 2 ** -23), end * 1.001])
      .sort((a, b) => a - b)
      .map(Math.fround)) {
      const value = bendAt(segments, p);
      expect(value).toBeGreaterThanOrEqual(before);
      expect(value).toBeLessThanOrEqual(1);
      before = value;
    }
  });

  it('keeps a long curve to 200 points, near to the whole one', () => {
    const x = Float64Array.from({ length: 5000 }, (_, i) => Math.fround(i / 5000));
    const whole = isotonicRegression(x, x.map(Math.sqrt));
    const probabilities = Float32Array.from([...x].flatMap((p) => [1 - p, p]));
    const truth = Array.from({ length: 5000 }, (_, i) => i % 2);
    const calibration = fitCalibration('isotonic', {
      scores: Float32Array.from(x),
      probabilities,
      truth,
      classes: 2,
    });
    expect(whole.x).toHaveLength(5000);
    expect((calibration.curves[0] as { x: Float32Array }).x.length).toBeLessThanOrEqual(200);
  });
});

describe('a calibration', () => {
  it.each(answers.whole)('equals scikit-learn: $name', (answer) => {
    const rows = {
      scores: Float32Array.from(answer.scores),
      probabilities: Float32Array.from(answer.probabilities),
      classes: answer.classes,
      truth: answer.truth,
    };
    const calibrated = applyCalibration(fitCalibration(answer.method, rows), rows);
    const worst = calibrated.reduce((most, p, i) => Math.max(most, Math.abs(p - answer.calibrated[i]!)), 0);
    expect(worst).toBeLessThan(answer.method === 'sigmoid' ? 1e-5 : 1e-6);
  });

  it('of rows of one class is refused', () => {
    const rows = { scores: Float32Array.of(1, 2), probabilities: Float32Array.of(0, 1, 0, 1), classes: 2 };
    expect(() => fitCalibration('sigmoid', { ...rows, truth: [1, 1] })).toThrow(/rows of one class/);
  });

  it('by sigmoid leaves the AUC of two classes as it is', () => {
    const { scores, truth, probabilities } = answers.whole[0]!;
    const rows = { scores: Float32Array.from(scores), probabilities: Float32Array.from(probabilities) };
    const calibration = fitCalibration('sigmoid', { ...rows, truth, classes: 2 });
    const calibrated = applyCalibration(calibration, { ...rows, classes: 2 });
    const options = { classes: 2, positive: 1 };
    expect(rocAuc(truth, calibrated, options)).toBe(rocAuc(truth, rows.probabilities, options));
  });
});

describe('a calibrated model in ONNX', () => {
  it.each<[Calibration['method'], number, Link]>([
    ['sigmoid', 2, 'identity'],
    ['sigmoid', 2, 'logistic'],
    ['sigmoid', 5, 'softmax'],
    ['isotonic', 2, 'identity'],
    ['isotonic', 2, 'logistic'],
    ['isotonic', 3, 'identity'],
    ['isotonic', 5, 'softmax'],
  ])(
    '%s, %i classes, %s link: as in JavaScript, and the same bits alone and in any batch',
    async (...options) => {
      const [method, classes, link] = options;
      const { model, matrix } = calibratedModel(method, classes, link);
      const scores = await scoreWithOnnx(model, matrix);
      for (const [i, expected] of predictModel(model, matrix).entries()) {
        expect(Math.abs(scores[i]! - expected)).toBeLessThanOrEqual(
          method === 'isotonic' && link === 'identity' ? 0 : 1e-6,
        );
      }
      expect(await scoreWithOnnx(model, matrix, 1)).toEqual(scores);
      expect(await scoreWithOnnx(model, matrix, 7)).toEqual(scores);
      expect(await scoreWithOnnx(model, matrix, matrix.rows, 4)).toEqual(scores);
    },
  );
});

it('makes a row uniform for which every class gets 0, in ONNX as in JavaScript', async () => {
  const curve = { x: Float32Array.of(0.5, 0.6), y: Float32Array.of(0, 1) };
  const model: Model = {
    task: 'classification',
    classes: 3,
    scorer: {
      kind: 'linear',
      columns: 1,
      outputs: 3,
      weights: new Float64Array(3),
      intercept: Float64Array.of(0.25, 0.25, 0.5),
      units: Float64Array.of(1, 1, 1),
      means: new Float64Array(1),
    },
    link: 'identity',
    calibration: { method: 'isotonic', curves: [curve, curve, curve] },
  };
  const matrix = { rows: 1, columns: 1, data: Float32Array.of(1) };
  const uniform = new Float32Array(3).fill(1 / 3);
  expect(predictModel(model, matrix)).toEqual(uniform);
  expect(await scoreWithOnnx(model, matrix)).toEqual(uniform);
});

/** One small tree per output over random columns, calibrated on labels that its scores say something of. */
function calibratedModel(method: Calibration['method'], classes: number, link: Link) {
  const outputs = classes === 2 ? 1 : classes;
  const random = createRandom(classes);
  const rows = 301;
  const matrix = {
    rows,
    columns: 2,
    data: Float32Array.from({ length: 2 * rows }, () => random.next()),
  };
  const shares = () => {
    const weights = Array.from({ length: classes }, () => random.int(16));
    return link === 'identity' && classes > 2
      ? weights.map((weight, k) =>
          k === 0 ? 1 - weights.slice(1).reduce((a, b) => a + b / 64, 0) : weight / 64,
        )
      : weights.map((weight) => (link === 'identity' ? weight / 16 : weight / 4 - 2));
  };
  const leaves = 32;
  const model: Model = {
    task: 'classification',
    classes,
    scorer: {
      kind: 'trees',
      columns: 2,
      outputs,
      trees: [
        {
          feature: Int32Array.from({ length: 2 * leaves - 1 }, (_, node) =>
            node < leaves - 1 ? node % 2 : -1,
          ),
          threshold: Float32Array.from({ length: 2 * leaves - 1 }, (_, node) =>
            node < leaves - 1 ? 0.2 + 0.6 * random.next() : 0,
          ),
          left: Int32Array.from({ length: 2 * leaves - 1 }, (_, node) =>
            node < leaves - 1 ? 2 * node + 1 : -1,
          ),
          right: Int32Array.from({ length: 2 * leaves - 1 }, (_, node) =>
            node < leaves - 1 ? 2 * node + 2 : -1,
          ),
          missingLeft: new Uint8Array(2 * leaves - 1),
          cover: new Float32Array(2 * leaves - 1).fill(1),
          value: Float64Array.from(
            Array.from({ length: 2 * leaves - 1 }, (_, node) =>
              node < leaves - 1 ? new Array<number>(outputs).fill(0) : shares().slice(0, outputs),
            ).flat(),
          ),
        },
      ],
      base: new Float64Array(outputs),
      divisor: 1,
    },
    link,
    calibration: null,
  };
  const scores = scoreModel(model, matrix);
  const probabilities = linkScores(model, scores);
  const truth = Array.from({ length: rows }, (_, row) => {
    let left = random.next();
    for (let k = 0; k < classes - 1; k++) {
      left -= probabilities[row * classes + k]!;
      if (left < 0) return k;
    }
    return classes - 1;
  });
  const calibration = fitCalibration(method, { scores, probabilities, truth, classes });
  return { model: { ...model, calibration }, matrix };
}
