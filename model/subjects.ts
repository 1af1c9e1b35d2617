/** What a problem or a write is about; says how its id is to be read. */
export type SubjectKind = 'order' | 'product' | 'variant' | 'stockLevel' | 'record' | 'webhookEndpoint';

/** What a problem and a person call a stock level. */
export const stockSubject = (sku: string, location: string): string => `${sku}@${location}`;

/** The same in SQL, of columns. */
export const stockSubjectSql = (sku: string, location: string): string => `${sku} || '@' || ${location}`;

/** What a write of a level is about: a variant at a location. SKUs are not unique at every shop, and are renamed. */
export const placeSubject = (variant: string, location: string): string => `${variant}@${location}`;

/** The same in SQL, of columns. */
export const placeSubjectSql = (variant: string, location: string): string => `${variant} || '@' || ${location}`;
