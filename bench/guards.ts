/**
 * The cost of guards: six programs in the style of models, with guards and without.
 *
 * @module
 */

import vm from "node:vm";
import { compileCell } from "../src/cell/compile_cell.ts";
import { withoutGuards } from "../src/kernel/namespace/source_text.ts";
import { median, time } from "./measure.ts";

/** Programs, each a function `run` without parameters. */
const PROGRAMS: readonly (readonly [name: string, source: string])[] = [
  [
    "group and sum rows",
    `const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, city: "c" + id % 50, price: id % 97 }));
    function run() {
      const sums = new Map();
      for (const { city, price } of rows) sums.set(city, (sums.get(city) ?? 0) + price);
      return [...sums].filter(([, sum]) => sum > 100).sort((a, b) => b[1] - a[1]).map(([city]) => city);
    }`,
  ],
  [
    "count words",
    `const text = Array.from({ length: 40_000 }, (_, i) => "word" + i * 7919 % 1000).join(" ");
    function run() {
      const counts = {};
      for (const word of text.split(" ")) counts[word] = (counts[word] ?? 0) + 1;
      return Object.entries(counts).toSorted(([a, n], [b, m]) => m - n || a.localeCompare(b)).slice(0, 10);
    }`,
  ],
  [
    "sieve of primes",
    `function run() {
      const composite = new Uint8Array(1_000_000);
      let count = 0;
      for (let i = 2; i < composite.length; i++) {
        if (composite[i]) continue;
        count++;
        for (let j = i * i; j < composite.length; j += i) composite[j] = 1;
      }
      return count;
    }`,
  ],
  [
    "product of matrices",
    `const n = 120;
    const matrix = (seed) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i * seed + j) % 10));
    const left = matrix(3), right = matrix(7);
    function run() {
      const product = left.map(() => new Array(n).fill(0));
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) sum += left[i][k] * right[k][j];
          product[i][j] = sum;
        }
      }
      return product[5][7];
    }`,
  ],
  [
    "edit distance",
    `const first = "kitten sitting on the mitten ".repeat(20), second = "sitting kitten in the kitchen ".repeat(20);
    function run() {
      let row = Array.from({ length: second.length + 1 }, (_, i) => i);
      for (let i = 1; i <= first.length; i++) {
        const next = [i];
        for (let j = 1; j <= second.length; j++) {
          const same = first[i - 1] === second[j - 1];
          next.push(Math.min(row[j - 1] + (same ? 0 : 1), row[j] + 1, next[j - 1] + 1));
        }
        row = next;
      }
      return row.at(-1);
    }`,
  ],
  [
    "parse and format CSV",
    `const csv = Array.from({ length: 20_000 }, (_, i) => i + ",name " + i + "," + i * 1.5 + ",2024-01-" + (i % 28 + 1)).join("\\n");
    function parse(line) {
      const [id, name, price, day] = line.split(",");
      return { id: Number(id), name: name.trim(), price: parseFloat(price), day };
    }
    function run() {
      const rows = csv.split("\\n").map(parse).filter((row) => row.price > 10);
      return rows.map((row) => [row.id, row.name.toUpperCase(), row.price.toFixed(2)].join(";")).join("\\n").length;
    }`,
  ],
];

/** The times of a program in milliseconds. */
export interface GuardCost {
  /** The name of the program. */
  readonly name: string;
  /** The time with guards. */
  readonly guarded: number;
  /** The time without guards. */
  readonly bare: number;
}

/** Measures all programs. */
export async function guardCosts(): Promise<GuardCost[]> {
  const costs: GuardCost[] = [];
  for (const [name, source] of PROGRAMS) {
    const { code, helper } = compileCell(source);
    const guarded = await load(code, helper);
    const bare = await load(withoutGuards(code), helper);
    // Alternates, so that both variants run under the same load.
    const samples: [number[], number[]] = [[], []];
    for (let round = 0; round < 5; round++) {
      samples[0].push(...await time(guarded, { times: 10, warmup: 3 }));
      samples[1].push(...await time(bare, { times: 10, warmup: 3 }));
    }
    const [withGuards, without] = samples.map((list) => median(list.sort((a, b) => a - b)));
    costs.push({ name, guarded: withGuards!, bare: without! });
  }
  return costs;
}

async function load(code: string, helper: string): Promise<() => unknown> {
  const source = `(${helper}, ${helper}_f) => async () => {"use strict";\n${code}\n}`;
  const declared = (): Record<string, unknown> =>
    new Proxy({}, {
      // As in a kernel, names are properties of the global object.
      set: (_, name, value) =>
        Reflect.defineProperty(globalThis, name, { value, writable: true, configurable: true }),
    });
  const cell = new vm.Script(source).runInThisContext()(
    { c: declared(), l: declared(), p: () => {}, g: () => {}, a: (value: unknown) => value },
    new Int32Array(new SharedArrayBuffer(4)),
  );
  await cell();
  return (globalThis as unknown as { run: () => unknown }).run;
}
