import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { discoverSkills } from "../../src/skills/discover_skills.ts";
import { SkillSet } from "../../src/skills/skill_set.ts";
import { chart, groupBy, joinRows, summarize } from "../../skills/data-analysis/injection.ts";

const SKILLS = fileURLToPath(new URL("../../skills", import.meta.url));

Deno.test("the bundled skills are valid", async () => {
  const { skills, diagnostics } = await discoverSkills([SKILLS], { mode: "strict" });
  assertEquals(diagnostics, []);
  assertEquals(skills.map(({ name }) => name), ["cave-agent", "code-review", "data-analysis"]);
});

Deno.test("the skill data-analysis puts its functions into the cells of a kernel", async () => {
  await using runtime = new DenoRuntime();
  const { skills } = await discoverSkills([{ path: `${SKILLS}/data-analysis`, trust: "code" }]);
  assertStringIncludes(await new SkillSet(skills, runtime).activate("data-analysis"), "groupBy");
  const result = await runtime.execute("(await summarize([1, 2, 3, null])).median");
  assertEquals(result.status === "ok" && result.value?.text, "2");
});

Deno.test("the cells in the skill data-analysis run in a kernel that has it", async () => {
  const orders = [
    { city: "Oslo", amount: 10 },
    { city: "Oslo", amount: 20 },
    { city: "Rome", amount: 40 },
  ];
  await using runtime = new DenoRuntime({ variables: { orders } });
  const { skills } = await discoverSkills([{ path: `${SKILLS}/data-analysis`, trust: "code" }]);
  const text = await new SkillSet(skills, runtime).activate("data-analysis");
  const cells = [...text.matchAll(/^```ts[^\n]*\n([^]*?)^```$/gm)].map(([, code]) => code!);
  assertEquals(cells.length, 1);
  for (const code of cells) {
    const shown: string[] = [];
    const result = await runtime.execute(code, {
      onDisplay: (bundle) => void shown.push(...Object.keys(bundle)),
    });
    assertEquals(result.status, "ok", JSON.stringify(result));
    assertEquals(shown.filter((type) => /vega|table/.test(type)).length > 0, true, shown.join());
  }
  assertEquals((await runtime.retrieve("byCity") as { mean: number }[]).map(({ mean }) => mean), [
    15,
    40,
  ]);
});

Deno.test("summarize() counts, and interpolates quartiles", () => {
  const { count, missing, q1, median, q3, mean } = summarize([1, 2, 3, 4, "x", NaN]);
  assertEquals([count, missing, q1, median, q3, mean], [4, 2, 1.75, 2.5, 3.25, 2.5]);
  assertEquals(summarize(new Float64Array([2, 4, 4, 4, 5, 5, 7, 9])).deviation, Math.sqrt(32 / 7));
  assertEquals(summarize([]).mean, NaN);
});

Deno.test("groupBy(), joinRows() and chart() work on rows", () => {
  const rows = [{ city: "A", n: 1 }, { city: "B", n: 2 }, { city: "A", n: 3 }];
  assertEquals(groupBy(rows, "city", "n").map(({ key, mean }) => [key, mean]), [["A", 2], [
    "B",
    2,
  ]]);
  const people = [{ city: "A", people: 10 }];
  assertEquals(joinRows(rows, people, { on: "city" }).length, 2);
  assertEquals(joinRows(rows, people, { on: "city", kind: "left" }).length, 3);
  const { encoding } = chart(rows, { mark: "bar", x: "city", y: "n" });
  assertEquals(encoding, {
    x: { field: "city", type: "nominal" },
    y: { field: "n", type: "quantitative" },
  });
});
