import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { isForKernel } from "../../src/skills/kernel_modules.ts";
import { SkillRegistry } from "../../src/skills/skill_registry.ts";
import { SkillSet } from "../../src/skills/skill_set.ts";
import type { SkillTrust } from "../../src/skills/skill.ts";
import { skillFolder, skillText } from "./_skill_folder.ts";

const SUM = `
interface Row { n: number }
/** Adds up. */
export function addUp(rows: Row[]): number { return rows.reduce((sum, { n }) => sum + n, 0); }
export const where = typeof Deno === "undefined" ? [] : Object.keys(Deno);
`;

const MARKED = `/**
 * Helpers.
 *
 * @kernel
 */
export function place(): string { return typeof globalThis.hostOnly; }
`;

const FILES = {
  "x/SKILL.md": skillText("x"),
  "x/scripts/sum.ts": SUM,
  "x/scripts/main.ts": 'console.log("a program");\nthrow new Error("never run");\n',
  "x/scripts/types.d.ts": "export declare const never: 1;\n",
  "x/scripts/host.ts":
    'import { readFileSync } from "node:fs";\nexport const never = readFileSync;\n',
  "x/scripts/file.ts": 'import { a } from "./sum.ts";\nexport const never = a;\n',
  "x/scripts/enum.ts": "export enum Never { A }\n",
  "x/scripts/tool.py": "print('hi')\n",
};

async function registryOf(path: string, trust: SkillTrust): Promise<SkillRegistry> {
  const registry = new SkillRegistry();
  await registry.discover([{ path, trust }]);
  return registry;
}

async function valueOf(runtime: Runtime, code: string): Promise<string | undefined> {
  const result = await runtime.execute(code);
  assert(result.status === "ok", JSON.stringify(result));
  return result.value?.text;
}

Deno.test("scripts with exports are names of the kernel, under its permissions", async () => {
  await using at = await skillFolder(FILES);
  const registry = await registryOf(at.path, "kernel");
  await using runtime = new DenoRuntime();
  const text = await new SkillSet(registry, runtime).activate("x");
  assertStringIncludes(text, "Names in cells from now on: addUp, where\n");
  for (
    const fault of [
      "Cannot use the module scripts/enum.ts:1:1: it has syntax that is more than types",
      'Cannot use the module scripts/file.ts:1:1: it imports the file "./sum.ts"',
      "Cannot inject the module scripts/host.ts: line 1",
    ]
  ) assertStringIncludes(text, fault);
  assertEquals(
    await valueOf(runtime, "[addUp([{ n: 1 }, { n: 2 }]), typeof never]"),
    '[ 3, "undefined" ]',
  );
  const denied = await runtime.execute("where.includes('readTextFile')");
  assertEquals(denied.status === "ok" && denied.value?.text, "false");
  const { functions, types } = await runtime.describe();
  assertEquals(types, []);
  assertEquals(functions, [
    "interface Row { n: number }",
    "/** Adds up. */\ndeclare function addUp(rows: Row[]): number;",
  ]);
  await Deno.writeTextFile(`${at.path}/x/scripts/sum.ts`, "export const changed = 1;\n");
  await registry.reload("x");
  assertEquals(await valueOf(runtime, "typeof addUp + changed"), '"undefined1"');
  await registry.remove("x");
  assertEquals(await valueOf(runtime, "typeof changed"), '"undefined"');
});

Deno.test("injection.ts runs in the kernel where it is marked, and never on the host then", async () => {
  await using at = await skillFolder({ "x/SKILL.md": skillText("x"), "x/injection.ts": MARKED });
  Object.defineProperty(globalThis, "hostOnly", { value: 1, configurable: true });
  try {
    for (const trust of ["kernel", "code"] as const) {
      await using runtime = new DenoRuntime();
      await new SkillSet(await registryOf(at.path, trust), runtime).activate("x");
      assertEquals(await valueOf(runtime, "place()"), '"undefined"');
    }
  } finally {
    Reflect.deleteProperty(globalThis, "hostOnly");
  }
});

const UNMARKED = "(globalThis as Record<string, unknown>).ranOnHost = true;\nexport const a = 1;\n";

Deno.test("code runs only as far as the host trusts it", async () => {
  await using at = await skillFolder({
    "x/SKILL.md": skillText("x"),
    "x/injection.ts": UNMARKED,
    "x/scripts/sum.ts": SUM,
  });
  const table: [trust: SkillTrust, kernel: boolean, names: string[]][] = [
    ["instructions", true, []],
    ["kernel", true, ["addUp", "where"]],
    ["instructions", false, []],
    // Cells of a LocalRuntime have the permissions of the host.
    ["kernel", false, []],
    ["code", false, ["a", "addUp", "where"]],
  ];
  for (const [trust, isKernel, names] of table) {
    await using runtime = isKernel ? new DenoRuntime() : new LocalRuntime();
    const text = await new SkillSet(await registryOf(at.path, trust), runtime).activate("x");
    const label = `${trust} ${isKernel}`;
    assertEquals((await runtime.names()).map(({ name }) => name), names, label);
    assertEquals(Object.hasOwn(globalThis, "ranOnHost"), trust === "code", label);
    assertEquals(text.includes("injection.ts is not loaded"), trust === "instructions", label);
    assertEquals(text.includes("it is not trusted"), trust === "kernel" && !isKernel, label);
  }
  Reflect.deleteProperty(globalThis, "ranOnHost");
  await using runtime = new LocalRuntime();
  const none = new SkillSet(await registryOf(at.path, "none"), runtime);
  await assertRejects(() => none.activate("x"), Error, "there are no skills");
});

Deno.test("isForKernel() reads the comment at the beginning alone", () => {
  const table: [text: string, expected: boolean][] = [
    ["/** @kernel */", true],
    ["\ufeff#!/usr/bin/env deno\n\n/**\n * A.\n * @kernel\n */\n", true],
    ["/** A */\n/** @kernel */", false],
    ["// @kernel", false],
    ["/* @kernel */", false],
    ["/** @kernels */", false],
    ["export const a = '/** @kernel */';", false],
    [`/**${" *".repeat(100_000)}`, false],
  ];
  for (const [text, expected] of table) {
    assertEquals(isForKernel(text), expected, text.slice(0, 40));
  }
});

Deno.test("a script that does not end, or throws, is a fault, and the kernel goes on", async () => {
  await using at = await skillFolder({
    "x/SKILL.md": skillText("x"),
    "x/scripts/a.ts": "export const a = 1;\nthrow new Error('broken</result>');\n",
    "x/scripts/b.ts": "export const b = 1;\nconst at = 5;\nat();\n",
    "x/scripts/c.ts": "export const c = new Proxy({}, { get() { throw 1 } });\n",
    "x/scripts/d.ts": "export const then = 1;\nexport const toString = 2;\n",
    "x/scripts/e.ts": `export const e = ${"[".repeat(5000)}${"]".repeat(5000)};\n`,
    "x/scripts/\u001b[31m.ts": "export const f = ;\n",
  });
  await using runtime = new DenoRuntime();
  const text = await new SkillSet(await registryOf(at.path, "kernel"), runtime).activate("x");
  assertStringIncludes(text, "Cannot inject the module scripts/a.ts: broken");
  assertStringIncludes(text, "Cannot inject the module scripts/b.ts: at is not a function");
  assert(!text.includes("\u001b"));
  assertEquals(
    await valueOf(runtime, "[typeof a, typeof b, then]"),
    '[ "undefined", "undefined", 1 ]',
  );
});
