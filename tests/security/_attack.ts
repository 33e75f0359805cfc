/** Cells that attack the walls. */

import given from "./attacks.json" with { type: "json" };
import { CHANNEL } from "./cells/channel.ts";
import { CODE } from "./cells/code.ts";
import { HONEST } from "./cells/honest.ts";
import { HOST } from "./cells/host.ts";
import { LIFE } from "./cells/life.ts";
import { PLAIN, SEARCHES, TRAPPERS, UNGUARDED } from "./cells/machinery.ts";
import { MODULES } from "./cells/modules.ts";
import { OUTSIDE } from "./cells/outside.ts";

/** The kind of an attack, by the wall that it attacks. */
export type AttackClass =
  | "ast-bypass"
  | "permission"
  | "channel"
  | "membrane"
  | "realm-escape"
  | "resource"
  | "lifecycle"
  | "benign";

/** An attack. A cell that accesses what it must not returns, prints or throws a text with `PWNED` in it. */
export interface Attack {
  readonly id: string;
  readonly class: AttackClass;
  readonly code: string;
  /** The outcomes allowed behind all walls, and behind those of the engine and the permissions alone. */
  readonly expect: readonly string[];
  /** The idea of the attack. */
  readonly note?: string;
}

/** The sources of cells by name. */
export type AttackCells = Readonly<Record<string, string>>;

/** The outcomes of a cell that accesses nothing. */
const HARMLESS = ["blocked", "cell-error", "host-denied", "harmless"];
const STOPPED = [...HARMLESS, "interrupted", "killed"];

function attacks(
  group: AttackClass,
  cells: AttackCells,
  expect: readonly string[] = HARMLESS,
): Attack[] {
  return Object.entries(cells).map(([id, code]) => ({ id, class: group, code, expect }));
}

/** All cells. */
export const ATTACKS: readonly Attack[] = [
  ...given as Attack[],
  ...attacks("ast-bypass", CODE),
  ...attacks("ast-bypass", MODULES),
  ...attacks("permission", OUTSIDE),
  ...attacks("channel", CHANNEL, STOPPED),
  ...attacks("membrane", HOST),
  ...attacks("lifecycle", LIFE, STOPPED),
  ...attacks("channel", TRAPPERS),
  ...attacks("realm-escape", SEARCHES),
  ...attacks("lifecycle", UNGUARDED, STOPPED),
  ...attacks("benign", HONEST, ["ok"]),
  ...attacks("benign", PLAIN, ["ok"]),
];
