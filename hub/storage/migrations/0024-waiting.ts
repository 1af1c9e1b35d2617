/** A run that waits for its store says when it goes on. */
export const waiting = `
ALTER TABLE runs ADD COLUMN goes_on_at timestamptz;
`;
