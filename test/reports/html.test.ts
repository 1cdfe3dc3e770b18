import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, nameOf, shownText } from '#mlx/html.js';
import { formatBytes, formatCount, formatFigure, formatShare } from '#mlx/reports/format.js';
import { roundRange, ticksWithin } from '#mlx/reports/plots/scale.js';
import { parseMarkup } from './markup.js';

describe('markup', () => {
  it('holds any text as text, in elements and in attributes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { elements, text: shown } = parseMarkup(String(html`<p title="${text}">${text}</p>`));
        expect(elements.map(({ name }) => name)).toEqual(['p']);
        expect(elements[0]?.attributes.get('title')).toBe(text);
        expect(shown).toBe(text);
      }),
    );
  });

  it('takes markup, lists of it, numbers and null as they are', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(String(html`<ul>${items}${null}${3}</ul>`)).toBe('<ul><li>a</li><li>&lt;b&gt;</li>3</ul>');
  });
});

describe('text from a table', () => {
  it.each([
    ['a\u202Eb', 'a⟨U+202E⟩b'],
    ['line\nbreak\0', 'line⟨U+000A⟩break⟨U+0000⟩'],
    ['\ud800', '⟨U+D800⟩'],
    ['', '""'],
    ['  ', '"  "'],
    ['👨‍👩‍👧 مرحبا', '👨‍👩‍👧 مرحبا'],
  ])('%j is shown as %j', (text, shown) => {
    expect(shownText(text)).toBe(shown);
  });

  it('is cut by characters, not by halves of them, and told in full on hover', () => {
    expect(shownText('😀'.repeat(70), 5)).toBe('😀😀😀😀…');
    expect(shownText('abcde', 5)).toBe('abcde');
    expect(String(nameOf('x'.repeat(12), 10))).toBe(`<bdi title="${'x'.repeat(12)}">${'x'.repeat(9)}…</bdi>`);
    expect(String(nameOf('x'.repeat(10_000), 10)).length).toBeLessThan(400);
  });
});

describe('figures', () => {
  it.each([
    [formatCount(1234567), '1,234,567'],
    [formatFigure(null), '–'],
    [formatFigure(-0.00123456), '−0.001235'],
    [formatFigure(1234567.8), '1,234,568'],
    [formatFigure(1e300), '1.00e300'],
    [formatFigure(5e-7), '5.00e-7'],
    [formatFigure(42), '42'],
    [formatShare(0), '0.0 %'],
    [formatShare(0.00001), '< 0.1 %'],
    [formatShare(0.99999), '> 99.9 %'],
    [formatBytes(999), '999 bytes'],
    [formatBytes(2_460_034), '2.46 MB'],
  ])('read %s', (actual, expected) => {
    expect(actual).toBe(expected);
  });

  it('at an axis lie within it, round, and not too many', () => {
    const bounded = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(bounded, bounded, (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const { values } = ticksWithin(from, to, 5);
        const slack = (to - from) * 1e-6;
        expect(values.length).toBeGreaterThan(0);
        expect(values.length).toBeLessThan(13);
        expect(values.every((value) => value >= from - slack && value <= to + slack)).toBe(true);
      }),
    );
  });

  it('of an axis take 0 in unless it is far away', () => {
    expect(roundRange([3, 10])).toEqual([0, 10]);
    expect(roundRange([-0.4, -0.1])).toEqual([-0.4, 0]);
    expect(roundRange([5, 5])).toEqual([0, 5]);
    expect(roundRange([291, 299])[0]).toBeGreaterThan(280);
  });
});
