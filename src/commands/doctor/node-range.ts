type Version = readonly [major: number, minor: number, patch: number];

/**
 * Whether a version of Node is in a range as `engines` in package.json has it: `>=20.11`, or
 * alternatives such as `^20.19 || ^22.13 || >=24`.
 */
export function isInRange(version: string, range: string): boolean {
  const actual = parse(version);
  return range.split('||').some((part) => {
    const [, operator, text = ''] = /^\s*(>=|\^)\s*(\S+)\s*$/.exec(part) ?? [];
    const floor = parse(text);
    if (operator === undefined || !isAtLeast(actual, floor)) return false;
    return operator === '>=' || actual[0] === floor[0];
  });
}

function parse(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map((part) => Number.parseInt(part, 10));
  return [major, minor, patch];
}

function isAtLeast(a: Version, b: Version): boolean {
  const different = a.findIndex((part, index) => part !== b[index]);
  return different === -1 || (a[different] as number) > (b[different] as number);
}
