import type { Table } from '../data/table.js';
import {
  type Agreement,
  APPROXIMATED_OPERATORS,
  approximationAgreement,
} from '../engine/approximations/agreement.js';
import { ENGINE_VERSION } from '../engine/engine.js';
import type { EngineModel } from '../engine/model.js';
import { ModelSession } from '../onnx/session.js';
import { packTable } from '../scoring/feeds.js';
import { engineModelOf, InlineModel } from '../scoring/inline-model.js';
import type { ScoringModel } from '../scoring/model.js';
import type { PackedRows } from '../scoring/packed-rows.js';
import { valuesOf } from '../scoring/scores.js';
import { createRandom, type Random } from '../stats/random.js';

/** Held-out rows that are compared. */
const MOST_ROWS = 10_000;
/** Rows that are compared one by one; and those of them that are disturbed first. */
const SOME_ROWS = 256;

/**
 * Whether mlx's own engine gives the model's scores, bit for bit: on held-out rows, together and one by one, and on such
 * rows with values missing, unknown or far out.
 * @param model the file in ONNX Runtime
 * @param predictions what it says of the held-out rows: probabilities (rows × classes, row-major) or values
 * @returns the engine's version; null where it does not run the model, or gives other bits
 */
export async function certifyEngine(
  bytes: Uint8Array,
  model: ScoringModel,
  held: Table,
  predictions: Float32Array,
): Promise<number | null> {
  const { manifest } = model;
  const read = engineModelOf(bytes, manifest);
  const engine = read === null ? null : InlineModel.of(read, manifest);
  if (read === null || engine === null || !(await areApproximationsKnown(read))) return null;
  const rows = Math.min(held.rows, MOST_ROWS);
  const own = predictions.subarray(0, (predictions.length / held.rows) * rows);
  if (!givesScores(engine, packTable(manifest, held, 0, rows), own)) return null;
  const disturbed = disturb(packTable(manifest, held, 0, Math.min(rows, SOME_ROWS)), createRandom(0));
  const expected = await model.scorePacked(disturbed).catch(() => null);
  const isSame = expected === null || givesScores(engine, disturbed, valuesOf(expected));
  return isSame ? ENGINE_VERSION : null;
}

let agreement: Promise<Agreement> | undefined;

/** ONNX Runtime approximates by other ways on other processors, which some rows need not show. */
async function areApproximationsKnown({ steps }: EngineModel): Promise<boolean> {
  const used = steps.filter(({ op }) => APPROXIMATED_OPERATORS.has(op));
  if (used.length === 0) return true;
  agreement ??= approximationAgreement(async (model, feeds) => {
    const session = await ModelSession.load(model);
    return session.run(feeds).finally(() => session.release());
  });
  const known = await agreement;
  return used.every(({ op }) => known[op as keyof Agreement]);
}

function givesScores(engine: InlineModel, packed: PackedRows, expected: Float32Array): boolean {
  try {
    if (!areSameBits(valuesOf(engine.scorePacked(packed)), expected)) return false;
    const width = expected.length / packed.rows;
    for (let row = 0; row < Math.min(packed.rows, SOME_ROWS); row++) {
      const alone = valuesOf(engine.scorePacked(packed, row, row + 1));
      if (!areSameBits(alone, expected.subarray(row * width, (row + 1) * width))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** A quarter of the cells go missing, an eighth become what training did not have. */
function disturb({ rows, numbers, texts }: PackedRows, random: Random): PackedRows {
  const changed = <T>(value: T, missing: T, unknown: T): T => {
    const draw = random.next();
    if (draw < 1 / 4) return missing;
    return draw < 3 / 8 ? unknown : value;
  };
  return {
    rows,
    numbers: numbers.map((value) => changed(value, Number.NaN, Math.round(value * 1000))),
    texts: texts.map((text) => changed(text, '', `${text}?`)),
  };
}

function areSameBits(a: Float32Array, b: Float32Array): boolean {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength);
  return bytesOf(a).equals(bytesOf(b));
}
