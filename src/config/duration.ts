const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90s`, `15m`, `24h`, `7d`, `2w` → seconds; null for any other text. */
export function durationSeconds(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text.trim());
  return match === null ? null : Number(match[1]) * (UNIT_SECONDS[match[2] as string] as number);
}
