import { assert, assertEquals } from "@std/assert";
import { ATTACKS } from "./_attack.ts";
import { readDocument, withTable } from "./table.ts";
import { RECORDED } from "./_walls.ts";

Deno.test("SECURITY.md has the table of the recorded outcomes", async () => {
  const document = await readDocument();
  assert(document.includes("| Cells |"));
  assertEquals(withTable(document, RECORDED), document);
});

Deno.test("Each attack has a name of its own, and its outcome is recorded", () => {
  const ids = ATTACKS.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(Object.keys(RECORDED).toSorted(), ids.toSorted());
});
