import { assertEquals } from "@std/assert";
import { type Counts, countTests, skipReasons } from "./counts.ts";

const CASES: [string, string, Counts][] = [
  ["no report", "", { passed: 0, failed: 0, skipped: 0 }],
  [
    "failed, skipped and pending tests",
    `<testsuites name="deno test" tests="9" failures="1" errors="1" time="1">
      <testsuite name="./a_test.ts" tests="5" disabled="1" errors="0" failures="1"></testsuite>
      <testsuite name="./b_test.ts" tests="4" disabled="0" errors="1" failures="0"></testsuite>
    </testsuites>`,
    { passed: 6, failed: 2, skipped: 1 },
  ],
];

for (const [name, xml, expected] of CASES) {
  Deno.test(`countTests() reads ${name}`, () => assertEquals(countTests(xml), expected));
}

Deno.test("skipReasons() lists each reason once, with the number of tests", () => {
  const skipped = (name: string) =>
    `<testcase name="${name}" classname="./a_test.ts" time="0.000" line="1" col="1">
      <skipped/>
    </testcase>`;
  const xml = [
    skipped("a() works (skipped: a is missing: run `install &quot;a&quot;`)"),
    `<testcase name="b() works (skipped: never)" classname="./a_test.ts"></testcase>`,
    skipped("c() works (skipped: a is missing: run `install &quot;a&quot;`)"),
    skipped("d() works"),
  ].join("\n");
  assertEquals(skipReasons(xml), [
    '2 skipped: a is missing: run `install "a"`',
    "1 skipped: they do not apply to this system",
  ]);
  assertEquals(skipReasons(""), []);
});
