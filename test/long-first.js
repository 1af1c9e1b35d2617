import TestSequencer from '@jest/test-sequencer';

const Sequencer = TestSequencer.default ?? TestSequencer;

// Files that take minutes though they are short. jest goes by size as long as it has not seen them run, and a clean clone
// never has: last in line, one of them keeps one core waiting.
const LONG = [
  /conformance\/builtin/,
  /simulation\/marketplace/,
  /simulation\/simulation/,
  /simulation\/drivers/,
  /simulation\/storms/,
  /shopify-files\.integration/,
  /sync-and-hub\.integration/,
];

const rank = (test) => {
  const index = LONG.findIndex((pattern) => pattern.test(test.path));
  return index < 0 ? LONG.length : index;
};

// jest loads sequencers by their default export.
export default class LongFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}
