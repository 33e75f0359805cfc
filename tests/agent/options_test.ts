import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { stripTypeScriptTypes } from "node:module";
import { z } from "zod";
import { CaveAgent, type CaveAgentOptions } from "../../src/cave_agent.ts";
import {
  dateReminder,
  DEFAULT_INSTRUCTIONS,
  defaultPromptTemplate,
  type PromptParts,
} from "../../src/agent/prompt.ts";
import { OpenAIModel } from "../../src/model/openai/openai_model.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { defineFunction } from "../../src/inject/host_function.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";
import { cell, setup, type SetupOptions, systemPrompt } from "./setup.ts";

const model = new OpenAIModel({ model: "m", baseUrl: "http://127.0.0.1:1" });

/** Returns the system prompt of an agent with these options. */
async function promptOf(options: SetupOptions<Runtime>): Promise<string> {
  await using context = setup(["Done"], options);
  await context.agent.run("Go");
  return systemPrompt(context.server);
}

Deno.test("CaveAgent throws when a limit makes no sense", () => {
  const names = ["maxSteps", "maxObservationChars", "cellTimeoutMs", "contextWindowTokens"];
  for (const name of names) {
    for (const value of [0, -1, NaN, "5", ...(name === "maxSteps" ? [1.5] : [])]) {
      const options = { model, [name]: value } as unknown as CaveAgentOptions;
      assertThrows(
        () => new CaveAgent(options),
        RangeError,
        `Cannot use ${name} ${value}: it must`,
      );
    }
  }
  const agent = new CaveAgent({ model, runtime: new LocalRuntime(), maxSteps: Infinity });
  for (const maxSteps of [0, NaN, 1.5]) {
    assertThrows(() => agent.run("Go", { maxSteps }), RangeError, "Cannot use maxSteps");
    assertThrows(() => agent.stream("Go", { maxSteps }), RangeError, "Cannot use maxSteps");
  }
});

Deno.test("CaveAgent throws when the model is not a model", () => {
  for (const value of [undefined, null, {}, "gpt"]) {
    const options = { model: value } as unknown as CaveAgentOptions;
    assertThrows(() => new CaveAgent(options), TypeError, "model has no stream method");
  }
});

Deno.test("CaveAgent puts the prompt together from its options", async () => {
  const variables = { given: 1 };
  const default_ = await promptOf({ runtime: new LocalRuntime() });
  assert(default_.startsWith(`${DEFAULT_INSTRUCTIONS}\n\nTo act, write one code block`));

  const instructions = await promptOf({ instructions: "You are a clerk." });
  assert(instructions.startsWith("You are a clerk.\n\nTo act, write one code block"));
  assertEquals(instructions.includes(DEFAULT_INSTRUCTIONS), false);

  const system = await promptOf({
    systemInstructions: "Use blocks.",
    runtime: new LocalRuntime({ variables }),
  });
  assertEquals(
    system,
    `${DEFAULT_INSTRUCTIONS}\n\nUse blocks.\n\n<variables>\ndeclare let given: number;\n</variables>`,
  );

  const seen: PromptParts[] = [];
  const template = await promptOf({
    instructions: "A",
    systemInstructions: "B",
    runtime: new LocalRuntime({ variables }),
    systemPromptTemplate: (parts) => {
      seen.push(parts);
      return "Mine";
    },
  });
  assertEquals(template, "Mine");
  assertEquals(seen, [{
    instructions: "A",
    systemInstructions: "B",
    types: [],
    functions: [],
    variables: ["declare let given: number;"],
  }]);
});

Deno.test("CaveAgent takes blocks of its own identifier when it has one", async () => {
  await using context = setup(["```tsx\n1\n```", "Done"], { cellLanguage: "tsx" });
  const { agent, server } = context;
  const result = await agent.run("Go");
  assertEquals(result.cells, ["1"]);
  assertStringIncludes(systemPrompt(server), "```tsx\nconst answer");
  assertStringIncludes(systemPrompt(server), "without a tsx block");
  assertEquals(agent.messages[1]!.content, "```tsx\n1\n```");

  await using other = setup([cell("2"), "Done"], { cellLanguage: "tsx" });
  assertEquals((await other.agent.run("Go")).cells, ["2"]);
});

Deno.test("defaultPromptTemplate() leaves sections out when they are empty", () => {
  const parts: PromptParts = {
    instructions: "A",
    systemInstructions: "B",
    types: [],
    functions: [],
    variables: [],
  };
  assertEquals(defaultPromptTemplate(parts), "A\n\nB");
  assertEquals(
    defaultPromptTemplate({ ...parts, functions: ["f", "g"] }),
    "A\n\nB\n\n<functions>\nf\ng\n</functions>",
  );
  assertEquals(
    defaultPromptTemplate({ ...parts, types: ["t"] }),
    "A\n\nB\n\n<types>\nt\n</types>",
  );
  assertEquals(
    defaultPromptTemplate({ ...parts, variables: ["v"] }),
    "A\n\nB\n\n<variables>\nv\n</variables>",
  );
});

Deno.test("CaveAgent tells the model its own limits and the permissions of the runtime", async () => {
  const runtime = new DenoRuntime({ timeoutMs: 7_000, permissions: { net: ["example.com"] } });
  const prompt = await promptOf({ runtime, cellTimeoutMs: 3_000 });
  assertStringIncludes(prompt, "may run for 3 seconds");
  assertStringIncludes(prompt, "(only example.com)");
  assertStringIncludes(await promptOf({ runtime }), "may run for 7 seconds");
  const unlimited = await promptOf({ runtime, cellTimeoutMs: Infinity });
  assertEquals(unlimited.includes("seconds"), false);
});

Deno.test("CaveAgent declares injections in TypeScript that parses", async () => {
  const runtime = new LocalRuntime({
    functions: {
      plain: (a = 1, { b }: { b?: string } = {}, ...rest: unknown[]) => [a, b, rest],
      native: Math.max,
      checked: defineFunction((city: string) => city, {
        description: "Ends */ early?\n\nNo.",
        input: z.tuple([z.enum(["Oslo", 'a "b"'])]),
        output: z.object({ "is-warm": z.boolean(), next: z.array(z.number().nullable()) }),
      }),
    },
    variables: {
      rows: defineVariable([{ "in stock": true, at: new Date(0), more: new Map([["a", [1]]]) }], {
        description: "Rows */ of data",
      }),
      call: [() => 1, null],
      empty: {},
    },
  });
  const prompt = await promptOf({ runtime });
  for (const name of ["functions", "variables"]) {
    const section = new RegExp(`<${name}>\\n(.*)\\n</${name}>`, "s").exec(prompt)![1]!;
    assertEquals(section.match(/^declare /gm)!.length, 3);
    assertEquals(stripTypeScriptTypes(section).replaceAll(/\/\*.*?\*\//gs, "").trim(), "");
  }
});

Deno.test("dateReminder() tells the date, and not the time", () => {
  const text = "<system-reminder>It is 2024-03-09.</system-reminder>";
  for (const hour of [0, 23]) assertEquals(dateReminder(new Date(2024, 2, 9, hour, 7)), text);
});
