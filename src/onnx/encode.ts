import type { AttributeValue, Constant, Operator, PickedStrings, Value } from './program.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DIMENSION,
  type Dimension,
  ELEMENT_TYPES,
  NODE,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './proto.js';
import type { WireWriter } from './wire.js';

/** A tensor without its name, which can be added at the end. */
export function writeConstant(writer: WireWriter, { type, dims, data }: Constant): void {
  if (dims.length > 0) writer.packedVarints(TENSOR.dims, dims);
  writer.varintField(TENSOR.dataType, ELEMENT_TYPES[type]);
  if (ArrayBuffer.isView(data)) {
    writer.bytesField(TENSOR.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  } else {
    for (const text of data) writer.stringField(TENSOR.stringData, text);
  }
}

export function writeOperator(writer: WireWriter, { op, inputs, output, options }: Operator): void {
  for (const input of inputs) writer.stringField(NODE.input, input);
  writer.stringField(NODE.output, output);
  writer.stringField(NODE.name, `n${output}`);
  writer.stringField(NODE.opType, op);
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    writer.messageField(NODE.attribute, (attribute) => writeAttribute(attribute, name, value));
  }
  if (options.domain !== undefined) writer.stringField(NODE.domain, options.domain);
}

export function writeAttribute(writer: WireWriter, name: string, value: AttributeValue): void {
  writer.stringField(ATTRIBUTE.name, name);
  if ('int' in value) {
    writer.varintField(ATTRIBUTE.i, value.int);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.int);
  } else if ('float' in value) {
    writer.floatField(ATTRIBUTE.f, value.float);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.float);
  } else if ('string' in value) {
    writer.stringField(ATTRIBUTE.s, value.string);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.string);
  } else if ('ints' in value) {
    writer.packedVarints(ATTRIBUTE.ints, value.ints);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints);
  } else if ('floats' in value) {
    writer.packedFloats(ATTRIBUTE.floats, value.floats);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.floats);
  } else if ('tensor' in value) {
    writer.messageField(ATTRIBUTE.t, (tensor) => writeConstant(tensor, value.tensor));
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.tensor);
  } else {
    writeStrings(writer, value.strings);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.strings);
  }
}

function writeStrings(writer: WireWriter, strings: readonly string[] | PickedStrings): void {
  if (!('picks' in strings)) {
    for (const text of strings) writer.stringField(ATTRIBUTE.strings, text);
    return;
  }
  const table = strings.table.map((text) => Buffer.from(text));
  for (const pick of strings.picks) writer.bytesField(ATTRIBUTE.strings, table[pick] as Buffer);
}

export function writeValue(writer: WireWriter, { ref, dims }: Value): void {
  writer.stringField(VALUE_INFO.name, ref.name);
  writer.messageField(VALUE_INFO.type, (type) =>
    type.messageField(TYPE.tensor, (tensor) => {
      tensor.varintField(TENSOR_TYPE.elementType, ELEMENT_TYPES[ref.type]);
      tensor.messageField(TENSOR_TYPE.shape, (shape) => {
        for (const dim of dims) shape.messageField(SHAPE.dimension, (writer) => writeDimension(writer, dim));
      });
    }),
  );
}

function writeDimension(writer: WireWriter, dim: Dimension): void {
  if (typeof dim === 'number') writer.varintField(DIMENSION.value, dim);
  else writer.stringField(DIMENSION.parameter, dim);
}
