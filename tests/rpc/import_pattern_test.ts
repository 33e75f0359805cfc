import { assertEquals } from "@std/assert";
import { admit } from "../../src/rpc/import_pattern.ts";

const LIST = {
  imports: ["https://a.com/", "https://b.com/mod.ts", "jsr:@std/*"],
  packages: ["npm:one@1.0.0", "npm:@two/two@2.0.0-rc.1"],
};

const CASES: [specifier: string, admitted: string | undefined][] = [
  ["https://a.com/x.ts", "https://a.com/x.ts"],
  ["https://a.com", undefined],
  ["https://a.com.evil.com/x.ts", undefined],
  ["http://a.com/x.ts", undefined],
  ["https://b.com/mod.ts", "https://b.com/mod.ts"],
  ["https://b.com/mod.ts?x", undefined],
  ["jsr:@std/path", "jsr:@std/path"],
  ["npm:one@1.0.0", "npm:one@1.0.0"],
  ["npm:one@1.0.0/sub/path.js", "npm:one@1.0.0/sub/path.js"],
  ["npm:one", "npm:one@1.0.0"],
  ["npm:one/sub", "npm:one@1.0.0/sub"],
  ["one", "npm:one@1.0.0"],
  ["one/sub", "npm:one@1.0.0/sub"],
  ["@two/two/sub", "npm:@two/two@2.0.0-rc.1/sub"],
  ["npm:@two/two", "npm:@two/two@2.0.0-rc.1"],
  ["npm:one@1.0.1", undefined],
  ["npm:one@1.0.0-rc.1", undefined],
  ["npm:one@^1", undefined],
  ["npm:onetwo", undefined],
  ["npm:one/../two", undefined],
  ["one/%2e%2e/two", undefined],
  ["one\\..\\two", undefined],
  ["npm:/one", undefined],
  ["node:fs", undefined],
  ["data:text/javascript,1", undefined],
  ["", undefined],
];

for (const [specifier, admitted] of CASES) {
  Deno.test(`admit() ${admitted === undefined ? "refuses" : "lets in"} ${JSON.stringify(specifier)}`, () => {
    assertEquals(admit(specifier, LIST), admitted);
  });
}

Deno.test("admit() keeps schemes closed that no pattern can open", () => {
  const list = { imports: ["*", "node:fs", "data:*"], packages: [] };
  for (const specifier of ["node:fs", "data:text/javascript,1", "blob:null/1", "ext:core/ops"]) {
    assertEquals(admit(specifier, list), undefined, specifier);
  }
  assertEquals(admit("other", list), "other");
});
