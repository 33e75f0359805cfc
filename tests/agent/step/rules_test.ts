import { assertEquals, assertStringIncludes } from "@std/assert";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import { cell, dialogues, eventsOf, ofType, setup } from "../setup.ts";

Deno.test("CaveAgent.run() shows the model violations of rules, with their places", async () => {
  const script = [
    cell(`const rows = [1, 2];\nconst fs = require("fs");\nawait import("npm:lodash");`),
    cell(`const rows = [1, 2]; rows.length`),
    "Done",
  ];
  await using context = setup(script, { runtime: new DenoRuntime() });
  const events = await eventsOf(context.agent.stream("Go"));
  const [event, ...more] = ofType(events, "security_error");
  assertEquals(more, []);
  assertEquals(event!.violations.map(({ rule, line, column }) => [rule, line, column]), [
    ["absent", 2, 12],
    ["imports", 3, 14],
  ]);
  assertEquals(event!.result.status, "refused");
  const { content } = event!;
  assertEquals(content.startsWith("<security_error>\nThe cell was refused before it ran"), true);
  for (
    const part of [
      "nothing of it was done",
      "    at cell-1.ts:2:12",
      `2 | const fs = require("fs");\n  |            ^`,
      `Cannot import "npm:lodash": nothing may be imported here.`,
      "Write it again without that.",
    ]
  ) assertStringIncludes(content, part);
  assertStringIncludes(dialogues(context.server)[1]!.at(-1)!, content);
  const [output] = ofType(events, "execution_output");
  assertStringIncludes(output!.content, "Value (number):\n2");
});
