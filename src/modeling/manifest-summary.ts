import type { Manifest } from '../scoring/manifest.js';

/** What the registry keeps of a manifest, so that listings need not open the file. */
export function manifestSummary(manifest: Manifest): Record<string, unknown> {
  return {
    algorithm: manifest.algorithm,
    target: manifest.target?.name ?? null,
    classes: manifest.classes,
    columns: manifest.columns.map(({ name, type }) => ({ name, type })),
  };
}
