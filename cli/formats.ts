/** Of `get -o`, as kubectl has them. */
export const FORMATS = ['wide', 'json', 'yaml', 'name'] as const;
export type Format = (typeof FORMATS)[number];
