/** The numbers of tests, or of steps, that passed, failed and were skipped. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The name of a skipped test in the report, which may end with the reason. */
const SKIPPED = /<testcase name="([^"]*)"[^>]*>\s*<skipped\/>/g;

/**
 * Counts the tests in a report of `deno test --junit-path`. Steps of tests count. Tests that were
 * pending when the run was stopped have failed.
 *
 * @param xml The report, or an empty text where none was written.
 * @returns The counts.
 */
export function countTests(xml: string): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [suite] of xml.matchAll(/<testsuite .*?>/g)) {
    const read = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = read("failures") + read("errors");
    counts.failed += failed;
    counts.skipped += read("disabled");
    counts.passed += read("tests") - read("disabled") - failed;
  }
  return counts;
}

/**
 * Lists why tests were skipped, from the ends of their names: `name (skipped: reason)`.
 *
 * @param xml The report of `deno test --junit-path`.
 * @returns A line for each reason, with the number of tests.
 */
export function skipReasons(xml: string): string[] {
  const reasons = new Map<string, number>();
  for (const [, name = ""] of xml.matchAll(SKIPPED)) {
    const reason = / \(skipped: (.*)\)$/s.exec(withoutEntities(name))?.[1] ??
      "they do not apply to this system";
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return [...reasons].map(([reason, count]) => `${count} skipped: ${reason}`);
}

function withoutEntities(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&apos;", "'").replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
