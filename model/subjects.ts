/** What a problem, a write and a person call a stock level. */
export const stockSubject = (sku: string, location: string): string => `${sku}@${location}`;

/** The same in SQL, of columns. */
export const stockSubjectSql = (sku: string, location: string): string => `${sku} || '@' || ${location}`;
