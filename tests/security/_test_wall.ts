/** Tests of a wall. The surroundings of the kernel are checked after each attack. */

import { checkCell } from "../../src/cell/check_cell.ts";
import { assert, assertEquals } from "@std/assert";
import { type Attack, type AttackClass, ATTACKS } from "./_attack.ts";
import { isInPartOfToday, PART } from "./_part.ts";
import { ENDINGS, NEXT } from "./_run_attacks.ts";
import { attackWall, gradeOf, RECORDED, type Wall } from "./_walls.ts";

/** Attacks that reach something, and the reasons for which that is harmless. */
const HARMLESS_REACHES: ReadonlySet<string> = new Set([
  // A getter may answer differently when the value is written than when it was checked; the host gets data all the
  // same.
  "mem-arg-getter-toctou",
]);

/** The outcomes that each word of the catalogue allows. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "cell-error": ["cell-error", "host-denied"],
  "harmless": ["harmless", "ok"],
  // Which of the two happens depends on the speed of the machine.
  "interrupted": ["interrupted", "killed"],
  "killed": ["interrupted", "killed"],
};

/**
 * Classes of attacks on limits, guards and pipes, which only the engine protects: without it, each of these cells ends
 * the kernel. `deno task attacks` tries them all the same.
 */
const ENGINE_ONLY: ReadonlySet<AttackClass> = new Set(["channel", "lifecycle", "resource"]);

/** The names of injected values. */
const INJECTED: ReadonlySet<string> = new Set(["acct", "add", "echo", "slow"]);

/** Returns whether an attack is in today's part. Honest cells always are. */
function isInPart({ class: group }: Attack, index: number): boolean {
  return group === "benign" || isInPartOfToday(index);
}

/** Returns whether to try an attack on a wall. A cell that the rules accept meets the engine, as it does without rules. */
function isTried({ id, class: group, code }: Attack, wall: Wall): boolean {
  if (wall === "permissions") return !ENGINE_ONLY.has(group);
  if (wall === "engine" || RECORDED[id]?.all === "refused") return true;
  const place = { imports: [], isDefined: (name: string) => INJECTED.has(name) };
  const rules = checkCell(code, { place }).violations.map(({ rule }) => rule);
  assertEquals(rules.filter((rule) => rule !== "syntax"), [], id);
  return false;
}

/** Defines the test of a wall. */
export function testWall(wall: Wall): void {
  Deno.test({
    name: wall === "all"
      ? `No attack gets past the wall "${wall}"`
      : `No attack of part ${PART} gets past the wall "${wall}"`,
    // Starting another kernel needs a shell, and finding started processes the process table.
    ignore: Deno.build.os !== "linux",
    async fn() {
      const part = wall === "all" ? ATTACKS : ATTACKS.filter(isInPart);
      const attacks = part.filter((attack) => isTried(attack, wall));
      for (const [attack, outcome] of await attackWall(wall, attacks)) {
        const { id, class: group, expect } = attack;
        const grade = gradeOf(outcome);
        const recorded = RECORDED[id]?.[wall];
        if (grade === "refused" || recorded === "refused") assertEquals(grade, recorded, id);
        // An attack that reaches nothing in a kernel that earlier cells have damaged may be recorded as reaching
        // something.
        if (grade === "reached") assertEquals(recorded, grade, id);
        if (wall === "permissions" || HARMLESS_REACHES.has(id)) continue;
        assert(grade !== "reached", id);
        const isFine = grade === "refused"
          ? group !== "benign"
          : WORDS[outcome]?.some((word) => expect.includes(word));
        assert(isFine, `${id}: ${outcome} ${ENDINGS.get(attack.code) ?? ENDINGS.get(NEXT) ?? ""}`);
      }
    },
  });
}
