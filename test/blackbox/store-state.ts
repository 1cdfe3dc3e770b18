import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DoctorDocument, EventDocument, RunDocument, VersionDocument } from './documents.js';
import { type LaunchOptions, mlxJson } from './program.js';

export async function runsOf(options: LaunchOptions): Promise<readonly RunDocument[]> {
  return (await mlxJson<{ runs: readonly RunDocument[] }>(['runs', 'list', '--limit', '1000'], options)).runs;
}

export async function versionsOf(model: string, options: LaunchOptions): Promise<readonly VersionDocument[]> {
  const listed = await mlxJson<{ versions: readonly VersionDocument[] }>(['models', 'list', model], options);
  return listed.versions;
}

export async function eventsOf(model: string, options: LaunchOptions): Promise<readonly EventDocument[]> {
  const listed = await mlxJson<{ events: readonly EventDocument[] }>(['models', 'history', model], options);
  return listed.events;
}

/** mlx's own check: databases open, hash chain whole, every registered file matches its SHA-256. */
export async function expectHealthy(options: LaunchOptions): Promise<void> {
  const { ok, checks } = await mlxJson<DoctorDocument>(['doctor'], options);
  expect(ok, JSON.stringify(checks, null, 1)).toBe(true);
}

/** An artifact is there and has the bytes that its name says; looked at without mlx. */
export function expectArtifact(cwd: string, sha256: string): void {
  const path = join(cwd, '.mlx', 'artifacts', sha256.slice(0, 2), sha256);
  expect(existsSync(path), `artifact ${sha256}`).toBe(true);
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
}

/** No run is left as running, and what is recorded of each is there. */
export async function expectWholeRuns(options: LaunchOptions): Promise<readonly RunDocument[]> {
  const runs = await runsOf(options);
  for (const run of runs) {
    expect(run.status, run.name).not.toBe('running');
    if (run.status === 'finished') expect(run.artifacts.map(({ name }) => name)).toContain('model.onnx');
    for (const { sha256 } of run.artifacts) expectArtifact(options.cwd, sha256);
  }
  return runs;
}

/** Every version has its file, one is in production at most, and stages are what the events lead to. */
export async function expectWholeVersions(
  model: string,
  options: LaunchOptions,
): Promise<readonly VersionDocument[]> {
  const versions = await versionsOf(model, options);
  const numbers = versions.map(({ version }) => version).sort((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  for (const { sha256 } of versions) expectArtifact(options.cwd, sha256);
  expect(versions.filter(({ stage }) => stage === 'production').length).toBeLessThanOrEqual(1);
  const events = await eventsOf(model, options);
  for (const { version, stage } of versions) {
    const last = events.findLast((event) => event.version === version && event.to_stage !== null);
    expect(stage, `${model}/${version}`).toBe(last?.to_stage ?? 'none');
  }
  return versions;
}
