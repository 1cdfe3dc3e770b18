import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeAtomically } from '../../data/atomic-file.js';
import { fileError } from '../../data/file.js';
import { resolveModel } from '../../registry/resolve.js';
import { modelCard } from '../../reports/card/model-card.js';
import { readCard, type WrittenCard } from '../../reports/card/written-parts.js';
import type { CommandContext, Outcome } from '../command.js';
import { versionReport } from './version-report.js';

export interface ModelsCardOptions {
  readonly model: string;
  readonly out?: string;
}

export interface ModelsCardDocument {
  readonly model: string;
  /** The whole card, Markdown. */
  readonly card: string;
  /** Where it was written; null where it was not. */
  readonly file: string | null;
  /** The parts that a person had written there and that are in the card. */
  readonly kept: readonly string[];
}

/**
 * @throws MlxError MODEL_NOT_FOUND; FILE_EXISTS where `--out` is no card of mlx; DATA_MALFORMED where its marks do not
 *   match; ARTIFACT_CORRUPT, FILE_UNWRITABLE
 */
export async function run(
  { model, out }: ModelsCardOptions,
  context: CommandContext,
): Promise<Outcome<ModelsCardDocument>> {
  const store = await context.store();
  const version = await resolveModel(store, model);
  const name = `${version.name}/${version.version}`;
  const report = await versionReport(store, version);
  const path = out === undefined ? null : resolve(context.cwd, out);
  const written = path === null ? null : await readWritten(path, out as string);
  if (written?.isChangedElsewhere === true) {
    context.warn(`${out} was changed outside of the parts that are yours; these changes are not kept.`);
  }
  const { details } = version;
  const columns = (details.columns ?? []) as readonly { readonly name: string; readonly type: string }[];
  const card = modelCard(
    {
      name,
      report,
      columns,
      registered: {
        stage: version.stage,
        at: version.createdAt,
        by: version.createdBy,
        source: version.source,
        description: version.description,
      },
    },
    written,
  );
  if (path !== null) await writeAtomically(path, (temporary) => writeFile(temporary, card), out);
  return { result: { model: name, card, file: out ?? null, kept: [...(written?.parts.keys() ?? [])] } };
}

async function readWritten(path: string, file: string): Promise<WrittenCard | null> {
  if (!existsSync(path)) return null;
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw fileError(file, thrown);
  });
  return readCard(text, file);
}
