import { MlxError } from '../../errors.js';
import { didYouMean } from '../../suggest.js';
import {
  type Algorithm,
  type Dimension,
  findParameter,
  type Parameter,
  parseParameter,
} from '../parameters.js';

const HINT =
  'For example: learning_rate=log:0.01..0.3, num_leaves=int:15..255, max_features=choice:sqrt,0.5,all (kinds: uniform, log, int, log-int, choice).';

/**
 * Reads a dimension; choices are parted by `,` or `|`: `log:0.01..0.3`, `uniform:0.5..1`, `int:15..255`, `log-int:1..100`, `choice:sqrt,0.5,all`.
 * @throws MlxError PARAM_INVALID where the text is not understood, the parameter is unknown or an end is out of its range
 */
export function parseDimension(algorithm: Algorithm, name: string, text: string): Dimension {
  const [, kind = '', rest = ''] = /^\s*([a-z-]+)\s*:(.*)$/s.exec(text) ?? [];
  const parameter = findParameter(algorithm, name);
  if (parameter === undefined) {
    const known = algorithm.parameters.map((one) => one.name);
    throw new MlxError('PARAM_INVALID', `${algorithm.name} has no parameter "${name}" to search over.`, {
      hint: didYouMean(name, known),
      details: { parameter: name, known },
    });
  }
  const dimension = kind === 'choice' ? choiceOf(parameter.name, rest) : rangeOf(parameter.name, kind, rest);
  if (dimension === null) {
    throw new MlxError('PARAM_INVALID', `The space of ${name} is not understood: "${text}".`, {
      hint: HINT,
      details: { parameter: name, space: text },
    });
  }
  return checkDimension(parameter, dimension);
}

/** The ends, or each of the choices, must be values that the parameter takes. */
function checkDimension(parameter: Parameter, dimension: Dimension): Dimension {
  if (dimension.kind === 'choice') {
    return { ...dimension, values: dimension.values.map((value) => parseParameter(parameter, value)) };
  }
  for (const end of [dimension.low, dimension.high]) parseParameter(parameter, end);
  if (parameter.type === 'integer' && (dimension.kind === 'uniform' || dimension.kind === 'log')) {
    throw new MlxError(
      'PARAM_INVALID',
      `${dimension.name} takes whole numbers: search it with int or log-int.`,
      {
        hint: HINT,
      },
    );
  }
  return dimension;
}

function choiceOf(name: string, text: string): Dimension | null {
  const values = text
    .split(/[,|]/)
    .map((value) => value.trim())
    .filter((value) => value !== '');
  return values.length === 0 ? null : { name, kind: 'choice', values };
}

function rangeOf(name: string, kind: string, text: string): Dimension | null {
  if (kind !== 'uniform' && kind !== 'log' && kind !== 'int' && kind !== 'log-int') return null;
  const [, from = '', to = ''] = /^\s*(\S+?)\s*\.\.\s*(\S+)\s*$/.exec(text) ?? [];
  const [low, high] = [from === '' ? Number.NaN : Number(from), to === '' ? Number.NaN : Number(to)];
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) return null;
  if (kind.startsWith('log') && low <= 0) return null;
  if (kind.endsWith('int') && !(Number.isSafeInteger(low) && Number.isSafeInteger(high))) return null;
  return { name, kind, low, high };
}
