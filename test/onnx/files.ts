import { GraphBuilder } from '#mlx/onnx/graph.js';
import { GRAPH, MODEL, NODE, OPSET } from '#mlx/onnx/proto.js';
import { WireWriter } from '#mlx/onnx/wire.js';

/** A model file around the fields of one graph, however odd they are. */
export function modelAround(write: (graph: WireWriter) => void): Uint8Array {
  const model = new WireWriter();
  model.varintField(MODEL.irVersion, 8);
  model.messageField(MODEL.opsetImport, (opset) => opset.varintField(OPSET.version, 17));
  model.messageField(MODEL.graph, write);
  return model.finish();
}

/** A model file of one operator. */
export function modelOfNode(op: string, write: (node: WireWriter) => void): Uint8Array {
  return modelAround((graph) =>
    graph.messageField(GRAPH.node, (node) => {
      node.stringField(NODE.opType, op);
      write(node);
    }),
  );
}

/** `y = x · 2` on doubles. */
export function doubling(): Uint8Array {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'double', ['N', 1]);
  const two = graph.constant('double', [], Float64Array.of(2));
  graph.output('y', graph.node('Mul', [x, two], { type: 'double' }), ['N', 1]);
  return graph.build({ 'mlx.note': 'doubles' }, '1.2.3');
}
