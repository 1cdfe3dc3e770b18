import { type Draft, isColumnJoin } from './optimise-draft.js';
import type { Operator } from './program.js';
import { ELEMENT_TYPES, type ElementType } from './proto.js';

/** Types that hold every value of another: a cast to them loses nothing. */
const WIDER: Partial<Record<ElementType, readonly ElementType[]>> = {
  bool: ['int32', 'int64', 'float', 'double'],
  int32: ['int64', 'double'],
  float: ['double'],
};

/**
 * Casts that another cast makes needless:
 * - to the type that the tensor has already;
 * - after a cast that loses nothing (`float → double → float` is the tensor itself);
 * - one per part of a join, where one after the join does (a flag for each level of a category);
 * - of a joined tensor, where parts had that type before.
 */
export function joinCasts(operator: Operator, draft: Draft): string | null {
  if (isColumnJoin(operator)) return castAfterJoin(operator, draft);
  if (operator.op !== 'Cast') return null;
  const [source] = operator.inputs as readonly [string];
  const { type } = operator.options;
  if (draft.typeOf(source) === type) return source;
  const maker = draft.makerOf(source);
  if (maker === undefined) return null;
  const origin = losslessOrigin(maker, draft);
  if (origin !== null) return draft.typeOf(origin) === type ? origin : cast(draft, origin, type);
  return isColumnJoin(maker) ? castBeforeJoin(maker, type, draft) : null;
}

function cast(draft: Draft, source: string, type: ElementType): string {
  return draft.add('Cast', [source], { type, attributes: { to: { int: ELEMENT_TYPES[type] } } });
}

function join(draft: Draft, parts: readonly string[], type: ElementType): string {
  return draft.add('Concat', parts, { type, attributes: { axis: { int: 1 } } });
}

/** What a cast that loses nothing was made of. */
function losslessOrigin(maker: Operator, draft: Draft): string | null {
  if (maker.op !== 'Cast') return null;
  const [origin] = maker.inputs as readonly [string];
  const from = draft.typeOf(origin);
  return from !== undefined && WIDER[from]?.includes(maker.options.type) === true ? origin : null;
}

function castAfterJoin({ inputs, options }: Operator, draft: Draft): string | null {
  const makers = inputs.map((input) => draft.makerOf(input));
  const origins = makers.map((maker) => (maker?.op === 'Cast' ? (maker.inputs[0] as string) : null));
  const [first] = origins;
  if (inputs.length < 2 || first === null || first === undefined) return null;
  const from = draft.typeOf(first);
  const isWhole = inputs.every((input, index) => {
    const origin = origins[index];
    return (
      origin !== null && origin !== undefined && draft.typeOf(origin) === from && draft.uses(input) === 1
    );
  });
  if (!isWhole || from === undefined) return null;
  return cast(draft, join(draft, origins as readonly string[], from), options.type);
}

function castBeforeJoin(maker: Operator, type: ElementType, draft: Draft): string | null {
  if (draft.uses(maker.output) !== 1) return null;
  const parts = maker.inputs.map((input) => {
    const own = draft.makerOf(input);
    const origin = own === undefined || draft.uses(input) !== 1 ? null : losslessOrigin(own, draft);
    return origin !== null && draft.typeOf(origin) === type
      ? { name: origin, isBare: true }
      : { name: input, isBare: false };
  });
  const bare = parts.filter(({ isBare }) => isBare).length;
  // Before: a cast for each bare part and one for the whole; after: one for each of the others.
  if (parts.length - bare >= bare + 1) return null;
  return join(
    draft,
    parts.map(({ name, isBare }) => (isBare ? name : cast(draft, name, type))),
    type,
  );
}
