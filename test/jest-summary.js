import { mkdirSync, writeFileSync } from 'node:fs';

/** Leaves each run's counts for `make test`, which adds them up over the layers. */
// jest loads reporters by their default export.
 
export default class Summary {
  onRunComplete(_contexts, results) {
    mkdirSync('.test-summary', { recursive: true });
    const name = results.testResults[0]?.testFilePath?.replace(/^.*\.(\w+)\.test\.ts$|^.*$/, '$1') || 'unit';
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // A layer may run in parts.
    writeFileSync(`.test-summary/${name}${process.env.SUMMARY ?? ''}.txt`, `${results.numPassedTests} ${failed} ${results.numPendingTests}\n`);
  }
}
