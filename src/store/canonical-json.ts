/**
 * JSON with object keys in code-unit order and no white space: equal values give equal text, so the
 * text can be hashed. Values are first brought through JSON, so what is hashed is what is read back.
 */
export function canonicalJson(value: unknown): string {
  return write(JSON.parse(JSON.stringify(value ?? null)));
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const record = value as Record<string, unknown>;
  const members = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${write(record[key])}`);
  return `{${members.join(',')}}`;
}
