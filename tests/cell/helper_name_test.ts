import { assert, assertEquals } from "@std/assert";
import { compileCell } from "../../src/cell/compile_cell.ts";

/** Cells, and the names of the helper that they must not get. */
const SPELLINGS: readonly (readonly [source: string, taken: readonly string[]])[] = [
  ["$cell", ["$cell"]],
  ["$c\\u0065ll", ["$cell"]],
  ["$c\\u{65}ll_f", ["$cell"]],
  ["(($c\\u0065ll_f) => { for (;;); })([0])", ["$cell"]],
  ["const $\\u0063ell = 1, $cel\\u006c1 = 2, $cell2_f = 3", ["$cell", "$cell1", "$cell2"]],
  ["import { a as $c\\u0065ll } from 'x'", ["$cell"]],
  ["({ $c\\u0065ll_f } = {})", ["$cell"]],
  ["class $c\\u0065ll1 {}", ["$cell1"]],
  ["function f($c\\u0065ll) { return $c\\u0065ll }", ["$cell"]],
  ["const text = '\\u0065'", []],
];

Deno.test("compileCell() gives its helper a name that the code cannot write in any spelling", () => {
  for (const [source, taken] of SPELLINGS) {
    const { helper } = compileCell(source);
    assert(helper.startsWith("$cell"), helper);
    for (const name of taken) assert(helper !== name, `${source}: ${helper}`);
  }
  assertEquals(compileCell("const text = '\\u0065'").helper, "$cell");
});
