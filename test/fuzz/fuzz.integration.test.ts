import { describe, expect, it, jest } from '@jest/globals';
import { fuzzHub } from './fuzz.ts';
import { schemathesis } from './schemathesis.ts';

jest.setTimeout(600_000);

/** The bounded version of `make test-fuzz`; without Python or PyPI it is skipped, with the reason in its name. */
const missing = await schemathesis().then(
  () => undefined,
  (error: unknown) => (error as Error).message,
);

describe("requests made up from the hub's own OpenAPI document", () => {
  (missing === undefined ? it : it.skip)(
    `are all answered as it says: no 5xx, no stack, no secret${missing === undefined ? '' : ` (skipped: ${missing})`}`,
    async () => {
      const { conforms, report, leaks, requests } = await fuzzHub({ maxExamples: 5, seed: 1, timeoutMs: 500_000 });
      expect(leaks).toEqual([]);
      if (!conforms) throw new Error(report);
      expect(requests).toBeGreaterThan(200);
    },
  );
});
