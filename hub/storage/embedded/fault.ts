/** Why the embedded database cannot run, in one sentence with its remedy. Nothing was written or changed. */
export class EmbeddedFault extends Error {}
