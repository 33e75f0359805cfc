/** Tests of an agent: cells in one line, a recorded model, assertions on events, and a judge. Needs --allow-write as well. */

import { assertEvents, judge, recordedModel, runCells, ScriptedServer } from "@cave/agent/testing";
import { CaveAgent, LocalRuntime } from "../mod.ts";
import { check, exampleModel } from "./_model.ts";

const functions = { price: (item: string) => item === "tea" ? 3 : 4 };

// The functions of the host, as cells use them: no model is needed.
const { value } = await runCells("await price('tea') + await price('cake')", { functions });
check(value, "7");

// A model is asked once, and replayed in each later test.
await using example = exampleModel(["await price('tea') * 2", "=Two teas cost 6."]);
const path = await Deno.makeTempFile({ suffix: ".json" });
const answers: string[] = [];
for (const mode of ["record", "replay"] as const) {
  await using model = await recordedModel(path, { model: () => example.model, mode });
  await using runtime = new LocalRuntime({ functions });
  const run = new CaveAgent({ model, runtime }).stream("What do two teas cost?");
  await assertEvents(run, ["code", { type: "execution_output", content: /6/ }, "final_response"]);
  answers.push((await run.result).content);
}
await Deno.remove(path);
check(answers[0], answers[1]);

// Another model judges the answer, criterion by criterion.
await using bench = new ScriptedServer({
  replies: [JSON.stringify({
    verdicts: [{ criterion: 1, pass: true, reason: "It names 6, which is right." }],
  })],
});
const verdict = await judge(bench.model(), {
  question: "What do two teas cost?",
  answer: "Two teas cost 6.",
  criteria: ["It names the right price"],
});
console.log(`Two teas cost 6: ${verdict.pass ? "pass" : "fail"} (${verdict.criteria[0]?.reason})`);
check(verdict.pass, true);
