/**
 * Many short values as one parameter: an array would be quoted value by value. They come out of COPY text unescaped
 * (model/copy-reader.ts), so none of them has a newline.
 */
export const asList = (values: readonly string[]): string => values.join('\n');

/** The parameter's values as rows of one column. An empty list, or one empty value, is no row. */
export const listed = (parameter: number): string => `string_to_table($${parameter}::text, E'\\n')`;
