import { writeOperator } from './encode.js';
import type { AttributeValue, Constant, Namer, NodeOptions, Operator, Program } from './program.js';
import type { ElementType } from './proto.js';
import { WireWriter } from './wire.js';

/** Operators with more attribute values than that (trees, long lists of levels) are not compared with others. */
const MOST_COMPARED_VALUES = 4096;

/** A program that is being rewritten, operator by operator in their order, with what is known of its tensors. */
export class Draft {
  readonly operators: Operator[] = [];
  readonly namer: Namer;
  readonly #inputs: ReadonlyMap<string, Program['inputs'][number]>;
  readonly #makers = new Map<string, Operator>();
  readonly #byContent = new Map<string, string>();
  readonly #aliases = new Map<string, string>();
  readonly #types = new Map<string, ElementType>();
  readonly #uses = new Map<string, number>();
  readonly #widths = new Map<string, number | null>();

  constructor(program: Program, namer: Namer) {
    this.namer = namer;
    this.#inputs = new Map(program.inputs.map((input) => [input.ref.name, input]));
    for (const { ref } of program.inputs) this.#types.set(ref.name, ref.type);
    for (const { inputs } of program.operators) for (const name of inputs) this.#countUses(name, 1);
    for (const name of program.results) this.#countUses(name, 1);
  }

  /** The name that stands for a tensor now. */
  resolve(name: string): string {
    return this.#aliases.get(name) ?? name;
  }

  /** Lets `by` stand for `name`. */
  replace(name: string, by: string): void {
    this.#aliases.set(name, by);
    this.#countUses(by, this.uses(name));
  }

  /** Adds an operator under its own name, or names the equal one that is there. */
  keep(operator: Operator): string {
    const content = contentOf(operator);
    const equal = content === null ? undefined : this.#byContent.get(content);
    if (equal !== undefined) return equal;
    if (content !== null) this.#byContent.set(content, operator.output);
    this.operators.push(operator);
    this.#makers.set(operator.output, operator);
    this.#types.set(operator.output, operator.options.type);
    return operator.output;
  }

  /** Adds a new operator. */
  add(op: string, inputs: readonly string[], options: NodeOptions): string {
    return this.keep({ op, inputs, output: this.namer.fresh(op.toLowerCase()), options });
  }

  makerOf(name: string): Operator | undefined {
    return this.#makers.get(name);
  }

  constantNamed(name: string): Constant | undefined {
    return this.namer.constantNamed(name);
  }

  typeOf(name: string): ElementType | undefined {
    return this.#types.get(name) ?? this.constantNamed(name)?.type;
  }

  /** How many operators and results took the tensor before this rewriting. */
  uses(name: string): number {
    return this.#uses.get(name) ?? 0;
  }

  /** Columns of a tensor [N,k] whose rows are the batch's; null where that is not known. */
  widthOf(name: string): number | null {
    const known = this.#widths.get(name);
    if (known !== undefined) return known;
    const width = this.#findWidth(name);
    this.#widths.set(name, width);
    return width;
  }

  #findWidth(name: string): number | null {
    const maker = this.#makers.get(name);
    if (maker !== undefined) return widthOfResult(maker, this);
    const input = this.#inputs.get(name);
    const [rows, width] = input?.dims ?? [];
    return input?.dims.length === 2 && typeof rows === 'string' && typeof width === 'number' ? width : null;
  }

  #countUses(name: string, count: number): void {
    this.#uses.set(name, this.uses(name) + count);
  }
}

/** Operators that give each cell of their inputs one cell, with broadcasting. */
const ELEMENTWISE = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sqrt', 'Abs', 'Neg', 'Floor', 'Cast', 'Identity', 'IsNaN'],
  ...[
    'Equal',
    'Less',
    'LessOrEqual',
    'Greater',
    'GreaterOrEqual',
    'And',
    'Or',
    'Not',
    'Where',
    'LabelEncoder',
  ],
]);

function widthOfResult(operator: Operator, draft: Draft): number | null {
  const columns = pickedColumns(operator, draft);
  if (columns !== null) return columns.length;
  if (isColumnJoin(operator)) {
    const widths = operator.inputs.map((input) => draft.widthOf(input));
    return widths.includes(null) ? null : widths.reduce<number>((sum, width) => sum + (width as number), 0);
  }
  if (!ELEMENTWISE.has(operator.op)) return null;
  let widest = 0;
  for (const input of operator.inputs) {
    const width = rowWidth(input, draft);
    if (width === null) return null;
    widest = Math.max(widest, width);
  }
  return widest;
}

/** The columns that a tensor brings to an elementwise operator; a constant must be the same for every row. */
function rowWidth(name: string, draft: Draft): number | null {
  const constant = draft.constantNamed(name);
  if (constant === undefined) return draft.widthOf(name);
  const { dims } = constant;
  if (dims.length > 2 || (dims.length === 2 && dims[0] !== 1)) return null;
  return dims.at(-1) ?? 1;
}

/** Whether the operator puts columns side by side. */
export function isColumnJoin({ op, options }: Operator): boolean {
  return op === 'Concat' && isInt(options.attributes?.axis, 1);
}

/** The columns that a Gather picks out of a tensor of known width; null where the operator is none. */
export function pickedColumns({ op, inputs, options }: Operator, draft: Draft): readonly number[] | null {
  const [source, indices] = inputs;
  if (op !== 'Gather' || source === undefined || indices === undefined) return null;
  if (!isInt(options.attributes?.axis, 1)) return null;
  const width = draft.widthOf(source);
  const constant = draft.constantNamed(indices);
  if (width === null || constant?.type !== 'int64' || constant.dims.length !== 1) return null;
  const columns = Array.from(constant.data as BigInt64Array, Number);
  return columns.every((column) => column >= 0 && column < width) ? columns : null;
}

function isInt(value: AttributeValue | undefined, expected: number): boolean {
  return value !== undefined && 'int' in value && value.int === expected;
}

/** What makes two operators equal: all but the name of the output. */
function contentOf(operator: Operator): string | null {
  const { attributes = {} } = operator.options;
  const values = Object.values(attributes).reduce((sum, value) => sum + sizeOf(value), 0);
  if (values > MOST_COMPARED_VALUES) return null;
  const writer = new WireWriter();
  writeOperator(writer, { ...operator, output: '' });
  return Buffer.from(writer.finish()).toString('latin1');
}

function sizeOf(value: AttributeValue): number {
  if ('ints' in value) return value.ints.length;
  if ('floats' in value) return value.floats.length;
  if ('tensor' in value) return value.tensor.data.length;
  if (!('strings' in value)) return 1;
  return 'picks' in value.strings ? value.strings.picks.length : value.strings.length;
}
