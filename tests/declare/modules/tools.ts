// deno-lint-ignore-file style/no-enum style/no-private-keyword style/exports-by-name style/function-declaration -- as others write them

/**
 * A module of tools. The tests inject it.
 *
 * @module
 */

import { z } from "zod";
import type { Unit } from "./units.ts";
import type * as units from "./units.ts";

export { celsius, type Reading as Measured } from "./units.ts";

/** A place on the map. */
export interface Place {
  name: string;
  readonly position?: [number, number?, ...number[]];
  distance(to: Place): number;
  "in-km"?: boolean;
}
interface Hidden<T extends object = Place> extends Partial<Place> {
  value: T;
  [key: string]: unknown;
}
export type Shape<T = string> = { kind: "place"; place: Place } | { kind: T };

/**
 * Adds numbers.
 *
 * @param first The first.
 * @returns Their sum.
 */
export function add(first: number, second = 1, ...rest: number[]): number {
  return rest.reduce((a, b) => a + b, first + second);
}
export async function find<T extends Place>(
  place: T,
  { deep = false }: { deep?: boolean; near: T } = { near: place },
): Promise<Shape<T>[]> {
  return await (deep ? [{ kind: place }] : []);
}
export function twice(value: string): string;
export function twice(value: number): number;
export function twice(value: string | number): string | number {
  return typeof value === "string" ? value + value : 2 * value;
}
export const arrow = ({ value }: Hidden, [x, y]: [number, number]): unknown => [value, x, y];
export function* count(to: number): Generator<number> {
  for (let i = 1; i <= to; i++) yield i;
}
export function isPlace(value: unknown): value is Place {
  return typeof value === "object";
}
export function odd(
  schema: z.ZodType<Place>,
  unit: Unit,
  other: units.Reading,
  mapped: { readonly [K in keyof Place as `get${K}`]?: Place[K] },
  inferred: Unit extends (infer U)[] ? U : `${number}px`,
  call: (error: Error | null, ...rest: readonly string[]) => void,
  limit: typeof LIMIT,
  make: new (name: string) => Lamp,
) {
  return [schema, unit, other, mapped, inferred, call, limit, make];
}
export const taskSchema = z.object({ id: z.number() });

/** How many there may be. */
export const LIMIT = 5;
export const places: Map<string, Place> = new Map();
export enum Colour {
  Red,
  Blue = "blue",
}

/** A point in the plane. */
export class Point {
  #moved = 0;
  static origin(): Point {
    return new Point(0, 0);
  }
  constructor(readonly x: number, public y = 0) {}
  plus(other: Point): Point {
    this.#moved++;
    return new Point(this.x + other.x, this.y + other.y);
  }
  get moved(): number {
    return this.#moved;
  }
}

class Device {
  protected serial = "secret";
  constructor(readonly name: string) {}
}
/** A lamp of the house. It extends what is not exported, so cells cannot make one. */
export class Lamp<T = number> extends Device {
  private secret = 1;
  brightness = 10;
  /** Sets the brightness, in percent. */
  dim(percent: number, { fade = 0 }: { fade?: number } = {}): Promise<T | number> {
    this.brightness = percent - fade + 0 * this.secret;
    return Promise.resolve(this.brightness);
  }
}
export class Register extends Map<string, Place> {
  added = 0;
  override set(name: string, place: Place) {
    this.added++;
    return super.set(name, place);
  }
}
export const lamp: Lamp = new Lamp("desk");
export const start: Point = new Point(1, 2);
export default function main(): void {}
