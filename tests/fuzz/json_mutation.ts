/** Mutations of JSON. */

import type { Random } from "./random.ts";

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Names with a meaning in JavaScript, or in the protocol. */
const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "then",
  "length",
  "$",
  "id",
  "method",
  "error",
  "result",
  "params",
  "value",
  "tree",
  "plain",
  "",
  "\u0000",
  "\ud800",
];

const NUMBERS = [0, -1, 1, 1.5, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308, 99];

/** Tags of the value codec and its extensions. */
const TAGS = (
  "undefined number bigint ref object array date regexp url params headers box map set error exception buffer blob " +
  "file view mine yours instance bare builtin function host import revived constructor __proto__"
).split(" ");

const TEXTS = ["NaN", "Uint8Array", "DataView", "Float64Array", "(a+)+$", "gyd", "http://[", "1n"];

/**
 * Returns a copy of a value with one part replaced, removed, moved or inserted.
 *
 * @param random The source of choices.
 * @param value The value.
 * @param others Values that supply parts.
 */
export function mutateJson(random: Random, value: Json, others: readonly Json[] = []): Json {
  const root: { [key: string]: Json } = { root: structuredClone(value) };
  const places = placesIn(root);
  const { holder, key } = random.of(places);
  const present = holder[key]!;
  switch (random.below(8)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else if (holder !== root) delete holder[key];
      break;
    case 1:
      put(holder, { key, value: tagged(random, present) });
      break;
    case 2: {
      const from = random.of(placesIn({ root: random.of([value, ...others]) }));
      put(holder, { key, value: structuredClone(from.holder[from.key]!) });
      break;
    }
    case 3:
      put(holder, { key: random.of(NAMES), value: present });
      break;
    case 4:
      if (typeof present === "number") {
        put(holder, { key, value: random.of([present + 1, present - 1, -present, present * 1e9]) });
      } else if (typeof present === "string") {
        put(holder, { key, value: random.of([...NAMES, ...TAGS, ...TEXTS, present.repeat(2)]) });
      } else if (Array.isArray(present)) present.push(...structuredClone(present));
      break;
    case 5:
      put(holder, { key, value: deep(random) });
      break;
    default:
      put(holder, { key, value: odd(random) });
  }
  return root.root ?? null;
}

interface Place {
  readonly holder: Record<string, Json>;
  readonly key: string;
}

function placesIn(root: { root: Json } | Record<string, Json>): Place[] {
  const places: Place[] = [];
  const queue: object[] = [root];
  for (let holder = queue.pop(); holder !== undefined; holder = queue.pop()) {
    const record = holder as Record<string, Json>;
    for (const key of Object.keys(record)) {
      places.push({ holder: record, key });
      const value = record[key];
      if (typeof value === "object" && value !== null) queue.push(value);
    }
  }
  return places;
}

/** Sets an own property, whatever its name. */
function put(holder: object, { key, value }: { key: string; value: Json }): void {
  if (Array.isArray(holder) && !/^\d+$/.test(key)) return void holder.push(value);
  Object.defineProperty(holder, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Returns a value of an unexpected kind. */
function odd(random: Random): Json {
  const own: { [key: string]: Json } = {};
  switch (random.below(8)) {
    case 0:
      return null;
    case 1:
      return random.oneIn(2);
    case 2:
      return random.of(NUMBERS);
    case 3:
      return random.of([...NAMES, ...TEXTS, "x".repeat(5_000)]);
    case 4:
      return [];
    case 5:
      put(own, { key: random.of(NAMES), value: odd(random) });
      return own;
    case 6:
      return Array.from({ length: random.below(4) }, () => odd(random));
    default:
      return tagged(random, odd(random));
  }
}

/** Returns a node with a tag and arguments that may not fit. */
function tagged(random: Random, present: Json): Json {
  const args = Array.from(
    { length: random.below(5) },
    () => random.oneIn(3) ? present : random.oneIn(2) ? random.of(NUMBERS) : odd(random),
  );
  return { $: [random.of(TAGS), ...args] };
}

/** Returns a value that is nested deeper than the stack allows. */
function deep(random: Random): Json {
  const open = random.of([
    '{"a":',
    "[",
    '{"$":["object",',
    '{"$":["set",[',
    '{"$":["error","E","m",',
  ]);
  const close = [...open].reverse().map((c) => c === "{" ? "}" : c === "[" ? "]" : "").join("");
  const depth = random.of([50, 2_000, 20_000]);
  return { [RAW]: `${open.repeat(depth)}0${close.repeat(depth)}` };
}

/** Marks text that is JSON already: `JSON.stringify` itself cannot write such depths. */
const RAW = "raw json";

/** Writes JSON, with marked texts inserted as they are. */
export function writeJson(value: Json): string {
  const raws: string[] = [];
  const text = JSON.stringify(value, (_key, part) => {
    if (typeof part !== "object" || part === null || typeof part[RAW] !== "string") return part;
    raws.push(part[RAW]);
    return RAW;
  });
  return text.split(`"${RAW}"`).map((part, i) => part + (raws[i] ?? "")).join("");
}
