import type { Conversation } from "../_conversation.ts";

/** Closures across cells. */
export const CLOSURES: Conversation = {
  title: "Closures across cells",
  cells: [
    {
      source: `let rate = 0.2;
const withTax = (net: number) => +(net * (1 + rate)).toFixed(2);
withTax(100)`,
      value: "120",
      changed: "rate withTax",
    },
    {
      source: `rate = 0.07;
console.log(withTax(100));
function describe(net: number) { return \`\${net} + \${Math.round(rate * 100)}% = \${withTax(net)}\`; }
describe(50)`,
      value: '"50 + 7% = 53.5"',
      output: "107\n",
      changed: "rate describe",
    },
    {
      source: `const withTax = (net: number) => { throw new Error(\`No tax for \${net}\`); };`,
      changed: "withTax",
    },
    {
      source: `describe(50)`,
      error: {
        name: "Error",
        message: "No tax for 50",
        at: "cell-3.ts:1:42 cell-2.ts:3:82 cell-4.ts:1:1",
      },
    },
    {
      source: `const makeCounter = () => {
  let count = 0;
  return { increment: () => ++count, get value() { return count; } };
};
const [a, b] = [makeCounter(), makeCounter()];
a.increment(); a.increment(); b.increment();
[a.value, b.value]`,
      value: "[ 2, 1 ]",
      changed: "makeCounter a b",
    },
    {
      source: `const account = {
  _balance: 0,
  get balance() { return this._balance; },
  set balance(v: number) {
    if (v < 0) throw new RangeError("overdrawn");
    this._balance = v;
  },
  [Symbol.toPrimitive]: (hint: string) => hint === "number" ? 42 : \`account\`,
};
account.balance = 10;
account.balance -= 3;
[account.balance, +account, \`\${account}\`]`,
      value: '[ 7, 42, "account" ]',
      changed: "account",
    },
    {
      source: `account.balance -= 100`,
      error: { name: "RangeError", message: "overdrawn", at: "cell-6.ts:5:22 cell-7.ts:1:17" },
    },
    {
      source:
        `const pipe = (...fns: ((x: any) => any)[]) => (x: any) => fns.reduce((v, fn) => fn(v), x);
const debounced: string[] = [];
const later = [1, 2, 3].map((n) => () => n * rate);
const curry = (f: any) => function g(...args: any[]): any { return args.length >= f.length ? f(...args) : (...more: any[]) => g(...args, ...more); };
rate = 10;
[pipe((x) => x + 1, String)(1), later.map((l) => l()), curry((x: number, y: number, z: number) => x + y + z)(1)(2)(3)]`,
      value: '[ "2", [ 10, 20, 30 ], 6 ]',
      changed: "rate pipe debounced later curry",
    },
    {
      source: `Promise.reject(new Error("nobody listens"));
await new Promise((resolve) => setTimeout(resolve, 1));
rate`,
      value: "10",
      output: `Uncaught (in promise) Error: nobody listens
    at cell-9.ts:1:16
`,
      stderr: `Uncaught (in promise) Error: nobody listens
    at cell-9.ts:1:16
`,
    },
  ],
};
