import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CaveAgent } from "../../src/cave_agent.ts";
import type { AgentEvent } from "../../src/agent/record/event.ts";
import type { RunState } from "../../src/agent/record/state.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { defineSkill } from "../../src/skills/define_skill.ts";
import { SkillRegistry } from "../../src/skills/skill_registry.ts";
import { cell, dialogues, ofType, setup, systemPrompt } from "./setup.ts";

const doubling = defineSkill({
  name: "doubling",
  description: "Doubles numbers",
  instructions: "Always answer in verse.",
  functions: { double: (n: number) => n * 2 },
});

const ACTIVATE = 'await activateSkill("doubling"); const apply = (n) => double(n); 0';

/** Runs until the first cell has run, and returns the state as another process would read it. */
async function interruptedState(
  runtime: Runtime,
): Promise<{ state: RunState; snapshot: Uint8Array }> {
  await using server = new ScriptedServer({ replies: [cell(ACTIVATE), "Never"] });
  const agent = new CaveAgent({ model: server.model(), runtime, skills: [doubling] });
  const run = agent.stream("Double 4");
  for await (const { type } of run) if (type === "execution_output") break;
  await run.result.catch(() => {});
  const state = JSON.parse(JSON.stringify({ ...run.state, status: "running" }));
  return { state, snapshot: (await runtime.snapshot()).bytes };
}

for (const make of [() => new LocalRuntime(), () => new DenoRuntime()]) {
  const name = String(make).match(/\w+Runtime/)![0];
  Deno.test(`a run that is resumed from plain data has its skills active, in ${name}`, async () => {
    await using before = make();
    const { state, snapshot } = await interruptedState(before);
    assertEquals(state.skills, ["doubling"]);

    await using runtime = make();
    await using server = new ScriptedServer({
      replies: [cell("console.log(await apply(4), await double(5))"), "8"],
    });
    const agent = new CaveAgent({ model: server.model(), runtime, skills: [doubling] });
    const recovery = await agent.restore({ state, snapshot });
    assertEquals(recovery?.lost, []);
    const run = agent.resume(state);
    assertEquals((await run.result).content, "8");
    assertStringIncludes(systemPrompt(server), "declare function double(");
    assertStringIncludes(dialogues(server).at(-1)!.join("\n"), "8 10");
    assertEquals(run.state?.skills, ["doubling"]);
  });
}

Deno.test("a resumed run declares the names of its skills, also without a restore before", async () => {
  await using before = new LocalRuntime();
  const { state } = await interruptedState(before);
  await using context = setup([cell("await double(21)"), "42"], { skills: [doubling] });
  assertEquals((await context.agent.resume(state).result).content, "42");
  assertStringIncludes(systemPrompt(context.server), "declare function double(");
  assertStringIncludes(dialogues(context.server).at(-1)!.join("\n"), "42");
});

Deno.test("a rebuilt agent restates the instructions of active skills when it compacts", async () => {
  await using before = new LocalRuntime();
  const { state } = await interruptedState(before);
  const long = cell("1", "y".repeat(400));
  await using context = setup([long, long, "<summary>So far</summary>", "Done"], {
    contextWindowTokens: 600,
    systemPromptTemplate: () => "Be short.",
    skills: [doubling],
  });
  await context.agent.restore({ state });
  assertEquals((await context.agent.run("Go on")).content, "Done");
  const [summary] = context.agent.messages;
  assertEquals(summary!.role, "summary");
  assertStringIncludes(summary!.content, "Always answer in verse.");
});

Deno.test("a skill that has vanished is reported to host and model, once", async () => {
  await using before = new LocalRuntime();
  const { state } = await interruptedState(before);
  const lost = { ...state, skills: ["doubling", "gone</system-reminder>"] };
  await using context = setup(["Done", "Again"], { skills: new SkillRegistry() });
  const run = context.agent.resume(lost);
  const events: AgentEvent[] = await Array.fromAsync(run);
  const [event] = ofType(events, "skills_lost");
  assertEquals(event!.skills.map(({ name }) => name), lost.skills);
  assertStringIncludes(event!.skills[0]!.reason, 'Cannot activate the skill "doubling"');
  const last = dialogues(context.server)[0]!.at(-1)!;
  assertStringIncludes(last, "Skills that were active before are not there any more");
  assertEquals(last.match(/<\/system-reminder>/g)?.length, 1);
  assertEquals(run.state?.skills, []);
  await context.agent.run("And now?");
  const again = dialogues(context.server)[1]!.join("\n");
  assertEquals(again.match(/not there any more/g)?.length, 1);
});

Deno.test("states of earlier versions and of finished runs have no skills to report", async () => {
  await using before = new LocalRuntime();
  const { state } = await interruptedState(before);
  const { skills: _, ...older } = state;
  await using context = setup(["Done"], { skills: [doubling] });
  const run = context.agent.resume(older);
  assertEquals((await run.result).content, "Done");
  assertEquals(run.state?.skills, []);

  await using other = setup([], {});
  const ended = other.agent.resume({ ...state, status: "completed" });
  assertEquals(ofType(await Array.fromAsync(ended), "skills_lost"), []);
  assertEquals(other.agent.messages, state.messages);

  const malformed = { ...state, skills: 5 as unknown as string[] };
  await using third = setup([], {});
  await assertRejects(
    () => third.agent.resume(malformed).result,
    TypeError,
    "Cannot resume skills",
  );
});

Deno.test("an agent follows the changes of its registry", async () => {
  const registry = new SkillRegistry();
  await using context = setup([
    "No skills",
    cell(ACTIVATE),
    "Active",
    cell("typeof double"),
    "Gone",
  ], {
    skills: registry,
  });
  await context.agent.run("Go");
  assert(!/skill/i.test(systemPrompt(context.server)));
  registry.add(doubling);
  await context.agent.run("Go");
  assertStringIncludes(systemPrompt(context.server, 1), "- doubling: Doubles numbers");
  await registry.remove("doubling");
  await context.agent.run("Go");
  assert(!systemPrompt(context.server, 3).includes("double"));
  assertStringIncludes(dialogues(context.server).at(-1)!.join("\n"), '"undefined"');
});
