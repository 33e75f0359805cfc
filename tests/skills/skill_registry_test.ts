import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { defineSkill } from "../../src/skills/define_skill.ts";
import { SkillError, type SkillFault } from "../../src/skills/parse/skill_error.ts";
import type { Skill } from "../../src/skills/skill.ts";
import { SkillRegistry } from "../../src/skills/skill_registry.ts";
import { SkillSet } from "../../src/skills/skill_set.ts";
import { skillFolder, skillText } from "./_skill_folder.ts";

function skillNamed(name: string, description = "d"): Skill {
  return defineSkill({ name, description, instructions: `Do ${name}.` });
}

Deno.test("SkillRegistry adds, returns, lists and describes skills of code and directories", async () => {
  await using at = await skillFolder({
    "pdf/SKILL.md": skillText("pdf", "Fills forms.\n  Use for <forms>"),
    "b/SKILL.md": skillText("b"),
    "bad/SKILL.md": "none",
  });
  const registry = new SkillRegistry([skillNamed("a", "First")]);
  assertEquals(registry.add(skillNamed("b")), registry);
  const faults = await registry.discover([{ path: at.path, trust: "code" }]);
  assertEquals(faults.map(({ code }) => code), ["fence", "collision"]);
  assertEquals(registry.list().map(({ name }) => name), ["a", "b", "pdf"]);
  assertEquals(registry.size, 3);
  assertEquals(registry.get("pdf").trust, "code");
  assertEquals([registry.has("b"), registry.has("c")], [true, false]);
  assertEquals(
    registry.describe(),
    "- a: First\n- b: d\n- pdf: Fills forms. Use for <forms>",
  );
  assertEquals((await registry.remove("a")).name, "a");
  assertEquals(registry.has("a"), false);
});

Deno.test("SkillRegistry without skills says so", () => {
  assertEquals(new SkillRegistry().describe(), "No skills available");
  assertEquals(new SkillRegistry().list(), []);
});

const FAULTS: [label: string, code: SkillFault, message: string, act: () => unknown][] = [
  [
    "a name twice",
    "collision",
    'Cannot add the skill "a": there is one of that name',
    () => new SkillRegistry([skillNamed("a"), skillNamed("a")]),
  ],
  [
    "a name in another form",
    "collision",
    'Cannot add the skill "ｐ": there is one of that name',
    () => new SkillRegistry([skillNamed("p"), { ...skillNamed("p"), name: "ｐ" }]),
  ],
  [
    "something else",
    "type",
    "Cannot add a skill: it has no name",
    () => new SkillRegistry().add({} as Skill),
  ],
  [
    "nothing",
    "type",
    "Cannot add a skill",
    () => new SkillRegistry().add(null as unknown as Skill),
  ],
  [
    "an unknown name",
    "name",
    'Cannot get the skill "x": the skills are "a", "b"',
    () => new SkillRegistry([skillNamed("a"), skillNamed("b")]).get("x"),
  ],
  [
    "a name of nothing",
    "name",
    'Cannot get the skill "x": there are no skills',
    () => new SkillRegistry().get("x"),
  ],
  ["a number", "name", 'the skill "1"', () => new SkillRegistry().get(1 as unknown as string)],
];

Deno.test("SkillRegistry has one class of errors, with a message per fault", () => {
  for (const [label, code, message, act] of FAULTS) {
    const error = assertThrows(act, SkillError, message, label);
    assertEquals(error.diagnostics.map((fault) => fault.code), [code], label);
  }
});

Deno.test("SkillRegistry.remove() and reload() refuse what is not there", async () => {
  const registry = new SkillRegistry([skillNamed("a")]);
  await assertRejects(() => registry.remove("x"), SkillError, 'Cannot remove the skill "x"');
  await assertRejects(() => registry.reload("x"), SkillError, 'Cannot reload the skill "x"');
  await assertRejects(() => registry.reload("a"), SkillError, "it is made in code");
});

const INJECTION =
  "/** Doubles. */\nexport function change(n: number): number { return n * 2; }\nexport const origin = [1];\nexport class Point { x = 1; }\n";
const INJECTION_AFTER =
  "/** Triples. */\nexport function change(n: number): number { return n * 3; }\nexport const fresh = [2];\n";

const RUNTIMES: [name: string, make: () => Runtime][] = [
  ["DenoRuntime", () => new DenoRuntime()],
  ["LocalRuntime", () => new LocalRuntime()],
];

async function valueOf(runtime: Runtime, code: string): Promise<string | undefined> {
  const result = await runtime.execute(code);
  assert(result.status === "ok", JSON.stringify(result));
  return result.value?.text;
}

for (const [name, make] of RUNTIMES) {
  Deno.test(`exports of a skill are names in ${name}, until it is reloaded or removed`, async () => {
    await using at = await skillFolder({
      "x/SKILL.md": skillText("x"),
      "x/injection.ts": INJECTION,
    });
    const registry = new SkillRegistry();
    await registry.discover([{ path: at.path, trust: "code" }]);
    await using runtime = make();
    const skills = new SkillSet(registry, runtime);
    assertEquals(await valueOf(runtime, "typeof change"), '"undefined"');
    assertStringIncludes(
      await skills.activate("x"),
      "Names in cells from now on: change, origin, Point",
    );
    assertEquals(
      await valueOf(runtime, "[await change(5), origin[0], new Point().x]"),
      "[ 10, 1, 1 ]",
    );
    assertEquals(await runtime.retrieve("origin"), [1]);
    assertStringIncludes((await runtime.describe()).functions.join(), "Doubles.");

    await Deno.writeTextFile(`${at.path}/x/injection.ts`, INJECTION_AFTER);
    await Deno.writeTextFile(`${at.path}/x/SKILL.md`, skillText("x", "other"));
    assertEquals((await registry.reload("x")).description, "other");
    assertEquals(skills.active, ["x"]);
    assertEquals(
      await valueOf(runtime, "[await change(5), fresh[0], typeof origin, typeof Point]"),
      '[ 15, 2, "undefined", "undefined" ]',
    );
    await assertRejects(() => runtime.retrieve("origin"), RangeError);
    assertStringIncludes((await runtime.describe()).functions.join(), "Triples.");

    await registry.remove("x");
    assertEquals(await valueOf(runtime, "typeof change + typeof fresh"), '"undefinedundefined"');
    const { functions, types, variables } = await runtime.describe();
    assertEquals([functions, types, variables], [[], [], []]);
    assertEquals(skills.active, []);
    await assertRejects(() => skills.activate("x"), SkillError, "there are no skills");
  });

  Deno.test(`names of skills survive snapshots by name, in ${name}`, async () => {
    await using at = await skillFolder({
      "x/SKILL.md": skillText("x"),
      "x/injection.ts": INJECTION,
    });
    const registry = new SkillRegistry();
    await registry.discover([{ path: at.path, trust: "code" }]);
    let bytes: Uint8Array;
    {
      await using runtime = make();
      await new SkillSet(registry, runtime).activate("x");
      await valueOf(runtime, "const apply = (n) => change(n); origin.push(2); apply(1)");
      bytes = (await runtime.snapshot()).bytes;
    }
    await using runtime = make();
    const skills = new SkillSet(registry, runtime);
    await skills.resume(["x"]);
    const { lost } = await runtime.restore(bytes);
    assertEquals(lost, []);
    assertEquals(
      await valueOf(runtime, "[await apply(4), await change(4), origin]"),
      "[ 8, 8, [ 1, 2 ] ]",
    );
  });
}

Deno.test("SkillRegistry.reload() keeps a skill whose file has become faulty", async () => {
  await using at = await skillFolder({ "x/SKILL.md": skillText("x") });
  const registry = new SkillRegistry();
  await registry.discover([at.path]);
  const changes: [text: string, message: string][] = [
    ["none", "it must start with YAML frontmatter"],
    [skillText("y"), 'its name is "y" now'],
  ];
  for (const [text, message] of changes) {
    await Deno.writeTextFile(`${at.path}/x/SKILL.md`, text);
    await assertRejects(() => registry.reload("x"), SkillError, message);
    assertEquals(registry.get("x").instructions, "Do it.");
  }
  await Deno.remove(`${at.path}/x/SKILL.md`);
  await assertRejects(() => registry.reload("x"), SkillError, "it does not exist");
});

Deno.test("SkillRegistry.remove() says where names stay", async () => {
  const skill = defineSkill({
    name: "a",
    description: "d",
    instructions: "",
    functions: { f: () => 1 },
  });
  const registry = new SkillRegistry([skill]);
  const skills = new SkillSet(registry, { inject: () => Promise.resolve() });
  await skills.activate("a");
  await assertRejects(() => registry.remove("a"), SkillError, "the runtime has no eject method");
});
