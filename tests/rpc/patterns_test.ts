import { assertEquals } from "@std/assert";
import { hasMatch, matchOf, replaceMatches } from "../../src/rpc/patterns.ts";

const CASES: readonly (readonly [text: string, pattern: RegExp])[] = [
  ["", /a/g],
  ["abc", /x/g],
  ["aXbXc", /X/g],
  ["XX", /X/g],
  ["a1b22c333", /(\d)(\d*)/g],
  ["cell-1.ts:2:3 and cell-4.ts:5:6", /cell-(\d+)\.ts/g],
];

Deno.test("replaceMatches() replaces as String.replace() does, also when it is called again", () => {
  for (const [text, pattern] of CASES) {
    const expected = text.replace(pattern, (match) => `<${match}>`);
    const replace = (match: RegExpExecArray) => `<${match[0]}>`;
    for (let i = 0; i < 2; i++) {
      assertEquals(replaceMatches(text, { pattern, replace }), expected, text);
    }
    // A match that was looked for before leaves its place behind.
    pattern.lastIndex = 1;
    assertEquals(
      replaceMatches(text, { pattern, replace: () => "-" }),
      text.replace(new RegExp(pattern), "-"),
      text,
    );
  }
});

Deno.test("matchOf() and hasMatch() go by exec alone", () => {
  class Deaf extends RegExp {
    override exec(): null {
      return null;
    }
  }
  const pattern = new Deaf("b(c)");
  assertEquals([matchOf(pattern, "abc")?.[1], hasMatch(pattern, "abc"), pattern.test("abc")], [
    "c",
    true,
    false,
  ]);
  assertEquals([matchOf(/x/, "abc"), hasMatch(/x/, "abc")], [null, false]);
});
