import { terminal } from '../../contract/index.ts';
import { text, unexpected } from './text.ts';

/** No line of a catalogue is so long: it is a file of another kind. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** The lines of a file, without their ends. */
export async function* lines(bytes: AsyncIterable<Uint8Array>, charset?: string): AsyncGenerator<string> {
  let open = '';
  for await (const piece of text(bytes, charset)) {
    const parts = piece.split('\n');
    for (const part of parts.slice(0, -1)) {
      yield withoutReturn(open + part);
      open = '';
    }
    open += parts.at(-1)!;
    if (open.length > LONGEST_LINE)
      throw terminal('AnswerTooLarge', `a line has more than ${LONGEST_LINE} characters: the file is of another kind`);
  }
  if (open !== '') yield withoutReturn(open);
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** A value a line (JSON Lines, NDJSON). Empty lines are passed over. */
export async function* jsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let number = 0;
  for await (const line of lines(bytes)) {
    number++;
    if (line.trim() !== '') yield parsed(line, number);
  }
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw unexpected(`line ${number} is not JSON`);
  }
}
