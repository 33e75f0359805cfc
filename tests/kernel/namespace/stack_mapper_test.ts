/** Positions in stacks. */

import { assertEquals } from "@std/assert";
import { StackMapper } from "../../../src/kernel/namespace/stack_mapper.ts";

const STACK = "Error: e\n    at f ($cell:3:2:11)";

const MAPS: [map: number[], place: string][] = [
  [[], "cell-3.ts:1:11"],
  [[0, 0, 0, 0], "cell-3.ts:1:11"],
  [[0, 0, 4, 2], "cell-3.ts:5:13"],
  [[0, 0, 4, 2, 0, 10, 7, 0], "cell-3.ts:8:1"],
  // Groups that are not whole.
  [[0], "cell-3.ts:1:11"],
  [[0, 0, 4], "cell-3.ts:1:11"],
  [[0, 0, 4, 2, 0], "cell-3.ts:5:13"],
  [[0, 0, 4, 2, 0, 10, 7], "cell-3.ts:5:13"],
];

Deno.test("StackMapper.rewrite() leads into the cell, also by a map that is cut off", () => {
  for (const [map, place] of MAPS) {
    const mapper = new StackMapper();
    mapper.add(3, map);
    assertEquals(mapper.rewrite(STACK), `Error: e\n    at f (${place})`, JSON.stringify(map));
  }
});
