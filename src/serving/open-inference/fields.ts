import { invalidField } from '../decode.js';
import { type Datatype, isDatatype } from './tensor.js';

/** A number that can be a length. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** @throws MlxError REQUEST_INVALID for anything but a positive whole number */
export function readCount(value: unknown, field: string): number {
  if (isSize(value) && value > 0) return value;
  throw invalidField(field, `${field} is no positive whole number.`);
}

/** @param field of the tensor. @throws MlxError REQUEST_INVALID for what is no datatype */
export function readDatatype(value: unknown, field: string): Datatype {
  if (isDatatype(value)) return value;
  throw invalidField(`${field}.datatype`, `${field}: ${shown(value)} is no datatype.`, {
    hint: 'There are BOOL, BYTES, INT8 to INT64, UINT8 to UINT64, FP16, BF16, FP32 and FP64.',
  });
}

/** @param field of the tensor. @throws MlxError REQUEST_INVALID for what is no list of sizes */
export function readShape(value: unknown, field: string): readonly number[] {
  if (Array.isArray(value) && value.length <= MAX_DIMENSIONS && value.every(isSize)) return value;
  throw invalidField(`${field}.shape`, `${field}: the shape ${shown(value)} is no list of sizes.`);
}

/** Tensors of more dimensions are none of ours. */
const MAX_DIMENSIONS = 8;

/** A value in a message. */
export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
