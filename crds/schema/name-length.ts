/** Characters that the name of a connection may have: a label of its pods holds it, behind a prefix. */
export const LONGEST_CONNECTION_NAME = 58;
