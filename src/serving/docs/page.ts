import { Html, html } from '../../html.js';
import { FORM_SCRIPT } from './form-script.js';
import { PAGE_SCRIPT } from './page-script.js';
import { RESULT_SCRIPT } from './result-script.js';
import { DOCS_STYLE } from './style.js';

/** Headers of the page: nothing but its own script and style runs, and it talks to this server alone. */
export function docsHeaders(nonce: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/**
 * A page on which a person can try a prediction. It holds nothing about the models: its script asks for that, with a
 * token where one is needed, so that the page itself can be open.
 * @param nonce what `docsHeaders` was given
 */
export function docsPage(nonce: string): string {
  const style = new Html(DOCS_STYLE);
  const script = new Html(`'use strict';\n${FORM_SCRIPT}${RESULT_SCRIPT}${PAGE_SCRIPT}`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>mlx serve</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<header>
<h1>Try a prediction</h1>
<p class="soft" id="about">One row in, and what the model says of it.</p>
</header>
<main>
<noscript><p class="error">This page needs JavaScript. What it shows is in openapi.json, too.</p></noscript>
<form id="access" class="card" hidden>
<h2>This server asks for a token</h2>
<p class="error" id="access-error" role="alert" hidden></p>
<label>Bearer token <input id="token" type="password" autocomplete="off" spellcheck="false" required></label>
<p class="hint">It stays in this page and is forgotten when the page is closed.</p>
<div class="buttons"><button class="main">Go on</button></div>
</form>
<p class="error" id="failure" role="alert" hidden></p>
<div id="work" hidden>
<div class="bar-line">
<label>Model <select id="model"></select></label>
<label>Version <select id="version"></select></label>
</div>
<div class="split">
<form id="form" class="card" novalidate>
<h2>Row</h2>
<div class="fields" id="fields"></div>
<div class="buttons"><button class="main" id="predict">Predict</button><button type="button" id="example">Fill in an example</button><button type="button" id="clear">Clear</button></div>
</form>
<div class="card result" id="result" role="status" aria-live="polite" tabindex="-1"><h2>Result</h2><p class="soft">Press Predict.</p></div>
</div>
<section class="card" id="snippets"><h2>The same request elsewhere</h2><div id="code"></div></section>
<section class="card"><h2>Routes</h2><p class="soft small">For machines: <a href="openapi.json" id="openapi">openapi.json</a> (OpenAPI 3.1)</p><div id="routes"></div></section>
</div>
</main>
<footer id="footer"></footer>
<script nonce="${nonce}">${script}</script>
</body>
</html>
`.toString();
}
