import fc from 'fast-check';

/** One way to damage a file. */
export type Change =
  | { readonly kind: 'set' | 'insert'; readonly at: number; readonly byte: number }
  | { readonly kind: 'remove' | 'repeat'; readonly at: number; readonly length: number }
  | { readonly kind: 'cut'; readonly at: number };

/** Bytes that parsers look for come more often than others. */
const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(...Buffer.from('"\\{}[],:\n\r\0-.eE0 9'), 0xff, 0xfe, 0xd8, 0xdc, 0x80, 0xc3),
);

/** A few changes of a file of so many bytes. */
export function changes(length: number): fc.Arbitrary<readonly Change[]> {
  const at = fc.nat({ max: length });
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({ kind: fc.constantFrom('set' as const, 'insert' as const), at, byte }),
    fc.record({
      kind: fc.constantFrom('remove' as const, 'repeat' as const),
      at,
      length: fc.integer({ min: 1, max: 40 }),
    }),
    fc.record({ kind: fc.constant('cut' as const), at }),
  );
  return fc.array(change, { minLength: 1, maxLength: 4 });
}

/** The file after the changes, one after another. */
export function changed(bytes: Uint8Array, list: readonly Change[]): Uint8Array {
  return list.reduce(changedOnce, bytes);
}

function changedOnce(bytes: Uint8Array, change: Change): Uint8Array {
  const [before, after] = [bytes.subarray(0, change.at), bytes.subarray(change.at)];
  switch (change.kind) {
    case 'cut':
      return before;
    case 'set':
      return Buffer.concat([before, Uint8Array.of(change.byte), after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, Uint8Array.of(change.byte), after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(change.length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, change.length), after]);
  }
}
