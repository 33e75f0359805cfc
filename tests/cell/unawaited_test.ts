import { assertEquals } from "@std/assert";
import { compileCell } from "../../src/cell/compile_cell.ts";

const ASYNC = new Set(["add", "light"]);

function unawaited(source: string): string[] {
  const { unawaited } = compileCell(source, { isAsync: (name) => ASYNC.has(name) });
  return unawaited.map(({ name, line }) => `${name}:${line}`);
}

Deno.test("compileCell() names calls whose promise is dropped or taken for its value", () => {
  const table: [source: string, found: string[]][] = [
    ["add(1, 2);\n1", ["add:1"]],
    ["1;\nlight.set(2);\n3", ["light.set:2"]],
    ["console.log(add(1, 2)); 1", ["add:1"]],
    ["`${add(1, 2)}`", ["add:1"]],
    ["add(1, 2) + 1", ["add:1"]],
    ["if (light.isOn()) 1", ["light.isOn:1"]],
    ["!add(1) ? 1 : 2", ["add:1"]],
    ["add(1) ? 1 : 2", ["add:1"]],
    ["add(1) && 2", ["add:1"]],
    ["add(1).length", ["add:1"]],
    ["[...add(1)]", ["add:1"]],
    ["for (const x of add(1)) x", ["add:1"]],
    ["const { length } = add(1)", ["add:1"]],
    ["const n: number = 1;\nfunction f(): void {\n  light.a.b(n);\n}\nf()", ["light.a.b:3"]],
    ["enum A { B }\nadd(A.B);\n1", ["add:2"]],
    ["light?.set(1); 2", ["light.set:1"]],
    ["void add(1); 1", ["add:1"]],
  ];
  for (const [source, found] of table) assertEquals(unawaited(source), found, source);
});

Deno.test("compileCell() names no calls that may be awaited", () => {
  const sources = [
    "await add(1, 2); 1",
    "add(1, 2)",
    "light.set(2);",
    "await Promise.all([add(1), light.set(2)])",
    "const p = add(1); await p",
    "const f = () => add(1); f()",
    "async function f() { return add(1) } f()",
    "add(1).then((n) => n); 1",
    "light.set(1).catch(() => {}); 1",
    "(await add(1)).length",
    "for await (const x of light.events()) x",
    "later(add(1)); 1",
    "other(1); 1",
    "x.add(1); 1",
    "1 && add(1)",
    "true ? add(1) : add(2)",
  ];
  for (const source of sources) assertEquals(unawaited(source), [], source);
  assertEquals(compileCell("add(1); 1").unawaited, []);
});
