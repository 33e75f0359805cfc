import type { Conversation } from "../_conversation.ts";

/** Generators and iterators. */
export const GENERATORS: Conversation = {
  title: "Generators and iterators",
  cells: [
    {
      source: `function* fibonacci(): Generator<number> {
  let [a, b] = [0, 1];
  while (true) {
    yield a;
    [a, b] = [b, a + b];
  }
}
[...fibonacci().take(10)]`,
      value: `[
  0, 1,  1,  2,  3,
  5, 8, 13, 21, 34
]`,
      changed: "fibonacci",
    },
    {
      source: `fibonacci().filter((n) => n % 2 === 0).map((n) => n ** 2).drop(1).take(3).toArray()`,
      value: "[ 4, 64, 1156 ]",
    },
    {
      source: `async function* pages(count: number) {
  for (let page = 1; page <= count; page++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield { page, items: Array.from({ length: page }, (_, i) => \`\${page}.\${i}\`) };
  }
}
const items: string[] = [];
for await (const { items: some } of pages(3)) items.push(...some);
items`,
      value: '[ "1.0", "2.0", "2.1", "3.0", "3.1", "3.2" ]',
      changed: "pages items",
    },
    {
      source: `class Tree<T> {
  constructor(public value: T, public children: Tree<T>[] = []) {}
  *[Symbol.iterator](): IterableIterator<T> {
    yield this.value;
    for (const child of this.children) yield* child;
  }
}
const tree = new Tree(1, [new Tree(2, [new Tree(3)]), new Tree(4)]);
const [first, ...rest] = tree;
console.log(first, rest, Math.max(...tree));`,
      output: "1 [ 2, 3, 4 ] 4\n",
      changed: "Tree tree first rest",
    },
    {
      source: `const gen = fibonacci();
gen.next();
const it = { from: 1, to: 3, [Symbol.iterator]() { let n = this.from; return { next: () => n <= this.to ? { value: n++, done: false } : { value: undefined, done: true } }; } };
Object.fromEntries(Iterator.from(it).map((n) => [\`k\${n}\`, n * 10]))`,
      value: "{ k1: 10, k2: 20, k3: 30 }",
      changed: "gen it",
    },
    {
      source: `for (const n of gen) {
  if (n > 5) throw new RangeError(\`too far: \${n}\`);
  console.log(n);
}`,
      output: "1\n1\n2\n3\n5\n",
      error: { name: "RangeError", message: "too far: 8", at: "cell-6.ts:2:20" },
    },
    {
      source: `const chunk = function* <T>(xs: Iterable<T>, size: number): Generator<T[]> {
  let part: T[] = [];
  for (const x of xs) {
    part.push(x);
    if (part.length === size) { yield part; part = []; }
  }
  if (part.length) yield part;
};
console.log(chunk.name, [...chunk("abcdefg", 3)].map((c) => c.join("")));
const all = await Array.fromAsync(pages(2), (p) => p.page);
all;`,
      value: "[ 1, 2 ]",
      output: 'chunk [ "abc", "def", "g" ]\n',
      changed: "chunk all",
    },
  ],
};
