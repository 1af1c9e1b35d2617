import type { WireAnswer, WireCall } from '../desk/wire.ts';
import { errorAnswer } from './prestashop-output.ts';

/** A record at which PHP gives up as soon as it is shown in full: a module, or a row that points nowhere. */
export interface Break {
  readonly resource: string;
  /** By the field of an answer that has this value; `id` if absent. */
  readonly field?: string;
  readonly value: string;
  /** `error`: 500 with an error; `html`: 200, and in the middle of the page what PHP prints when it ends. */
  readonly how: 'error' | 'html';
  /** Not even its number and time of change can be shown. */
  readonly wholly?: true;
}

/** What can be shown all the same. */
const BARE = ['id', 'date_add', 'date_upd', 'reference'];
const FATAL =
  '<br />\n<b>Fatal error</b>:  Uncaught TypeError: Argument 1 must be of the type array, null given in ' +
  '<b>/var/www/modules/loyalty/loyalty.php</b> on line <b>212</b><br />';

/** The answer, or what becomes of it where it shows a record that breaks. */
export function broken(
  { part, query, request }: WireCall,
  node: string,
  breaks: readonly Break[],
  answer: WireAnswer,
): WireAnswer {
  if (request.method !== 'GET' || answer.status !== 200) return answer;
  const named = /^\[(.*)\]$/.exec(query.get('display') ?? '')?.[1]?.split(',');
  const isBare = query.get('display') === null ? !/\/\d/.test(part) : named?.every((name) => BARE.includes(name));
  const text = answer.text ?? '';
  for (const { resource, field, value, how, wholly } of breaks) {
    if (part.split('/')[0] !== resource || (isBare && !wholly)) continue;
    // What belongs to a record has ids, too.
    const before = field === undefined ? `<${node}><id>` : `<${field}>`;
    const at = text.indexOf(`${before}<![CDATA[${value}]]></`);
    if (at < 0) continue;
    return how === 'error'
      ? errorAnswer(500, 2, '[PHP Fatal error] Uncaught TypeError in /var/www/modules/loyalty/loyalty.php')
      : { ...answer, text: `${text.slice(0, at)}${FATAL}` };
  }
  return answer;
}
