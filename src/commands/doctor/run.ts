import { ERRORS } from '../../errors.js';
import type { CommandContext, Outcome } from '../command.js';
import type { Check } from './check.js';
import { checkConfiguration } from './configuration.js';
import { checkInstallation } from './installation.js';
import { checkStore } from './store-state.js';

export interface DoctorOptions {
  readonly exitZero?: boolean;
}

export interface DoctorDocument {
  /** False when a check failed; a warning is none. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

export async function run(
  { exitZero = false }: DoctorOptions,
  context: CommandContext,
): Promise<Outcome<DoctorDocument>> {
  const progress = context.progress('checking the installation');
  const installation = await checkInstallation(context.now);
  progress.update('checking the store');
  const checks = [...installation, await checkConfiguration(context), ...(await checkStore(context))];
  context.signal.throwIfAborted();
  const ok = checks.every(({ status }) => status !== 'fail');
  progress.done(`${checks.length} checks done`);
  return { result: { ok, checks }, exitCode: ok || exitZero ? 0 : ERRORS.CHECK_FAILED.exit };
}
