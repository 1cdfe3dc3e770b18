import { createHash } from 'node:crypto';
import { MlxError } from '../../errors.js';

/** The parts of a card that only a person can write, and what is asked for there. */
export const WRITTEN_PARTS = {
  'intended-use':
    'Who should use the model, for which decisions? Who should not, and for which should it not be used?',
  factors: 'Which groups, instruments or circumstances matter to how well the model does?',
  'data-origin': 'Where do the rows come from, when and how were they gathered, who may use them?',
  ethics:
    'Whom can a wrong prediction harm, and how? Does the data hold sensitive facts? What was done about it?',
  recommendations: 'What should users know and do: monitoring, limits, when to train again?',
  contact: 'Who answers for the model, and how are they reached?',
} as const;

export type WrittenPart = keyof typeof WRITTEN_PARTS;

/** Stands before the question in a part that nobody has written yet. */
const TO_FILL_IN = '<!-- fill in -->';
const UNFILLED = /^<!-- fill in -->\n_[^\n]*_$/;
const CARD_MARK = /^<!-- mlx:card ([0-9a-f]{16})/m;
const MARK = /^<!-- mlx:(write|end) ([a-z0-9-]+) -->$/;

/** What a person wrote into a card. */
export interface WrittenCard {
  /** By the name of the part, as it was written; parts that were not filled in are absent. */
  readonly parts: ReadonlyMap<string, string>;
  /** Whether something outside of these parts was changed too. */
  readonly isChangedElsewhere: boolean;
}

/** A part with its marks: what was written there, or the question. */
export function writtenPart(name: WrittenPart, written: WrittenCard | null): string {
  return marked(name, written?.parts.get(name) ?? `${TO_FILL_IN}\n_${WRITTEN_PARTS[name]}_`);
}

/** Parts of other names, which a person has added, in their order. */
export function ownParts(written: WrittenCard | null): readonly string[] {
  const own = [...(written?.parts ?? [])].filter(([name]) => !Object.hasOwn(WRITTEN_PARTS, name));
  return own.map(([name, text]) => marked(name, text));
}

function marked(name: string, text: string): string {
  return `<!-- mlx:write ${name} -->\n${text}\n<!-- mlx:end ${name} -->`;
}

/** A card's first lines; they hold a digest of what mlx wrote, by which changes there are found. */
export function cardMark(body: string): string {
  return `<!-- mlx:card ${digestOf(body)}
Made by mlx models card. What stands between "mlx:write" and "mlx:end" is yours: it is kept when the card is made again.
Parts of other names may be added; they go to the end. All else is made anew each time. -->`;
}

/**
 * The parts of a card that a person wrote.
 * @throws MlxError FILE_EXISTS where it is no card of mlx; DATA_MALFORMED where the marks of a part do not match
 */
export function readCard(text: string, file: string): WrittenCard {
  const card = text.replaceAll('\r\n', '\n');
  const mark = CARD_MARK.exec(card);
  if (mark === null) {
    throw new MlxError('FILE_EXISTS', `${file} is there already and is no model card of mlx.`, {
      hint: 'Give another name with --out, or move the file away.',
    });
  }
  const parts = new Map<string, string>();
  let open: { readonly name: string; readonly lines: string[] } | null = null;
  for (const line of card.split('\n')) {
    const [, kind, name = ''] = MARK.exec(line) ?? [];
    if (kind === undefined) open?.lines.push(line);
    else if (kind === 'write' && open === null && !parts.has(name)) open = { name, lines: [] };
    else if (kind === 'end' && open?.name === name) {
      parts.set(name, open.lines.join('\n'));
      open = null;
    } else throw malformed(file, name);
  }
  if (open !== null) throw malformed(file, open.name);
  const body = card.slice(card.indexOf('-->\n', mark.index) + '-->\n'.length);
  const filled = [...parts].filter(([, own]) => own.trim() !== '' && !UNFILLED.test(own.trim()));
  return { parts: new Map(filled), isChangedElsewhere: digestOf(body) !== mark[1] };
}

function malformed(file: string, name: string): MlxError {
  return new MlxError(
    'DATA_MALFORMED',
    `${file}: the marks of the part ${JSON.stringify(name)} do not match.`,
    {
      hint: `Each part begins with <!-- mlx:write ${name} --> and ends with <!-- mlx:end ${name} -->, once, each on a line of its own. Nothing was written.`,
    },
  );
}

/** Of what mlx wrote: the text without what stands in the parts. */
function digestOf(body: string): string {
  const own = body.replaceAll(
    /^(<!-- mlx:write [a-z0-9-]+ -->)$[\s\S]*?^(<!-- mlx:end [a-z0-9-]+ -->)$/gm,
    '$1$2',
  );
  return createHash('sha256').update(own.trim()).digest('hex').slice(0, 16);
}
