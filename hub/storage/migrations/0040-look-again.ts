/** Also orders that were put aside for good are read again, once, when the Store's rules change in their favour. */
export const lookAgain = `
DROP INDEX orders_held;
CREATE INDEX orders_look_again ON orders (connection_id, external_id) WHERE intake <> 'Accepted' AND look_again_at IS NOT NULL;
`;
