import type { ColumnSchema } from '../data/schema.js';
import type { Core } from './core.js';
import type { Deployment } from './deployment.js';
import { type RouteNote, routeNotes } from './route-notes.js';

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
  code, pre { font: 14px/1.5 ui-monospace, monospace; }
  pre { padding: .75rem; overflow: auto; border: 1px solid #8886; border-radius: 4px; }
  table { border-collapse: collapse; } td, th { text-align: left; padding: .25rem 1.5rem .25rem 0; border-bottom: 1px solid #8884; }
`;

/** A page that explains the server by itself: no script, nothing from the network. */
export function docsPage(core: Core): string {
  const { deployments } = core.catalog;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>mlx serve</title><style>${STYLE}</style></head>
<body>
<h1>mlx serve</h1>
<p>Errors of these routes are <code>{"error":{"code","message","hint","details"}}</code>, under <code>/v1</code> and
<code>/v2</code> <code>{"error":"…"}</code>. The same as a machine reads it: <a href="/openapi.json">/openapi.json</a>.</p>
<h2>Models</h2>
${deployments.map(modelSection).join('\n')}
<h2>Routes</h2>
${routeNotes(core).map(routeSection).join('\n')}
</body>
</html>
`;
}

function modelSection({ text, current, problem }: Deployment): string {
  if (current === undefined)
    return `<h3>${escapeHtml(text)}</h3><p>Not ready: ${escapeHtml(problem?.message ?? 'loading')}</p>`;
  const { task, algorithm, classes } = current.model.manifest;
  const what = task === 'regression' ? 'a number' : `one of ${classes.map(escapeHtml).join(', ')}`;
  const rows = current.decoder.columns.map(columnRow).join('\n');
  return `<h3>${escapeHtml(text)}</h3>
<p>Version ${current.record.version} (${escapeHtml(algorithm)}) predicts ${what}. Columns, in order; <code>null</code> is a missing value:</p>
<table><tr><th>column</th><th>type</th><th>seen in training</th></tr>
${rows}
</table>`;
}

const SHOWN_LEVELS = 12;

function levelsText(levels: readonly string[]): string {
  const more = levels.length - SHOWN_LEVELS;
  const shown = levels.slice(0, SHOWN_LEVELS).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function columnRow({ name, type, levels, min, max }: ColumnSchema): string {
  const range = min === undefined || max === undefined ? '' : `${min} to ${max}`;
  const seen = levels === undefined ? range : levelsText(levels);
  return `<tr><td><code>${escapeHtml(name)}</code></td><td>${type}</td><td>${escapeHtml(seen)}</td></tr>`;
}

function routeSection({ method, path, summary, body }: RouteNote): string {
  const example = body === undefined ? '' : `<pre>${escapeHtml(JSON.stringify(body, null, 2))}</pre>`;
  return `<h3><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h3><p>${escapeHtml(summary)}.</p>${example}`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
