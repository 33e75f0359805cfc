import { assertEquals } from "@std/assert";
import { findCycle, type ImportGraph, readImportGraph } from "./import_graph.ts";
import { explainForbiddenImport } from "./lint/rooms.ts";

const CASES: [string, Record<string, string[]>, string[] | undefined][] = [
  ["nothing in a tree", { a: ["b", "c"], b: [], c: [] }, undefined],
  ["nothing in a diamond", { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, undefined],
  ["a module that imports itself", { a: ["a"] }, ["a", "a"]],
  ["a cycle away from the entry", { a: ["b"], b: ["c"], c: ["d"], d: ["b"] }, ["b", "c", "d", "b"]],
  ["a cycle that no entry reaches", { a: [], b: ["c"], c: ["b"] }, ["b", "c", "b"]],
];

for (const [name, edges, expected] of CASES) {
  Deno.test(`findCycle() finds ${name}`, () => {
    assertEquals(findCycle(toGraph(edges)), expected);
  });
}

Deno.test("the package has no import cycles, and imports follow the arrows", async (t) => {
  const graph = await readImportGraph();
  await t.step("no cycle: move what both need into a module of its own", () => {
    assertEquals(findCycle(graph)?.join(" -> "), undefined);
  });
  await t.step("arrows", () => {
    const violations = [...graph].flatMap(([from, targets]) =>
      [...targets].flatMap((to) => {
        const why = explainForbiddenImport(from, to);
        return why === undefined ? [] : [`${from}: ${why}`];
      })
    );
    assertEquals(violations, []);
  });
});

function toGraph(edges: Record<string, string[]>): ImportGraph {
  return new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));
}
