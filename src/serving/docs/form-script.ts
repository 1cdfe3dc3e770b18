/** Makes fields of columns, and values of fields. Text goes into the page as text alone. */
export const FORM_SCRIPT = `
const byId = (id) => document.getElementById(id);

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const MOST_CHOICES = 400;
const isNumber = (column) => column.type === 'number' || column.type === 'integer';
const isDay = (column) => column.min !== undefined && column.min % 86400 === 0 && column.max % 86400 === 0;

function shownNumber(value) {
  return Math.abs(value) >= 1e7 || (value !== 0 && Math.abs(value) < 1e-4) ? value.toPrecision(4) : String(Number(value.toPrecision(7)));
}

function timeText(column, seconds) {
  const text = new Date(seconds * 1000).toISOString();
  return isDay(column) ? text.slice(0, 10) : text.slice(0, 19);
}

function hintOf(column) {
  const words = [];
  if (isNumber(column) && column.min !== undefined) words.push(shownNumber(column.min) + ' to ' + shownNumber(column.max) + ' in training');
  else if (column.type === 'time' && column.min !== undefined) words.push(timeText(column, column.min) + ' to ' + timeText(column, column.max) + ' in training');
  else if (column.levels && column.type !== 'boolean') words.push(column.levels.length + ' levels in training');
  if (column.missing > 0) words.push((100 * column.missing).toPrecision(2) + ' % missing');
  return words.join(' · ');
}

function controlOf(column, id) {
  const common = { id: id, 'aria-describedby': id + '-hint' };
  const choices = column.type === 'boolean' ? ['true', 'false'] : column.has_all_levels && column.levels.length <= MOST_CHOICES ? column.levels : null;
  if (choices) {
    return el('select', common, el('option', { value: '' }, 'missing'), ...choices.filter((level) => level !== '').map((level) => el('option', { value: level }, level)));
  }
  if (isNumber(column)) return el('input', Object.assign(common, { type: 'number', step: column.type === 'integer' ? '1' : 'any', placeholder: 'missing', inputmode: column.min >= 0 ? 'decimal' : undefined }));
  if (column.type === 'time') return el('input', Object.assign(common, { type: isDay(column) ? 'date' : 'datetime-local', step: isDay(column) ? undefined : '1' }));
  return el('input', Object.assign(common, { type: 'text', placeholder: 'missing', autocomplete: 'off', list: column.levels ? id + '-levels' : undefined }));
}

function fieldOf(column, index) {
  const id = 'field-' + index;
  const control = controlOf(column, id);
  const hint = el('p', { class: 'hint', id: id + '-hint' }, hintOf(column));
  const levels = control.hasAttribute('list') ? el('datalist', { id: id + '-levels' }, ...column.levels.slice(0, MOST_CHOICES).map((level) => el('option', { value: level }))) : null;
  return { column: column, control: control, node: el('div', {}, el('label', { for: id }, column.name), control, levels, hint) };
}

/** The field's value as JSON has it; an empty field is a missing value. */
function valueOf(field) {
  const { column, control } = field;
  const text = control.value;
  if (control.validity.badInput || (isNumber(column) && !Number.isFinite(Number(text)))) {
    throw Object.assign(new Error(column.name + ': that is no ' + (column.type === 'time' ? 'date' : 'number') + '.'), { column: column.name });
  }
  if (text === '') return null;
  if (isNumber(column)) return Number(text);
  if (column.type === 'boolean') return text === 'true';
  if (column.type !== 'time' || (column.time_format || 'iso') === 'iso') return text;
  return Date.parse(isDay(column) ? text : text + 'Z') / 1000;
}

function fill(field, value) {
  const { column, control } = field;
  if (value === null || value === undefined) control.value = '';
  else if (column.type === 'time') control.value = typeof value === 'number' ? timeText(column, value) : value.slice(0, isDay(column) ? 10 : 19);
  else control.value = String(value);
}
`;
