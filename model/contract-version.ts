/**
 * Which contract between the engine and a driver this release speaks. Raised when a driver that was written for the
 * older one would no longer do what it did: a driver of an image of its own names it, and is refused before it runs.
 */
export const CONTRACT_VERSION = 2;
