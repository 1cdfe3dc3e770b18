import { createHash } from 'node:crypto';
import { type Html, html } from '../html.js';
import { PAGE_SCRIPT } from './script.js';
import { PAGE_STYLE } from './style.js';

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** What this page's look has beyond that of all reports. */
  readonly style?: string;
}

/**
 * A whole page that needs nothing but itself: no network, and without JavaScript it only cannot be searched and sorted.
 * Its policy lets no other script run and nothing be loaded, whatever text a table holds.
 */
export function page({ title, body, style = '' }: Page): string {
  const scriptHash = createHash('sha256').update(PAGE_SCRIPT).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${scriptHash}'; base-uri 'none'; form-action 'none'`;
  const head = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
`;
  return `${head}<style>${PAGE_STYLE}${style}</style>
</head>
<body>
${body}
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
