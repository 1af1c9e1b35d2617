import { isApiError } from '../../kit/kube/errors.ts';
import { presentable, presentableLine, presentableMetrics, presentableText } from './presentable.ts';

/** What a part of a report is; how it is looked through follows from it. */
export type Content =
  | { readonly json: unknown }
  | { readonly lines: AsyncIterable<string> | readonly string[] }
  | { readonly metrics: string };

/** Where files of a report go: the only way to it is a Sink. */
export interface Writer {
  add(path: string, text: string): Promise<void>;
  /** Under its name only when it is whole. */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/** A file that is in it. */
export interface Kept {
  readonly path: string;
  readonly about: string;
  readonly bytes: number;
}

/** What could not be had. */
export interface Gap {
  readonly what: string;
  readonly why: string;
}

/** What a report is put together in. Nothing is written that has not been looked through. */
export class Sink {
  readonly kept: Kept[] = [];
  readonly gaps: Gap[] = [];
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async add(path: readonly string[], about: string, content: Content): Promise<void> {
    const text = await rendered(content);
    const name = path.map(fileName).join('/');
    await this.#writer.add(name, text);
    this.kept.push({ path: name, about: presentableText(about), bytes: Buffer.byteLength(text) });
  }

  miss(what: string, why: string): void {
    this.gaps.push({ what: presentableText(what), why: presentableText(why) });
  }

  /** What it gives; where it fails, undefined, and a gap. `right`: the one that is missing if it is refused. */
  async attempt<T>(what: string, right: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.miss(what, isRefusal(error) ? `the right to ${right} is missing` : messageOf(error));
      return undefined;
    }
  }
}

/** Whether a right is missing, in whatever words it was put. */
export function isRefusal(error: unknown): boolean {
  if (isApiError(error, 'Forbidden')) return true;
  return error instanceof Error && error.cause !== undefined && isRefusal(error.cause);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A part of a path, whatever stands in it. */
function fileName(part: string): string {
  const clean = presentableText(part).replaceAll(/[^\w.-]+/g, '_');
  return /^\.*$/.test(clean) ? '_' : clean;
}

async function rendered(content: Content): Promise<string> {
  if ('json' in content) return `${JSON.stringify(presentable(content.json), null, 2)}\n`;
  if ('metrics' in content) return `${presentableMetrics(content.metrics)}\n`;
  let text = '';
  for await (const line of content.lines) text += `${presentableLine(line)}\n`;
  return text;
}
