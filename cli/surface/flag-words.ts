import type { Flag } from './command.ts';

/** The words of an option's usage line. */
export interface FlagWords {
  /** "-n". */
  readonly short?: string;
  /** "--namespace". */
  readonly long?: string;
  /** "name" of "<name>"; undefined where it takes none. */
  readonly value?: string;
}

/** "-n, --namespace <name>" taken apart. */
export function flagWords({ usage }: Pick<Flag, 'usage'>): FlagWords {
  return {
    short: /(?:^|\s)(-\w)\b/.exec(usage)?.[1],
    long: /--[\w-]+/.exec(usage)?.[0],
    value: /<([^>]+)>/.exec(usage)?.[1],
  };
}

/** How it can be written. */
export const spellings = (flag: Pick<Flag, 'usage'>): string[] => {
  const { short, long } = flagWords(flag);
  return [short, long].filter((word) => word !== undefined);
};

const FILES: Readonly<Record<string, 'file' | 'folder'>> = { file: 'file', path: 'file', folder: 'folder' };

/** Whether its value, or an argument, is something in the file system: shells complete that by themselves. */
export function fileKind(usage: string): 'file' | 'folder' | undefined {
  return FILES[/[<[]([\w-]+)(?:\.\.\.)?[>\]]/.exec(usage)?.[1] ?? ''];
}
