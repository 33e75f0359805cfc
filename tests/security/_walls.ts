/** The walls, each alone or with those behind it, and the outcomes of the attacks on them. */

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
 * The recorded grade of an attack: the rules refused the cell, it reached nothing of importance, or it reached
 * something. That lies inside its own kernel; the surroundings are checked in any case.
 */
export type Grade = "refused" | "contained" | "reached";

/** The grades of all attacks, by wall. */
export type Outcomes = Record<string, Record<Wall, Grade>>;

/** The reviewed grades of all attacks. */
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

/** Returns the grade of an outcome. */
export function gradeOf(outcome: Outcome): Grade {
  if (outcome === "blocked") return "refused";
  return outcome === "reached" ? "reached" : "contained";
}
