import type { Conversation } from "../_conversation.ts";

/** Recursion, memo and BigInt. */
export const RECURSION: Conversation = {
  title: "Recursion, memo and BigInt",
  cells: [
    {
      source: `const memo = new Map<number, bigint>();
function fact(n: number): bigint {
  if (n < 2) return 1n;
  const known = memo.get(n);
  if (known !== undefined) return known;
  const value = BigInt(n) * fact(n - 1);
  memo.set(n, value);
  return value;
}
fact(25)`,
      value: "15511210043330985984000000n",
      changed: "fact memo",
    },
    {
      source: `const memoize = <A extends unknown[], R>(fn: (...args: A) => R) => {
  const cache: Record<string, R> = {};
  return (...args: A): R => cache[JSON.stringify(args)] ??= fn(...args);
};
let calls = 0;
const fib = memoize((n: number): number => {
  calls++;
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
});
console.log(fib(50), calls);`,
      output: "12586269025 51\n",
      changed: "memoize calls fib",
    },
    {
      source: `const down = (n: number): number => n === 0 ? 0 : 1 + down(n - 1);
let deep: unknown;
try {
  deep = down(1e6);
} catch (e) {
  deep = [e.name, e.message, e instanceof RangeError];
}
deep`,
      value: '[ "RangeError", "Maximum call stack size exceeded", true ]',
      changed: "down deep",
    },
    {
      source: `function hanoi(n: number, from = "A", to = "C", via = "B"): string[] {
  if (n === 0) return [];
  return [...hanoi(n - 1, from, via, to), \`\${from}->\${to}\`, ...hanoi(n - 1, via, to, from)];
}
hanoi(3).join(" ")`,
      value: '"A->C A->B C->B A->C B->A B->C A->C"',
      changed: "hanoi",
    },
    {
      source: `fact(5) + 1`,
      error: {
        name: "TypeError",
        message: "Cannot mix BigInt and other types, use explicit conversions",
        at: "cell-5.ts:1:9",
      },
    },
    {
      source: `const permutations = (xs: string[]): string[][] =>
  xs.length <= 1 ? [xs] : xs.flatMap((x, i) => permutations(xs.toSpliced(i, 1)).map((p) => [x, ...p]));
const gcd = (a: bigint, b: bigint): bigint => b ? gcd(b, a % b) : a;
console.log(permutations([..."abc"]).map((p) => p.join("")), gcd(2n ** 64n, 6n ** 30n));
BigInt.asUintN(8, 300n) === 44n && 7n / 2n`,
      value: "3n",
      output: `[ "abc", "acb", "bac", "bca", "cab", "cba" ] 1073741824n
`,
      changed: "permutations gcd",
    },
    {
      source: `const deepFreeze = <T extends object>(o: T): Readonly<T> => {
  Object.values(o).forEach((v) => typeof v === "object" && v !== null && deepFreeze(v));
  return Object.freeze(o);
};
const config = deepFreeze({ a: { b: [1, 2] } });
config.a.b.push(3);`,
      error: {
        name: "TypeError",
        message: "Cannot add property 2, object is not extensible",
        at: "cell-7.ts:6:12",
      },
      changed: "deepFreeze config",
    },
  ],
};
