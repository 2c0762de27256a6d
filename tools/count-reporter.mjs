/**
 * What a finished run comes to. A file that could not be loaded and an error outside every test
 * count as one failure each; so does a run that found no test at all.
 *
 * @param {Iterable<import('vitest/node').TestModule>} modules the run's test files
 * @param {number} unhandledErrors errors thrown outside every test
 * @returns {{ passed: number, failed: number }}
 */
export function countResults(modules, unhandledErrors) {
  let passed = 0;
  let failed = unhandledErrors;
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      if (state === 'failed') failedHere += 1;
    }
    // A module can fail without a failed test: an import that throws, a hook that throws.
    failed += failedHere === 0 && !module.ok() ? 1 : failedHere;
  }
  return passed + failed === 0 ? { passed, failed: 1 } : { passed, failed };
}

/**
 * What was left out, because this machine lacks something: the messages that tests have annotated
 * with the type `left out`, each once.
 *
 * @param {Iterable<import('vitest/node').TestModule>} modules the run's test files
 * @returns {string[]}
 */
export function leftOut(modules) {
  const messages = new Set();
  for (const module of modules)
    for (const test of module.children.allTests())
      for (const { type, message } of test.annotations())
        if (type === 'left out') messages.add(message);
  return [...messages];
}

/**
 * A vitest reporter that ends the run with what was left out and the plain line
 * `N passed, N failed`, which `.ci/run` and people's own scripts read.
 *
 * @returns {import('vitest/node').Reporter}
 */
export default function countReporter() {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      for (const message of leftOut(modules)) console.log(`left out: ${message}`);
      const { passed, failed } = countResults(modules, unhandledErrors.length);
      console.log(`${passed} passed, ${failed} failed`);
    },
  };
}
