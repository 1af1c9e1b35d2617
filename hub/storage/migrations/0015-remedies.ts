/** What to do about the reasons that only a connection's driver has, as its pod says when it opens its session. */
export const remedies = `
ALTER TABLE connections ADD COLUMN remedies jsonb NOT NULL DEFAULT '{}';
`;
