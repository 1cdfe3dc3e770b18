/** `feature,importance` lines, most important first; the importances sum to 1. */
export function importanceCsv(
  ranked: readonly { readonly feature: string; readonly importance: number }[],
): string {
  const lines = ranked.map(({ feature, importance }) => `${quote(feature)},${importance}`);
  return `${['feature,importance', ...lines].join('\n')}\n`;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
