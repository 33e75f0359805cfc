import { assertEquals } from "@std/assert";
import { countTests } from "./counts.ts";

const CASES: [string, string, { passed: number; failed: number }][] = [
  ["no report", "", { passed: 0, failed: 0 }],
  [
    "failed, ignored and pending tests",
    `<testsuites name="deno test" tests="9" failures="1" errors="1" time="1">
      <testsuite name="./a_test.ts" tests="5" disabled="1" errors="0" failures="1"></testsuite>
      <testsuite name="./b_test.ts" tests="4" disabled="0" errors="1" failures="0"></testsuite>
    </testsuites>`,
    { passed: 6, failed: 2 },
  ],
];

for (const [name, xml, expected] of CASES) {
  Deno.test(`countTests() reads ${name}`, () => assertEquals(countTests(xml), expected));
}
