/**
 * What each batch of new records paid without need. Whose a row is, is one look at a primary key: its plan is kept,
 * also in a transaction that plans all else anew. Orders are found by e-mail address when a person asks to be
 * forgotten, to the letter and nothing else: a hash does, which costs an order half of what a sorted index of long
 * texts did. Frozen: a later change is a later migration.
 */
export const cheaperProof = `
ALTER FUNCTION prove_owner() SET plan_cache_mode = 'auto';
DROP INDEX orders_email;
CREATE INDEX orders_email ON orders USING hash (lower(customer_email)) WHERE customer_email IS NOT NULL;
`;
