import { loadConfig } from '../../config/load.js';
import { SETTING_KEYS } from '../../config/settings.js';
import type { CommandContext } from '../command.js';
import { attempt, type Check, ok } from './check.js';

/** Reads the configuration that this invocation uses once more, so that what is wrong with it is said here. */
export async function checkConfiguration(context: CommandContext): Promise<Check> {
  return attempt('configuration', 'Mend the file, or write a new one with `mlx init --force`.', async () => {
    const inUse = SETTING_KEYS.map((key) => context.settings[key]).find(({ origin }) => origin === 'file');
    const { path, settings } = loadConfig(context.cwd, context.env, inUse?.source ?? undefined);
    const set = SETTING_KEYS.filter((key) => settings[key].origin !== 'default').length;
    return path === null
      ? ok(`no mlops.config.json here or above; ${set} settings by variables`)
      : ok(`${path} is valid; ${set} settings are set`);
  });
}
