import type { Conversation } from "../_conversation.ts";

/** Sorting, swapping, JSON. */
export const SORTING: Conversation = {
  title: "Sorting, swapping, JSON",
  cells: [
    {
      source: `const people = [
  { name: "Zoë", age: 31, address: { city: "Oslo" } },
  { name: "adam", age: 25 },
  { name: "Bea", age: 31, address: { city: "Rome" } },
];
people.sort((p, q) => q.age - p.age || p.name.localeCompare(q.name, "en")).map(({ name }) => name)`,
      value: '[ "Bea", "Zoë", "adam" ]',
      changed: "people",
    },
    {
      source: `let [p, q] = [1, 2];
[p, q] = [q, p];
const [head, , third = "none", ...tail] = "abcdef";
const { address: { city = "unknown" } = {}, ...person } = people[2]!;
({ p, q, head, third, tail, city, person })`,
      value: `{
  p: 2,
  q: 1,
  head: "a",
  third: "c",
  tail: [ "d", "e", "f" ],
  city: "unknown",
  person: { name: "adam", age: 25 }
}`,
      changed: "p q head third tail city person",
    },
    {
      source: `;[p, q] = [q * 10, p * 10]
const swapped = { p, q }
;(function () { console.log("iife", swapped) })()`,
      output: "iife { p: 10, q: 20 }\n",
      changed: "p q swapped",
    },
    {
      source:
        `const json = JSON.stringify(people, (key, value) => key === "age" ? undefined : value);
const parsed = JSON.parse(json, (key, value) => key === "name" ? value.toLowerCase() : value);
parsed[1]`,
      value: '{ name: "zoë", address: { city: "Oslo" } }',
      changed: "json parsed",
    },
    {
      source: `JSON.parse("{'a': 1}")`,
      error: {
        name: "SyntaxError",
        message: "Expected property name or '}' in JSON at position 1 (line 1 column 2)",
        at: "cell-5.ts:1:6",
      },
    },
    {
      source:
        `const by = <T, K extends string | number>(f: (t: T) => K) => (a: T, b: T) => f(a) < f(b) ? -1 : +(f(a) > f(b));
const sorted = people.toSorted(by((x) => x.name));
console.log(sorted.map((x) => x.name), people.findLast((x) => x.age > 30)?.name, people.at(-1)?.age);
[3, 1, 10, 2].sort()`,
      value: "[ 1, 10, 2, 3 ]",
      output: `[ "Bea", "Zoë", "adam" ] Zoë 25
`,
      changed: "by sorted",
    },
    {
      source: `let i = 0, found: string | undefined;
do {
  found = people[i]?.address?.city;
} while (found !== "Rome" && ++i < people.length);
rows: for (const row of [[1, 2], [3, 4]]) {
  for (const cell of row) {
    if (cell === 2) continue rows;
    if (cell === 4) break rows;
    console.log(cell);
  }
}
void 0;
[i, found]`,
      value: '[ 0, "Rome" ]',
      output: "1\n3\n",
      changed: "i found",
    },
    {
      source: `people.map(p => ({
  ...p,
  adult: p.age >= 18
})).length
  + 1;`,
      value: "4",
    },
  ],
};
