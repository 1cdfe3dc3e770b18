import { readFileSync } from 'node:fs';
import type { Matrix } from '#mlx/training/matrix.js';

export interface LabelledMatrix {
  readonly matrix: Matrix;
  readonly target: Float64Array;
  readonly classes: number;
}

export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, data: Float32Array.from(rows.flat()) };
}

function dataSet(name: string): string {
  return readFileSync(
    new URL(`../../node_modules/vega-datasets/data/${name}`, import.meta.url),
    'utf8',
  ).trim();
}

interface Weather {
  readonly [column: string]: number;
}

function weatherRows(): { rows: Weather[]; kinds: string[] } {
  const [, ...lines] = dataSet('seattle-weather.csv').split('\n');
  const cells = lines.map((line) => line.split(','));
  const kinds = [...new Set(cells.map((row) => row[5]!))].sort();
  const rows = cells.map(([date, precipitation, tempMax, tempMin, wind, weather]) => ({
    month: Number(date!.slice(5, 7)),
    precipitation: Number(precipitation),
    temp_max: Number(tempMax),
    temp_min: Number(tempMin),
    wind: Number(wind),
    weather: kinds.indexOf(weather!),
    rainy: Number(precipitation) > 0 ? 1 : 0,
  }));
  return { rows, kinds };
}

/** Seattle's weather: columns by name, target by name (`weather` has 5 classes, `rainy` 2). */
export function seattle(columns: readonly string[], target: string): LabelledMatrix {
  const { rows, kinds } = weatherRows();
  return {
    matrix: matrixOf(rows.map((row) => columns.map((column) => row[column]!))),
    target: Float64Array.from(rows, (row) => row[target]!),
    classes: target === 'weather' ? kinds.length : 2,
  };
}

/** Palmer penguins: four measurements, three species; rows with missing values are left out. */
export function penguins(): LabelledMatrix {
  const columns = ['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)', 'Body Mass (g)'];
  const records = (JSON.parse(dataSet('penguins.json')) as Record<string, number | string | null>[]).filter(
    (record) => columns.every((column) => record[column] !== null),
  );
  const species = [...new Set(records.map((record) => record.Species as string))].sort();
  return {
    matrix: matrixOf(records.map((record) => columns.map((column) => record[column] as number))),
    target: Float64Array.from(records, (record) => species.indexOf(record.Species as string)),
    classes: species.length,
  };
}

/** Every `step`-th row. */
export function thinned({ matrix, target, classes }: LabelledMatrix, step: number): LabelledMatrix {
  const rows = Array.from({ length: Math.ceil(matrix.rows / step) }, (_, i) => i * step);
  const { columns, data } = matrix;
  return {
    matrix: matrixOf(rows.map((row) => [...data.subarray(row * columns, (row + 1) * columns)])),
    target: Float64Array.from(rows, (row) => target[row]!),
    classes,
  };
}
