import { createRequire } from 'node:module';
import type Papa from 'papaparse';

let library: typeof Papa | undefined;

/** Papa Parse, loaded when it is first needed; `require`, since `import` takes ten times as long for this package. */
export function papaparse(): typeof Papa {
  library ??= createRequire(import.meta.url)('papaparse') as typeof Papa;
  return library;
}
