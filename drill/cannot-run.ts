/** The drill proves nothing, neither way: something that it needs is missing. The message says what to do. */
export class CannotRun extends Error {}
