/** Tests a wall: what lies around the kernel is checked behind each attack. */

import { assertEquals } from "@std/assert";
import { attackWall, type Grade, gradeOf, RECORDED, type Wall } from "./_walls.ts";

/** What is let through, and why that does not matter. */
const HARMLESS_REACHES: ReadonlySet<string> = new Set([
  // A getter may answer differently when the value is written than when it was checked: the host gets data all the same.
  "mem-arg-getter-toctou",
]);

/** How the catalogue calls what came of a cell. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "cell-error": ["cell-error", "host-denied"],
  "harmless": ["harmless", "ok"],
  // Which of the two it is depends on how long the machine takes.
  "interrupted": ["interrupted", "killed"],
  "killed": ["interrupted", "killed"],
};

/** Defines the test of a wall. */
export function testWall(wall: Wall): void {
  Deno.test({
    name: `No attack gets past the wall "${wall}"`,
    // It takes a shell to start another kernel, and the process table to find what was started.
    ignore: Deno.build.os !== "linux",
    async fn() {
      const grades: Record<string, Grade> = {};
      const unexpected: string[] = [];
      for (const [{ id, expect }, outcome] of await attackWall(wall)) {
        grades[id] = gradeOf(outcome);
        if (wall === "permissions" || HARMLESS_REACHES.has(id)) continue;
        const words = WORDS[outcome] ?? [outcome];
        if (!words.some((word) => expect.includes(word))) unexpected.push(`${id}: ${outcome}`);
      }
      assertEquals(unexpected, []);
      const recorded = Object.entries(RECORDED).map(([id, grades]) => [id, grades[wall]]);
      assertEquals(grades, Object.fromEntries(recorded));
    },
  });
}
