/**
 * Another module, from which `tools.ts` imports.
 *
 * @module
 */

export type Unit = "C" | "F";
export interface Reading {
  value: number;
  unit: Unit;
  by: Place;
}
/** Not the `Place` of the other module. */
interface Place {
  station: string;
}
/** Degrees Celsius. */
export function celsius({ value, unit }: Reading): number {
  return unit === "C" ? value : (value - 32) / 1.8;
}
