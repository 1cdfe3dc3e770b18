import type { InferenceSession as OrtSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { MlxError } from '../errors.js';

/** Values of one tensor as ONNX Runtime takes and gives them. */
export type TensorData =
  | { readonly type: 'double'; readonly dims: readonly number[]; readonly data: Float64Array }
  | { readonly type: 'float'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: 'int32'; readonly dims: readonly number[]; readonly data: Int32Array }
  | { readonly type: 'bool'; readonly dims: readonly number[]; readonly data: Uint8Array }
  | { readonly type: 'string'; readonly dims: readonly number[]; readonly data: readonly string[] };

/** How a missing time is written in an int64 graph input of seconds: the smallest int64. */
export const MISSING_TIME = -(2n ** 63n);

/** The element types of TensorData. */
export type TensorType = TensorData['type'];

export interface SessionOptions {
  /** Threads inside one run; 1 by default, which is fastest for single rows. */
  readonly threads?: number;
}

const ORT_TYPE = {
  double: 'float64',
  float: 'float32',
  int64: 'int64',
  int32: 'int32',
  bool: 'bool',
  string: 'string',
} as const satisfies Record<TensorType, string>;
const MLX_TYPE: Readonly<Record<string, TensorType>> = {
  float64: 'double',
  float32: 'float',
  int64: 'int64',
  int32: 'int32',
  bool: 'bool',
  string: 'string',
};

/** Loads ONNX Runtime itself, which takes longer than most models do. */
function loadRuntime(): Promise<typeof import('onnxruntime-node')> {
  // It reports its use to its makers unless told otherwise before it is loaded; mlx sends nothing.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  return import('onnxruntime-node');
}

/** A loaded model. The only door to onnxruntime-node, which is itself loaded on first use. */
export class ModelSession {
  readonly #session: OrtSession;
  readonly #onRelease: () => Promise<void>;
  #isReleased = false;

  private constructor(session: OrtSession, onRelease: () => Promise<void>) {
    this.#session = session;
    this.#onRelease = onRelease;
  }

  /**
   * Loads a model from its bytes (never from a path, so that a file cannot pull in other files).
   * @throws MlxError MODEL_INVALID with ONNX Runtime's reason
   */
  static async load(bytes: Uint8Array, options: SessionOptions = {}): Promise<ModelSession> {
    const { InferenceSession } = await loadRuntime();
    try {
      const session = await InferenceSession.create(bytes, {
        intraOpNumThreads: options.threads ?? 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        logSeverityLevel: 4,
      });
      return new ModelSession(session, () => session.release());
    } catch (error) {
      throw new MlxError('MODEL_INVALID', `ONNX Runtime cannot load the model: ${reasonOf(error)}`, {
        hint: 'Export it again with opset 17 (ai.onnx.ml 3) or lower, and without ZipMap or external data.',
        cause: error,
      });
    }
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  /**
   * One inference. Blocks the event loop while ONNX Runtime works.
   * @throws MlxError SCORING_FAILED when an operator fails
   */
  async run(
    feeds: Readonly<Record<string, TensorData>>,
    outputs?: readonly string[],
  ): Promise<Record<string, TensorData>> {
    // An input may be called `__proto__`.
    const tensors = Object.create(null) as Record<string, OrtTensor>;
    for (const name in feeds) tensors[name] = toOrtTensor(name, feeds[name] as TensorData);
    let results: OrtSession.OnnxValueMapType;
    try {
      results = await this.#session.run(tensors, [...(outputs ?? this.#session.outputNames)]);
    } catch (error) {
      throw new MlxError('SCORING_FAILED', `the model failed: ${reasonOf(error)}`, { cause: error });
    }
    const converted: Record<string, TensorData> = {};
    for (const [name, value] of Object.entries(results))
      converted[name] = toTensorData(name, value as OrtTensor);
    return converted;
  }

  /** The same loaded model for one of several users; `onRelease` is called instead of freeing the memory. */
  shared(onRelease: () => Promise<void>): ModelSession {
    return new ModelSession(this.#session, onRelease);
  }

  /** Frees the native memory; the session cannot be used afterwards. A second call does nothing. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#onRelease();
  }
}

/**
 * What the native side reads of a tensor, as a plain object: a row of twenty columns is scored a fifth faster so than
 * with ONNX Runtime's own Tensor objects, whose constructor and getters cost more than the values that they carry.
 * @throws MlxError SCORING_FAILED when shape and data do not fit, which the constructor would have found
 */
function toOrtTensor(name: string, { type, dims, data }: TensorData): OrtTensor {
  let size = 1;
  for (const dim of dims) size *= dim;
  if (data.length !== size) {
    throw new MlxError(
      'SCORING_FAILED',
      `the input "${name}" of shape [${dims.join()}] has ${data.length} values`,
    );
  }
  return { type: ORT_TYPE[type], dims, data, location: 'cpu' } as unknown as OrtTensor;
}

function toTensorData(name: string, tensor: OrtTensor): TensorData {
  const type = MLX_TYPE[tensor.type];
  if (type === undefined) {
    throw new MlxError(
      'MODEL_INVALID',
      `the output "${name}" has element type ${tensor.type}, which mlx does not read`,
      {
        hint: 'Export the model with float, double, integer or string outputs (for scikit-learn: options={"zipmap": False}).',
      },
    );
  }
  return { type, dims: tensor.dims, data: tensor.data } as TensorData;
}

/** ONNX Runtime's message without its source locations and signatures, which say nothing to a user. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/\/[^\s:]*onnxruntime[^\s:]*:\d+\s*/g, '')
    .replace(/(virtual )?\S*onnxruntime::[^()]*\([^()]*\)( const)?\s*/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}
