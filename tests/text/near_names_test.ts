import { assertEquals } from "@std/assert";
import { nearNames } from "../../src/text/near_names.ts";

/** Names as they are mistyped, and those that are suggested. */
const MISTYPED: readonly (readonly [name: string, near: string[]])[] = [
  ["modle", ["model"]],
  ["Model", ["model"]],
  ["mdoel", ["model"]],
  ["modl", ["model"]],
  ["models", ["model"]],
  ["sessoin", ["session"]],
  ["timeoutMs", ["timeout"]],
  ["ab", []],
  ["completely", []],
  ["x".repeat(65), []],
];

Deno.test("nearNames() finds names in spite of letters that lack, are too many, wrong or exchanged", () => {
  for (const [name, near] of MISTYPED) {
    assertEquals(nearNames(name, ["model", "session", "timeout"]), near, name);
  }
});
