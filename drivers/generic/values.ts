/** What somebody typed; undefined where nothing is. */
export const given = (text: string | null | undefined): string | undefined => text?.trim() || undefined;
