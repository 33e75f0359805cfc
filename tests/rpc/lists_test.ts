import { assertEquals } from "@std/assert";
import { filterList, listOfSet, mapList, partOf, valuesOf } from "../../src/rpc/lists.ts";

/** An array that tells when its class or its iterator is asked for. */
function watched<T>(items: T[]): { readonly list: T[]; readonly asked: string[] } {
  const asked: string[] = [];
  const list = new Proxy(items, {
    get(target, key, receiver) {
      if (key === "constructor" || key === Symbol.iterator) asked.push(String(key));
      return Reflect.get(target, key, receiver);
    },
  });
  return { list, asked };
}

Deno.test("mapList(), filterList() and partOf() make lists without asking for class or iterator", () => {
  const { list, asked } = watched([1, 2, 3, 4]);
  assertEquals(mapList(list, (n) => n * 2), [2, 4, 6, 8]);
  assertEquals(filterList(list, (n) => n % 2 === 0), [2, 4]);
  assertEquals(partOf(list), [1, 2, 3, 4]);
  assertEquals(partOf(list, { start: 1 }), [2, 3, 4]);
  assertEquals(partOf(list, { start: 1, end: 9 }), [2, 3, 4]);
  assertEquals(partOf(list, { end: 0 }), []);
  assertEquals(asked, []);
});

Deno.test("listOfSet() and valuesOf() keep the order, and do not iterate", () => {
  class Set2 extends Set<number> {
    override [Symbol.iterator](): never {
      throw new Error("iterated");
    }
  }
  class Map2 extends Map<string, number> {
    override [Symbol.iterator](): never {
      throw new Error("iterated");
    }
  }
  const set = new Set2();
  for (const n of [3, 1, 2]) set.add(n);
  const map = new Map2();
  map.set("b", 1).set("a", 2);
  assertEquals([listOfSet(set), valuesOf(map)], [[3, 1, 2], [1, 2]]);
});
