/** There is no such element in the body. `head`: how it begins, for telling what it is. */
export class NoSuchXml extends Error {
  readonly head: string;

  constructor(root: string, head: string) {
    super(`no <${root}> in the body`);
    this.head = head;
  }
}

/** What may stand before the XML; more is another page. */
const MOST_BEFORE = 256 * 1024;
const HEAD = 2000;
/** A blank, a slash or the end of the tag. */
const BEHIND_NAME = [...Buffer.from(' \t\r\n/>', 'latin1')];

/**
 * A body from `<root` to `</root>`: some shops print notices or pages of HTML before and behind an answer that is
 * whole. What is cut off stays so, for the reader to find. Throws `NoSuchXml`.
 */
export async function* xmlWithin(bytes: AsyncIterable<Uint8Array>, root: string): AsyncGenerator<Uint8Array> {
  const end = `</${root}>`;
  let held: Buffer = Buffer.alloc(0);
  let begun = false;
  for await (const chunk of bytes) {
    held =
      held.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([held, chunk]);
    if (!begun) {
      const at = beginOf(held, root);
      if (at === undefined && held.length > MOST_BEFORE) break;
      if (at === undefined) continue;
      begun = true;
      held = held.subarray(at);
    }
    const until = held.indexOf(end, 0, 'latin1');
    if (until >= 0) {
      yield held.subarray(0, until + end.length);
      return;
    }
    // The end may come in two pieces.
    const sure = Math.max(0, held.length - end.length + 1);
    if (sure > 0) yield held.subarray(0, sure);
    held = held.subarray(sure);
  }
  if (!begun) throw new NoSuchXml(root, held.subarray(0, HEAD).toString('utf8'));
  yield held;
}

/** Where the element begins: a longer name that begins as it does is another. */
function beginOf(held: Buffer, root: string): number | undefined {
  const begin = `<${root}`;
  for (let at = held.indexOf(begin, 0, 'latin1'); at >= 0; at = held.indexOf(begin, at + 1, 'latin1'))
    if (BEHIND_NAME.includes(held[at + begin.length] ?? 0)) return at;
  return undefined;
}
