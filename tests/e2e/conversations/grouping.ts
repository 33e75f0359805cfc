import type { Conversation } from "../_conversation.ts";

/** Grouping with Map and Set. */
export const GROUPING: Conversation = {
  title: "Grouping with Map and Set",
  variables: {
    orders: new Map([
      ["o1", { user: "eva", tags: new Set(["new", "gift"]), total: 30 }],
      ["o2", { user: "max", tags: new Set(["gift"]), total: 12.5 }],
      ["o3", { user: "eva", tags: new Set<string>(), total: 7 }],
    ]),
  },
  cells: [
    {
      source: `console.log(orders instanceof Map, orders.get("o1").tags instanceof Set);
orders`,
      value: `Map(3) {
  "o1" => { user: "eva", tags: Set(2) { "new", "gift" }, total: 30 },
  "o2" => { user: "max", tags: Set(1) { "gift" }, total: 12.5 },
  "o3" => { user: "eva", tags: Set(0) {}, total: 7 }
}`,
      output: "true true\n",
    },
    {
      source: `const byUser = Map.groupBy(orders.values(), ({ user }) => user);
const totals = new Map(Array.from(byUser, ([user, list]) => [user, list.reduce((s, o) => s + o.total, 0)]));
totals`,
      value: 'Map(2) { "eva" => 37, "max" => 12.5 }',
      changed: "byUser totals",
    },
    {
      source: `const a = orders.get("o1").tags, b = orders.get("o2").tags;
({ both: a.intersection(b), either: a.union(b).size, only: [...a.difference(b)] })`,
      value: '{ both: Set(1) { "gift" }, either: 2, only: [ "new" ] }',
      changed: "a b",
    },
    {
      source: `const index: Record<string, string[]> = {};
for (const [id, { tags }] of orders) {
  for (const tag of tags) {
    (index[tag] ??= []).push(id);
  }
}
index`,
      value: '{ new: [ "o1" ], gift: [ "o1", "o2" ] }',
      changed: "index",
    },
    {
      source: `const seen = new WeakMap<object, number>();
orders.forEach((order, id) => seen.set(order, id.length));
orders.delete("o3");
orders.set("o4", { user: "zoe", tags: new Set(), total: 1 });
orders.size + [...orders.keys()].filter((k) => seen.has(orders.get(k)!)).length`,
      value: "5",
      changed: "seen",
    },
    {
      source: `let { o1, missing = "none" }: any = Object.fromEntries(orders);
const key = { id: 1 };
const m = new Map([[key, "object key"], [NaN, "nan"]]);
[m.get(key), m.get({ id: 1 }), m.get(NaN), o1.user, missing]`,
      value: '[ "object key", undefined, "nan", "eva", "none" ]',
      changed: "o1 missing key m",
    },
    {
      source: `orders.get("o9").total`,
      error: {
        name: "TypeError",
        message: "Cannot read properties of undefined (reading 'total')",
        at: "cell-7.ts:1:17",
      },
    },
  ],
};
