import type { Conversation } from "../_conversation.ts";

/** TypeScript's own. */
export const TYPESCRIPT: Conversation = {
  title: "TypeScript's own",
  cells: [
    {
      source: `import type { Something } from "./nowhere.ts";
type Shape = { kind: "circle"; r: number } | { kind: "square"; side: number };
interface Named { readonly name: string; tags?: string[] }
declare function external(x: number): string;
const area = (s: Shape): number => {
  switch (s.kind) {
    case "circle": return Math.PI * s.r ** 2;
    case "square": return s.side ** 2;
    default: { const never: never = s; return never; }
  }
};
[{ kind: "circle", r: 1 } as const, { kind: "square", side: 2 } as Shape].map(area).map(Math.round)`,
      value: "[ 3, 4 ]",
      changed: "area",
    },
    {
      source: `function first<T>(list: readonly T[]): T | undefined;
function first(text: string): string;
function first(source: any): any {
  return source[0];
}
const pick = <T, K extends keyof T>(o: T, ...keys: K[]): Pick<T, K> =>
  Object.fromEntries(keys.map((k) => [k, o[k]])) as Pick<T, K>;
[first<number>([7, 8]), first("text"), pick({ a: 1, b: 2, c: 3 }, "a", "c")]`,
      value: '[ 7, "t", { a: 1, c: 3 } ]',
      changed: "first pick",
    },
    {
      source: `const isString = (v: unknown): v is string => typeof v === "string";
function assertNumber(v: unknown): asserts v is number {
  if (typeof v !== "number") throw new TypeError(\`Expected a number, got \${typeof v}\`);
}
const mixed: unknown[] = ["a", 1, null];
const strings = mixed.filter(isString);
let n!: number;
assertNumber(mixed[1]);
n = mixed[1]! as number + (<number> 2);
[strings, n]`,
      value: '[ [ "a" ], 3 ]',
      changed: "assertNumber isString mixed strings n",
    },
    {
      source: `assertNumber(mixed[0]);`,
      error: {
        name: "TypeError",
        message: "Expected a number, got string",
        at: "cell-3.ts:3:36 cell-4.ts:1:1",
      },
    },
    {
      source:
        `const palette = { red: [255, 0, 0], green: "#0f0" } satisfies Record<string, string | number[]>;
type Palette = typeof palette;
export const keys = Object.keys(palette) as (keyof Palette)[];
export default keys`,
      value: '[ "red", "green" ]',
      changed: "palette keys",
    },
    {
      source: `abstract class Repository<T extends { id: number }> {
  protected items: Map<number, T> = new Map();
  abstract validate(item: T): boolean;
  save(item: T): this | never {
    if (!this.validate(item)) throw new Error(\`Invalid item \${item.id}\`);
    this.items.set(item.id, item);
    return this;
  }
  get count(): number { return this.items.size; }
}
class Users extends Repository<{ id: number; email?: string }> implements Named {
  declare extra: string;
  name = "users" as const;
  override validate(item: { id: number; email?: string }) { return item.email?.includes("@") ?? false; }
}
const users = new Users();
users.save({ id: 1, email: "a@b" });
users.save({ id: 2 });`,
      error: { name: "Error", message: "Invalid item 2", at: "cell-6.ts:5:37 cell-6.ts:18:7" },
      changed: "Repository Users users",
    },
    {
      source: `console.log(users.count, "extra" in users, users.name);
type DeepPartial<T> = { [P in keyof T]?: T[P] extends object ? DeepPartial<T[P]> : T[P] };
const patch: DeepPartial<{ a: { b: number; c: string } }> = { a: { c: "x" } };
let tuple: [x: number, y?: string, ...rest: boolean[]] = [1, "a", true];
const fn = function (this: { v: number }, by: number): number { return this.v * by; };
fn.call({ v: 6 }, 7)`,
      value: "42",
      output: "1 false users\n",
      changed: "patch tuple fn",
    },
  ],
};
