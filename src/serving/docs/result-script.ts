/** Shows a prediction, what moved it, and how to ask for it elsewhere. */
export const RESULT_SCRIPT = String.raw`
const MOST_CLASSES = 12;
const MOST_MOVERS = 12;

const percent = (share) => (100 * share).toFixed(share > 0.9995 && share < 1 ? 2 : 1) + ' %';

function barOf(share, kind, from) {
  const bar = el('i', { class: kind });
  bar.style.left = 100 * from + '%';
  bar.style.width = Math.max(100 * share, 0.4) + '%';
  return bar;
}

function probabilityTable(probabilities) {
  const sorted = Object.entries(probabilities).sort((a, b) => b[1] - a[1]);
  const rows = sorted.slice(0, MOST_CLASSES).map(([name, share]) =>
    el('tr', {}, el('th', { scope: 'row', class: 'name' }, name),
      el('td', { class: 'wide', 'aria-hidden': 'true' }, el('span', { class: 'track' }, barOf(share, null, 0))),
      el('td', { class: 'num' }, percent(share))));
  const left = sorted.length - rows.length;
  const caption = 'Probabilities' + (left > 0 ? ' (' + left + ' smaller ones left out)' : '');
  return el('table', { class: 'probabilities' }, el('caption', {}, caption), el('tbody', {}, ...rows));
}

function fact(name, value) {
  return el('div', {}, el('dt', {}, name), el('dd', {}, String(value)));
}

function predictionNodes(answer, schema, roundTripMs) {
  const isNumber = answer.probabilities === null;
  return [
    el('p', { class: 'soft small' }, schema.target === null ? 'Prediction' : schema.target),
    el('p', { class: 'said' }, String(answer.prediction)),
    isNumber ? null : probabilityTable(answer.probabilities),
    el('dl', { class: 'facts' },
      isNumber ? null : fact('confidence', percent(answer.confidence)),
      fact('model', answer.model_name + ' version ' + answer.model_version),
      fact('model time', answer.inference_time_ms.toFixed(1) + ' ms'),
      fact('round trip', roundTripMs.toFixed(1) + ' ms'),
      fact('prediction id', answer.prediction_id)),
  ];
}

const signed = (value) => (value < 0 ? '−' : '+') + Math.abs(value).toPrecision(3);
const plain = (value) => (value < 0 ? '−' : '') + Math.abs(value).toPrecision(4);

function moverRow(name, value, amount, scale) {
  const share = scale === 0 ? 0 : Math.abs(amount) / scale / 2;
  const bar = amount < 0 ? barOf(share, 'neg', 0.5 - share) : barOf(share, 'pos', 0.5);
  return el('tr', {},
    el('th', { scope: 'row', class: 'name' }, el('b', {}, name), value === undefined ? null : el('span', {}, ' = ' + (value === '' ? 'missing' : value))),
    el('td', { class: 'wide', 'aria-hidden': 'true' }, el('span', { class: 'track signed' }, bar)),
    el('td', { class: 'num' }, signed(amount)));
}

const unitText = (unit, of) => unit === 'value' ? 'in units of ' + of : 'in ' + unit + ' of ' + of;

function moverTable(of, unit, parts, texts) {
  const sorted = Object.entries(parts.contributions).filter(([, amount]) => amount !== 0).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const count = sorted.length === MOST_MOVERS + 1 ? sorted.length : MOST_MOVERS;
  const shown = sorted.slice(0, count);
  const rest = sorted.slice(count);
  const scale = shown.length === 0 ? 0 : Math.abs(shown[0][1]);
  const rows = shown.map(([name, amount]) => moverRow(name, texts[name], amount, scale));
  if (rest.length > 0) rows.push(moverRow(rest.length + ' other columns', undefined, rest.reduce((sum, [, amount]) => sum + amount, 0), scale));
  const caption = el('caption', {}, 'From the base value ' + plain(parts.expected) + ' to the raw score ' + plain(parts.raw_score) + ', ' + unitText(unit, of) + '. Bars to the right raise it.');
  return el('table', { class: 'moved' }, caption,
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'column'), el('th', { 'aria-hidden': 'true' }), el('th', { scope: 'col', class: 'num' }, 'moves by'))),
    el('tbody', {}, ...rows));
}

/** texts: what the fields show, by column */
function explanationNodes(answer, texts) {
  const { unit, of, scores } = answer.explanation;
  const names = Object.keys(scores);
  const holder = el('div', {});
  const show = (name) => holder.replaceChildren(moverTable(name, unit, scores[name], texts));
  show(of);
  const choice = names.length < 2 ? null : el('label', {}, 'Score of ', el('select', { onchange: (event) => show(event.target.value) },
    ...names.map((name) => el('option', { value: name, selected: name === of }, name))));
  return [el('h3', {}, 'What moved it'), choice, holder];
}

function errorNodes(answer) {
  const error = answer.value && answer.value.error;
  const message = error ? error.message : 'The server answered ' + answer.status + '.';
  return el('div', { class: 'error' }, el('p', {}, message), error && error.hint ? el('p', {}, error.hint) : null);
}

const shellQuoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

function pythonText(value, indent) {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = indent + '    ';
  const lines = Object.entries(value).map(([name, item]) => inner + JSON.stringify(name) + ': ' + pythonText(item, inner));
  return lines.length === 0 ? '{}' : '{\n' + lines.join(',\n') + ',\n' + indent + '}';
}

function snippetsOf(url, body, hasToken) {
  const token = hasToken ? " \\\n  -H \"authorization: Bearer $TOKEN\"" : '';
  const curl = 'curl ' + shellQuoted(url) + " \\\n  -H 'content-type: application/json'" + token + ' \\\n  -d ' + shellQuoted(JSON.stringify(body));
  const python = (hasToken ? 'import os\n' : '') + 'import requests\n\nanswer = requests.post(\n    ' + JSON.stringify(url) + ',\n    json=' + pythonText(body, '    ') + ',\n' +
    (hasToken ? '    headers={"authorization": f"Bearer {os.environ[\'TOKEN\']}"},\n' : '') + '    timeout=10,\n)\nanswer.raise_for_status()\nprint(answer.json())';
  return [['curl', curl], ['Python', python]];
}

function snippetNodes(snippets) {
  return snippets.flatMap(([name, text]) => {
    const code = el('pre', { tabindex: '0' }, el('code', {}, text));
    const button = el('button', { type: 'button', class: 'quiet', onclick: async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = 'Selected';
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    }, 'aria-label': 'Copy the ' + name + ' snippet' }, 'Copy');
    return [el('div', { class: 'snippet' }, el('h3', {}, name), button), code];
  });
}
`;
