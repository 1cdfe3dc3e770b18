import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import { metadataField } from '#mlx/onnx/graph.js';
import { inspectModel, readMetadata } from '#mlx/onnx/inspect.js';
import { ATTRIBUTE, ENTRY, GRAPH, MODEL, NODE, TENSOR } from '#mlx/onnx/proto.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { WireWriter } from '#mlx/onnx/wire.js';
import { buildModel } from '../serving/fixtures/model.js';
import { doubling, modelAround, modelOfNode } from './files.js';

/** The reason of the refusal; anything but MODEL_INVALID fails the test. */
function refusal(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown = inspectModel): string | null {
  try {
    read(bytes);
    return null;
  } catch (error) {
    if (error instanceof MlxError && error.code === 'MODEL_INVALID') return error.message;
    throw error;
  }
}

function tensor(write: (tensor: WireWriter) => void): (graph: WireWriter) => void {
  return (graph) => graph.messageField(GRAPH.initializer, write);
}

function nested(depth: number): (graph: WireWriter) => void {
  return (graph) => {
    if (depth === 0) return;
    graph.messageField(GRAPH.node, (node) => {
      node.stringField(NODE.opType, 'If');
      node.messageField(NODE.attribute, (attribute) => {
        attribute.stringField(ATTRIBUTE.name, 'then_branch');
        attribute.messageField(ATTRIBUTE.g, nested(depth - 1));
      });
    });
  };
}

const twice = new WireWriter();
twice.varintField(MODEL.irVersion, 8);
twice.messageField(
  MODEL.graph,
  tensor((t) => t.varintField(TENSOR.dataLocation, 1)),
);
twice.messageField(MODEL.graph, () => {});

const withFunctions = new WireWriter();
withFunctions.varintField(MODEL.irVersion, 8);
withFunctions.messageField(MODEL.graph, () => {});
withFunctions.messageField(MODEL.functions, () => {});

const noVersion = new WireWriter();
noVersion.messageField(MODEL.graph, () => {});

const HOSTILE: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['nothing', new Uint8Array(0), /empty/],
  ['text', Buffer.from('age,income\n1,2\n'), /not an ONNX model/],
  ['a message without a graph', Uint8Array.of(8, 8), /no graph/],
  ['a graph without a version', noVersion.finish(), /no ONNX version/],
  ['two graphs, the first of which hides something', twice.finish(), /more than one graph/],
  ['functions of its own', withFunctions.finish(), /functions/],
  [
    'data in another file',
    modelAround(
      tensor((t) =>
        t.messageField(TENSOR.externalData, (entry) => {
          entry.stringField(ENTRY.key, 'location');
          entry.stringField(ENTRY.value, '/etc/passwd');
        }),
      ),
    ),
    /another file/,
  ],
  [
    'a data location elsewhere',
    modelAround(tensor((t) => t.varintField(TENSOR.dataLocation, 1))),
    /another file/,
  ],
  [
    'a constant operator with data in another file',
    modelOfNode('Constant', (node) =>
      node.messageField(NODE.attribute, (attribute) =>
        attribute.messageField(ATTRIBUTE.t, (t) => t.varintField(TENSOR.dataLocation, 1)),
      ),
    ),
    /another file/,
  ],
  [
    'an initialiser that claims 2 GiB and holds 4 bytes',
    modelAround(
      tensor((t) => {
        t.packedVarints(TENSOR.dims, [2 ** 15, 2 ** 14]);
        t.varintField(TENSOR.dataType, 1);
        t.bytesField(TENSOR.rawData, new Uint8Array(4));
      }),
    ),
    /claims 536870912 elements/,
  ],
  [
    'an initialiser with a negative dimension',
    modelAround(
      tensor((t) => {
        t.packedVarints(TENSOR.dims, [-1]);
        t.varintField(TENSOR.dataType, 1);
        t.bytesField(TENSOR.rawData, new Uint8Array(4));
      }),
    ),
    /does not hold/,
  ],
  [
    'an initialiser that holds more than it claims',
    modelAround(
      tensor((t) => {
        t.packedVarints(TENSOR.dims, [1]);
        t.varintField(TENSOR.dataType, 11);
        t.bytesField(TENSOR.rawData, new Uint8Array(16));
      }),
    ),
    /does not hold/,
  ],
  [
    'a sparse initialiser',
    modelAround((graph) => graph.messageField(GRAPH.sparseInitializer, () => {})),
    /sparse/,
  ],
  [
    'a sparse constant',
    modelOfNode('Constant', (node) =>
      node.messageField(NODE.attribute, (attribute) =>
        attribute.messageField(ATTRIBUTE.sparseTensor, () => {}),
      ),
    ),
    /sparse/,
  ],
  [
    'an operator of an unknown domain',
    modelOfNode('Shell', (node) => node.stringField(NODE.domain, 'com.evil')),
    /Shell comes from the domain "com.evil"/,
  ],
  ['graphs in graphs in graphs', modelAround(nested(50)), /nested deeper/],
];

it.each(HOSTILE)('refuses %s', (_, bytes, reason) => {
  expect(refusal(bytes)).toMatch(reason);
});

it('lets a few nested graphs pass', () => {
  expect(inspectModel(modelAround(nested(3))).nodes).toBe(3);
});

describe('a real model', () => {
  let model: Uint8Array;
  beforeAll(() => {
    model = buildModel();
  });

  it('cut off anywhere is refused, by the look or by ONNX Runtime', async () => {
    const passed: Uint8Array[] = [];
    for (let length = 0; length < model.length; length += 50) {
      const cut = model.subarray(0, length);
      if (refusal(cut) === null) passed.push(cut);
      refusal(cut, readMetadata);
    }
    // A cut between two fields of the model can only take metadata away.
    for (const cut of passed) await (await ModelSession.load(cut)).release();
  });

  it('with any byte changed gives a description or a refusal, never another failure', () => {
    fc.assert(
      fc.property(fc.nat({ max: model.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const changed = Uint8Array.from(model);
        changed[at] = byte;
        refusal(changed);
        refusal(changed, readMetadata);
      }),
      { numRuns: 1000 },
    );
  });
});

it('random bytes give a description or a refusal, never another failure', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      refusal(bytes);
      refusal(bytes, readMetadata);
    }),
    { numRuns: 2000 },
  );
});

it('metadata that is appended is read, the last one of a key counts, and no key reaches a prototype', () => {
  const file = Buffer.concat([
    doubling(),
    metadataField('mlx.note', 'later'),
    metadataField('__proto__', 'x'),
    metadataField('', 'no key'),
  ]);
  const metadata = readMetadata(file);
  expect(metadata['mlx.note']).toBe('later');
  expect(Object.keys(metadata)).toEqual(['mlx.note', '__proto__', '']);
  expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  expect(inspectModel(file).metadata).toEqual(metadata);
});
