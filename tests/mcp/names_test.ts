import { assert, assertEquals } from "@std/assert";
import { isIdentifier } from "../../src/inject/identifier.ts";
import { freeName, identifiersOf } from "../../src/mcp/names.ts";

Deno.test("identifiersOf() makes identifiers, and numbers those that would be the same", () => {
  const cases: [names: string[], expected: Record<string, string>][] = [
    [["list_pull_requests"], { listPullRequests: "list_pull_requests" }],
    [["a-b", "a_b", "aB"], { aB: "a-b", aB2: "a_b", aB3: "aB" }],
    [["aB2", "a-b", "a_b"], { aB2: "aB2", aB: "a-b", aB3: "a_b" }],
    [["delete", "class", "await"], { delete_: "delete", class_: "class", await_: "await" }],
    [["then", "constructor", "__proto__"], {
      then_: "then",
      constructor_: "constructor",
      proto: "__proto__",
    }],
    [["3d", "", "...", "a.b/c"], { _3d: "3d", unnamed: "", unnamed2: "...", aBC: "a.b/c" }],
    [["fetch"], { fetch: "fetch" }],
    [["x", "x"], { x: "x" }],
    [["größe", "名前"], { größe: "größe", 名前: "名前" }],
  ];
  for (const [names, expected] of cases) {
    assertEquals(Object.fromEntries(identifiersOf(names)), expected);
  }
});

Deno.test("identifiersOf() does not hide globals of cells", () => {
  const names = identifiersOf(["fetch", "console", "display", "github"], { areGlobal: true });
  assertEquals([...names.keys()], ["fetch_", "console_", "display_", "github"]);
});

Deno.test("identifiersOf() makes identifiers of any text", () => {
  const texts = [
    "\u0301x",
    "a\u200db",
    "\ud800",
    "😀",
    "$",
    "a".repeat(10_000),
    "\0",
    "x\ny",
    "ⅷ",
    "\u{e0100}",
  ];
  const names = identifiersOf(texts);
  assertEquals(names.size, texts.length);
  for (const name of names.keys()) {
    assert(isIdentifier(name), JSON.stringify(name));
    assert(name.length <= 130);
  }
});

Deno.test("freeName() numbers a name that is taken", () => {
  const taken = new Map([["readResource", 1], ["readResource2", 1]]);
  assertEquals([freeName("readResource", taken), freeName("x", taken)], ["readResource3", "x"]);
});
