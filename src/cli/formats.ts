/** How a list can be printed. */
export const FORMATS = ['table', 'json', 'csv', 'md'] as const;
/** `junit` is offered by commands whose result is a set of checks. */
export type Format = (typeof FORMATS)[number] | 'junit';
