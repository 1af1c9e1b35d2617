import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { text, unexpected } from './text.ts';

export interface DelimitedOptions {
  /** `,` if absent; `\t` for TSV. */
  readonly separator?: string;
  /** Around values, doubled within (RFC 4180): `"` if absent. False: there are none, a quote is a character. */
  readonly quote?: '"' | "'" | false;
  readonly charset?: string;
}

/**
 * Rows of a table (CSV, TSV) whose first line names the columns. A row that is short lacks the last ones: whether that
 * is a mistake is the driver's to say.
 */
export async function* delimited(
  bytes: AsyncIterable<Uint8Array>,
  { separator = ',', quote = '"', charset }: DelimitedOptions = {},
): AsyncGenerator<Readonly<Record<string, string | undefined>>> {
  const parser = parse({ delimiter: separator, quote, columns: true, bom: true, relax_column_count: true });
  const rows = pipeline(Readable.from(text(bytes, charset)), parser, () => undefined);
  try {
    yield* rows as AsyncIterable<Record<string, string>>;
  } catch (error) {
    throw error instanceof CsvError ? unexpected(`row ${parser.info.records + 1} cannot be read`) : error;
  }
}
