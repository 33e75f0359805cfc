/** The walls, each standing alone or with those behind it, and what came of the attacks on them. */

import type { DenoRuntimeOptions } from "../../src/runtime/deno_runtime.ts";
import { type Attack, ATTACKS } from "./_attack.ts";
import { BareDeno } from "./_bare_deno.ts";
import { type Outcome, runAttacks } from "./_run_attacks.ts";
import recorded from "./outcomes.json" with { type: "json" };

/** All walls; without the rules; without rules and engine. */
export const WALLS = ["all", "engine", "permissions"] as const;

/** A wall, with those behind it. */
export type Wall = (typeof WALLS)[number];

/**
 * What is recorded of an attack: rules have refused the cell, or it has come to nothing of importance, or it has reached
 * something. What it reached is in its own kernel then; what lies outside is looked after in any case.
 */
export type Grade = "refused" | "contained" | "reached";

/** What came of each attack, by wall. */
export type Outcomes = Record<string, Record<Wall, Grade>>;

/** What came of the attacks when somebody looked at each of them. */
export const RECORDED = recorded as Outcomes;

/**
 * Runs attacks on a wall.
 *
 * @param wall The wall.
 * @param attacks The attacks. @default all
 */
export async function attackWall(
  wall: Wall,
  attacks: readonly Attack[] = ATTACKS,
): Promise<Map<Attack, Outcome>> {
  await using bare = new BareDeno();
  const options: Record<Wall, DenoRuntimeOptions> = {
    all: {},
    engine: { rules: [] },
    permissions: { rules: [], denoPath: bare.denoPath },
  };
  const outcomes = await runAttacks(attacks, options[wall]);
  return new Map(attacks.map((attack) => [attack, outcomes.get(attack.id)!]));
}

/** The grade of what came of an attack. */
export function gradeOf(outcome: Outcome): Grade {
  if (outcome === "blocked") return "refused";
  return outcome === "reached" ? "reached" : "contained";
}
