import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import { parseTokens, ROLES, type TokenGrant } from '#mlx/serving/access/token-list.js';
import { TokenCheck } from '#mlx/serving/access/tokens.js';

const token = fc.stringMatching(/^[A-Za-z0-9._~+/=:-]{1,24}$/);
const role = fc.constantFrom(...ROLES);
const grant = fc.record({
  token,
  roles: fc.uniqueArray(role, { minLength: 1 }).map((roles) => new Set(roles)),
});
const grants = fc.uniqueArray(grant, { minLength: 1, maxLength: 5, selector: (each) => each.token });

/** What somebody sends who knows a token, or something like one, or none. */
const headerFor = (known: readonly TokenGrant[]) => {
  const right = fc.constantFrom(...known.map((each) => each.token));
  const alike = fc.oneof(
    right.map((text) => text.slice(1)),
    right.map((text) => `${text}x`),
    right.map((text) => text.toUpperCase()),
    right.map((text) => `${text},${text}`),
    fc.tuple(role, right).map(([before, text]) => `${before}:${text}`),
    fc.tuple(right, role).map(([text, behind]) => `${text} ${behind}`),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  const scheme = fc.constantFrom(
    'Bearer ',
    'bearer ',
    'BEARER   ',
    'Basic ',
    'Bearer',
    '',
    ' Bearer ',
    'Bearer\t',
  );
  return fc.tuple(scheme, fc.oneof(right, alike)).map(([before, given]) => ({ before, given }));
};

it('only a known token, sent as one, opens what its roles open', () => {
  const cases = grants.chain((known) => fc.tuple(fc.constant(known), headerFor(known), role));
  fc.assert(
    fc.property(cases, ([known, { before, given }, asked]) => {
      const check = new TokenCheck(known);
      const caller = check.identify(before + given, '192.0.2.1');
      // Told by another rule than the check's own: a scheme in any case, spaces, and one of the tokens to the letter.
      const words = (before + given).split(' ').filter((word) => word !== '');
      const isBearer = before.startsWith('b') || before.startsWith('B');
      const [first, second, ...more] = isBearer ? words : [];
      const found =
        first?.toLowerCase() === 'bearer' && more.length === 0
          ? known.find((each) => each.token === second)
          : undefined;
      expect(caller.isKnown).toBe(found !== undefined);
      expect(caller.may(asked)).toBe(found?.roles.has(asked) === true || found?.roles.has('admin') === true);
      expect(caller.may('open')).toBe(true);
      expect(caller.id).not.toContain(given.length > 8 ? given : '\0');
      if (!caller.may(asked)) expect(() => check.check(caller, asked, before + given)).toThrow(MlxError);
    }),
    { numRuns: 3000 },
  );
});

it('whatever a list of tokens holds, it gives grants or says which entry is wrong, and never a token', () => {
  const entry = fc.oneof(
    token,
    fc.tuple(role, token).map(([before, text]) => `${before}:${text}`),
    fc.tuple(token, fc.oneof(role, token)).map(([text, behind]) => `${text} ${behind}`),
    fc.constantFrom('', '   ', '# predict:x', ':', 'admin:', 'predict:feedback:x', '\uFEFFabc', '\u0000'),
  );
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
      let read: readonly TokenGrant[];
      try {
        read = parseTokens(entries.join('\n'), 'the list');
      } catch (error) {
        expect((error as MlxError).code).toBe('CONFIG_INVALID');
        const told = `${(error as MlxError).message} ${(error as MlxError).hint}`;
        for (const secret of entries
          .flatMap((each) => each.split(/[\s:]+/))
          .filter((word) => word.length > 12))
          expect(told).not.toContain(secret);
        return;
      }
      expect(read.length).toBeGreaterThan(0);
      for (const { token: text, roles } of read) {
        expect(text).toMatch(/^\S+$/);
        expect(roles.size).toBeGreaterThan(0);
        const check = new TokenCheck(read);
        expect(check.identify(`Bearer ${text}`, undefined).isKnown).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});
