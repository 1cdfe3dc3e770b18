/** Puts the page together: access, choice of model and version, asking, routes. */
export const PAGE_SCRIPT = `
let token = '';
let schema = null;
let fields = [];

/** Addresses are relative to the page's, so that it works behind a proxy's prefix. */
async function ask(path, body) {
  const headers = {};
  if (token !== '') headers.authorization = 'Bearer ' + token;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const startedAt = performance.now();
  try {
    const response = await fetch(path, { method: body === undefined ? 'GET' : 'POST', headers: headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    let value = null;
    try { value = JSON.parse(text); } catch { /* an answer of somebody between us and the server */ }
    return { status: response.status, value: value, ms: performance.now() - startedAt };
  } catch {
    return { status: 0, value: { error: { message: 'The server cannot be reached.', hint: 'Is it running?' } }, ms: 0 };
  }
}

function messageOf(answer) {
  const error = answer.value && answer.value.error;
  return error ? [error.message, error.hint].filter(Boolean).join(' ') : 'The server answered ' + answer.status + '.';
}

function say(id, text) {
  byId(id).hidden = text === '';
  byId(id).textContent = text;
}

async function load(model, version) {
  const query = new URLSearchParams();
  if (model) query.set('model', model);
  if (version) query.set('model_version', version);
  const answer = await ask('docs/schema?' + query);
  if (answer.status === 401 || answer.status === 403) {
    byId('access').hidden = false;
    byId('work').hidden = true;
    say('access-error', token === '' ? '' : answer.status === 401 ? 'This server does not know that token.' : messageOf(answer));
    byId('token').focus();
    return;
  }
  byId('access').hidden = true;
  say('failure', answer.status === 200 ? '' : messageOf(answer));
  if (answer.status !== 200) return;
  show(answer.value, version);
}

function show(next, version) {
  const isFirst = schema === null;
  const before = new Map(fields.map((field) => [field.column.name + ' ' + field.column.type, field.control.value]));
  const isSame = schema !== null && schema.model === next.model;
  schema = next;
  byId('work').hidden = false;
  const what = next.task === 'regression' ? 'a number' : next.classes.length > 6 ? 'one of ' + next.classes.length + ' classes' : next.classes.join(' or ');
  byId('about').textContent = next.model + ' (' + next.algorithm + ') predicts ' + (next.target === null ? '' : next.target + ': ') + what + '. An empty field is a missing value.';
  byId('model').replaceChildren(...next.models.map((name) => el('option', { value: name, selected: name === next.model }, name)));
  const served = el('option', { value: '' }, next.served_version === null ? 'none is served' : 'the served one (' + next.served_version + ')');
  byId('version').replaceChildren(served, ...next.versions.map((item) => {
    const labels = item.labels.filter((label) => label !== 'none');
    return el('option', { value: item.version, selected: String(item.version) === String(version) }, item.version + (labels.length > 0 ? ' · ' + labels.join(', ') : ''));
  }));
  fields = next.columns.map(fieldOf);
  byId('fields').replaceChildren(...fields.map((field) => field.node));
  for (const field of fields) {
    const kept = before.get(field.column.name + ' ' + field.column.type);
    if (isSame && kept !== undefined) field.control.value = kept;
    else fill(field, next.example[field.column.name]);
  }
  byId('result').replaceChildren(el('h2', {}, 'Result'), el('p', { class: 'soft' }, 'Press Predict.'));
  showSnippets();
  if (isFirst) showRoutes();
}

function bodyOf() {
  const body = {};
  if (schema.models.length > 1) body.model = schema.model;
  if (byId('version').value !== '') body.model_version = Number(byId('version').value);
  body.features = Object.fromEntries(fields.map((field) => [field.column.name, valueOf(field)]));
  return body;
}

function showSnippets() {
  let body;
  try { body = bodyOf(); } catch { return; }
  byId('code').replaceChildren(...snippetNodes(snippetsOf(new URL('predict', document.baseURI).href, body, token !== '')));
}

function markField(name) {
  for (const field of fields) {
    const isIt = field.column.name === name;
    if (isIt) {
      field.control.setAttribute('aria-invalid', 'true');
      field.control.focus();
    } else field.control.removeAttribute('aria-invalid');
  }
}

async function predict() {
  const result = byId('result');
  markField(null);
  let body;
  try {
    body = bodyOf();
  } catch (error) {
    result.replaceChildren(el('h2', {}, 'Result'), el('div', { class: 'error' }, error.message));
    markField(error.column);
    return;
  }
  const texts = Object.fromEntries(fields.map((field) => [field.column.name, field.control.value]));
  byId('predict').disabled = true;
  const answer = await ask('predict', body);
  byId('predict').disabled = false;
  showSnippets();
  if (answer.status !== 200) {
    result.replaceChildren(el('h2', {}, 'Result'), errorNodes(answer));
    const field = answer.value && answer.value.error && answer.value.error.details && answer.value.error.details.field;
    if (typeof field === 'string') markField((fields.find((one) => field === 'features.' + one.column.name || field === 'features["' + one.column.name + '"]') || { column: {} }).column.name || null);
    return;
  }
  const waiting = el('p', { class: 'soft small' }, 'Looking at what moved it …');
  const shown = [el('h2', {}, 'Result'), ...predictionNodes(answer.value, schema, answer.ms)].filter(Boolean);
  result.replaceChildren(...shown, waiting);
  result.scrollIntoView({ block: 'nearest' });
  const why = await ask('explain', Object.assign({}, body, { model_version: answer.value.model_version }));
  if (!waiting.isConnected) return;
  const nodes = why.status === 200 ? explanationNodes(why.value, texts) : [el('h3', {}, 'What moved it'), why.status === 422 ? el('p', { class: 'note' }, messageOf(why)) : errorNodes(why)];
  waiting.replaceWith(...nodes.filter(Boolean));
}

function routeNode({ path, method, operation }) {
  const content = operation.requestBody && operation.requestBody.content['application/json'];
  const types = operation.requestBody ? Object.keys(operation.requestBody.content).join(', ') : '';
  const who = operation['x-mlx-role'] === 'open' ? 'Open to all.' : 'For the role ' + operation['x-mlx-role'] + '.';
  return el('details', {},
    el('summary', {}, el('span', { class: 'verb' }, method.toUpperCase()), el('code', {}, path), el('span', { class: 'small' }, operation.summary)),
    el('p', { class: 'small soft' }, who + (types === '' ? '' : ' Takes ' + types + '.')),
    content && content.example !== undefined ? el('pre', { tabindex: '0' }, el('code', {}, JSON.stringify(content.example, null, 2))) : null);
}

async function showRoutes() {
  const answer = await ask('openapi.json');
  if (answer.status !== 200) return;
  const routes = Object.entries(answer.value.paths).flatMap(([path, item]) => ['get', 'post'].filter((method) => item[method]).map((method) => ({ path: path, method: method, operation: item[method] })));
  byId('routes').replaceChildren(...answer.value.tags.map((tag) => {
    const own = routes.filter((route) => route.operation.tags.includes(tag.name));
    return el('details', { class: 'group' }, el('summary', {}, el('b', {}, tag.name), el('span', { class: 'small' }, own.length + ' routes')), ...own.map(routeNode));
  }));
  byId('footer').textContent = 'mlx ' + answer.value.info.version;
}

byId('access').addEventListener('submit', (event) => {
  event.preventDefault();
  token = byId('token').value.trim();
  load();
});
byId('model').addEventListener('change', (event) => load(event.target.value));
byId('version').addEventListener('change', (event) => load(byId('model').value, event.target.value));
byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  predict();
});
byId('form').addEventListener('change', showSnippets);
byId('example').addEventListener('click', () => {
  for (const field of fields) fill(field, schema.example[field.column.name]);
  showSnippets();
});
byId('clear').addEventListener('click', () => {
  for (const field of fields) fill(field, null);
  showSnippets();
});
byId('openapi').addEventListener('click', async (event) => {
  if (token === '') return;
  // A link sends no token.
  event.preventDefault();
  const answer = await ask('openapi.json');
  const address = URL.createObjectURL(new Blob([JSON.stringify(answer.value, null, 2)], { type: 'application/json' }));
  Object.assign(document.createElement('a'), { href: address, download: 'openapi.json' }).click();
});
load();
`;
