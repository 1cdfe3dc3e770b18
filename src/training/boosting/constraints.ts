import { MlxError } from '../../errors.js';
import { didYouMean } from '../../suggest.js';

/**
 * Reads `age:1,price:-1`: per column 1 where predictions must not fall with it, −1 where they must not rise, else 0. A
 * name may hold colons; the last one counts.
 *
 * @param features names of the columns
 * @throws MlxError PARAM_INVALID for an unknown column, or a direction that is none
 */
export function readConstraints(text: string, features: readonly string[]): Int32Array {
  const directions = new Int32Array(features.length);
  for (const part of text.split(',').map((own) => own.trim())) {
    if (part === '' || text === 'none') continue;
    const colon = part.lastIndexOf(':');
    const name = part.slice(0, Math.max(colon, 0)).trim();
    const direction = part.slice(colon + 1).trim();
    if (colon < 0 || !['1', '+1', '0', '-1'].includes(direction)) {
      throw invalid(
        `monotone_constraints cannot be read at "${part}".`,
        'Write name:1 or name:-1, with commas between.',
      );
    }
    const column = features.indexOf(name);
    if (column < 0) {
      throw invalid(`monotone_constraints names "${name}", which is no feature.`, didYouMean(name, features));
    }
    directions[column] = Number(direction);
  }
  return directions;
}

function invalid(message: string, hint: string | undefined): MlxError {
  return new MlxError('PARAM_INVALID', message, {
    ...(hint === undefined ? {} : { hint }),
    details: { parameter: 'monotone_constraints' },
  });
}
