const VOID = new Set(['meta', 'input', 'br', 'link']);
const ATTRIBUTES = /^(?:\s+[a-z][a-z0-9-]*(?:="[^"<]*")?)*\s*$/i;

/** A page as a list of its elements, after checking that every tag is closed in order and every attribute quoted. */
export interface Markup {
  readonly elements: readonly { readonly name: string; readonly attributes: ReadonlyMap<string, string> }[];
  /** The text between the tags, entities resolved. */
  readonly text: string;
}

/** @throws Error saying where the page is malformed */
export function parseMarkup(page: string): Markup {
  const body = page
    .replace(/^<!doctype html>\n/, '')
    .replaceAll(/<(style|script)>[\s\S]*?<\/\1>/g, '<$1></$1>');
  const elements: { name: string; attributes: Map<string, string> }[] = [];
  const open: string[] = [];
  let text = '';
  let end = 0;
  for (const match of body.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*?)(\/?)>/gi)) {
    const [whole, slash, name = '', attributes = '', selfClosing] = match;
    text += textBetween(body.slice(end, match.index));
    end = match.index + whole.length;
    if (slash === '/') {
      const last = open.pop();
      if (last !== name)
        throw new Error(`</${name}> closes <${last}> at ${body.slice(match.index - 80, end)}`);
      continue;
    }
    if (!ATTRIBUTES.test(attributes)) throw new Error(`odd attributes: ${whole}`);
    const pairs = [...attributes.matchAll(/([a-z][a-z0-9-]*)(?:="([^"]*)")?/gi)];
    elements.push({
      name,
      attributes: new Map(pairs.map(([, key = '', value = '']) => [key, resolved(value)])),
    });
    if (selfClosing !== '/' && !VOID.has(name)) open.push(name);
  }
  text += textBetween(body.slice(end));
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`);
  return { elements, text };
}

function textBetween(text: string): string {
  if (/[<>]/.test(text)) throw new Error(`a bare < or > in the text: ${text.slice(0, 200)}`);
  return resolved(text);
}

function resolved(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&nbsp;', '\u00a0')
    .replaceAll('&amp;', '&');
}
