/** How many things passed and failed. */
export interface Counts {
  passed: number;
  failed: number;
}

/**
 * Counts the tests in a report of `deno test --junit-path`. Steps of tests count, ignored tests do
 * not. Tests that were pending when the run was stopped have failed.
 *
 * @param xml The report, or an empty text where none was written.
 * @returns The counts.
 */
export function countTests(xml: string): Counts {
  const counts = { passed: 0, failed: 0 };
  for (const [suite] of xml.matchAll(/<testsuite .*?>/g)) {
    const read = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = read("failures") + read("errors");
    counts.failed += failed;
    counts.passed += read("tests") - read("disabled") - failed;
  }
  return counts;
}
