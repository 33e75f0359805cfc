/** Endless cells for a session that has `let n = 0` and `function spin() { for (;;) n++ }`. Each leaves `n` above 0. */
export const ENDLESS: readonly (readonly [name: string, source: string])[] = [
  ["a loop", "for (;;) n++"],
  ["a loop without a body", "n = 1; while (n);"],
  ["a loop after an await", "await 0; while (true) n++"],
  ["a loop of awaits", "for (;;) { await 0; n++ }"],
  ["a loop in a callback", "[1].forEach(() => { for (;;) n++ })"],
  ["a loop in a timer", "await new Promise(() => setTimeout(() => { for (;;) n++ }))"],
  ["a loop in a getter", "({ get x() { for (;;) n++ } }).x"],
  ["a loop over a generator", "function* all() { for (;;) yield n++ }\nfor (const _ of all());"],
  ["a loop in toString", "`${{ toString() { for (;;) n++ } }}`"],
  ["a loop in a sort", "[2, 1].sort(() => { for (;;) n++ })"],
  [
    "recursion",
    "const fib = (k: number): number => (n++, k < 2 ? 1 : fib(k - 1) + fib(k - 2));\nfib(90)",
  ],
  ["a regular expression", "n = 1; /^(a+)+$/.test('a'.repeat(50) + 'b')"],
  ["an await of nothing", "n = 1; await new Promise(() => {})"],
  ["a loop that catches everything", "for (;;) { try { for (;;) n++ } catch { } finally { n++ } }"],
  ["awaits that catch everything", "for (;;) { try { n++; await 0 } catch { } }"],
  ["a loop in the function of an earlier cell", "spin()"],
];
