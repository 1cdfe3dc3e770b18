import { type ChildProcess, spawn } from 'node:child_process';
import type { Alert } from './alerts.js';

const MAX_VARIABLE_CHARACTERS = 8_192;
const MAX_ERROR_CHARACTERS = 500;
const ERROR_TEXT_GRACE_MS = 500;

export interface CommandLimits {
  readonly timeoutMs: number;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs a command of the user's own configuration through `sh -c`, with the alert as JSON on its
 * standard input and MLX_ALERT_KIND, _MODEL, _MESSAGE and _TIME in its environment. Nothing of the
 * alert is ever put into the command text. After the timeout the command is killed with all that it
 * started.
 *
 * @throws Error when it cannot be started, exits with another code than 0, or takes too long
 */
export function runCommand(command: string, alert: Alert, { timeoutMs, env }: CommandLimits): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], {
      env: { ...env, ...alertVariables(alert) },
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    });
    let errorText = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killGroup(child);
    }, timeoutMs);
    const finish = (failure: string | null) => {
      clearTimeout(timer);
      child.stderr.destroy();
      if (failure === null) resolve();
      else reject(new Error(failure));
    };
    child.stderr.on('data', (chunk: Buffer) => {
      errorText = (errorText + chunk.toString('utf8')).slice(-MAX_ERROR_CHARACTERS);
    });
    // A command that does not read its input is no failure.
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(alert));
    child.on('error', (error) => finish(`The alert command could not be started: ${error.message}.`));
    child.on('exit', (code, signal) => {
      if (isLate) finish(`The alert command was stopped after ${timeoutMs / 1000} s.`);
      else if (code === 0) finish(null);
      else {
        // Let the error text arrive, but do not wait for a child of its own that keeps the pipe open.
        const report = () => finish(failureText(code, signal, errorText));
        child.on('close', report);
        setTimeout(report, ERROR_TEXT_GRACE_MS).unref();
      }
    });
  });
}

function failureText(code: number | null, signal: NodeJS.Signals | null, errorText: string): string {
  const how = code === null ? `was ended by ${signal}` : `exited with code ${code}`;
  const said = errorText.trim();
  return said === '' ? `The alert command ${how}.` : `The alert command ${how}: ${said}`;
}

function alertVariables(alert: Alert): Record<string, string> {
  const variables = {
    MLX_ALERT_KIND: alert.kind,
    MLX_ALERT_MODEL: alert.model ?? '',
    MLX_ALERT_MESSAGE: alert.message,
    MLX_ALERT_TIME: alert.time,
  };
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      value.replaceAll('\0', '').slice(0, MAX_VARIABLE_CHARACTERS),
    ]),
  );
}

/** The command leads its own process group (`detached`), so that its children end with it. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it ended by itself in the meantime
  }
}
