/** Options with names that do not exist: `deno run` checks no types. */

import { assertRejects, assertThrows } from "@std/assert";
import {
  CaveAgent,
  defaultRules,
  defineFunction,
  defineType,
  defineVariable,
  DenoRuntime,
  KernelPool,
  LocalRuntime,
  type Model,
  OpenAIModel,
} from "../../mod.ts";
import { checkCell, FunctionRule, ImportRule } from "../../src/cell/security.ts";
import { FenceParser } from "../../src/cell/fence/fence.ts";
import { defineModule } from "../../src/declare/module/define_module.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";

const model: Model = { async *stream() {} };
const runtime = new LocalRuntime();

/** Calls with one misspelt option each, and the suggestion. */
const CASES: [what: string, use: (options: never) => unknown, given: object, advice: string][] = [
  ["new DenoRuntime()", (o) => new DenoRuntime(o), { timeout: 1 }, `did you mean "timeoutMs"?`],
  ["new DenoRuntime()", (o) => new DenoRuntime(o), { functoins: {} }, `"functions"`],
  ["new DenoRuntime()", (o) => new DenoRuntime(o), { memory: 1 }, `"memoryBytes"`],
  ["new LocalRuntime()", (o) => new LocalRuntime(o), { variable: {} }, `"variables"`],
  ["new LocalRuntime()", (o) => new LocalRuntime(o), { permissions: {} }, "the options are"],
  ["new KernelPool()", (o) => new KernelPool(o), { maxRuntime: 1 }, `"maxRuntimes"`],
  ["new CaveAgent()", (o) => new CaveAgent(o), { model, maxStep: 1 }, `"maxSteps"`],
  ["new CaveAgent()", (o) => new CaveAgent(o), { model, maxExecTimeoutMs: 1 }, "the options are"],
  ["new OpenAIModel()", (o) => new OpenAIModel(o), { baseURL: "http://a" }, `"baseUrl"`],
  ["new OpenAIModel()", (o) => new OpenAIModel(o), { apikey: "k" }, `"apiKey"`],
  ["new ScriptedServer()", (o) => new ScriptedServer(o), { replys: [] }, `"replies"`],
  ["new FenceParser()", (o) => new FenceParser(o), { language: [] }, `"languages"`],
  ["new FunctionRule()", (o) => new FunctionRule([], o), { advise: "" }, `"advice"`],
  ["new ImportRule()", (o) => new ImportRule(o), { allowed: [] }, `"allow"`],
  ["checkCell()", (o) => checkCell("1", o), { rule: defaultRules() }, `"rules"`],
  ["defineFunction()", (o) => defineFunction(() => 1, o), { timeout: 1 }, `"timeoutMs"`],
  ["defineVariable()", (o) => defineVariable(1, o), { desc: "" }, `"description"`],
  ["defineType()", (o) => defineType(class {}, o), { copys: true }, `"copy"`],
  ["execute()", (o) => runtime.execute("1", o), { timeout: 1 }, `"timeoutMs"`],
  ["retrieve()", (o) => runtime.retrieve("a", o), { signals: 1 }, `"signal"`],
  ["call()", (o) => runtime.call("a", [], o), { as: "copy" }, "the options are"],
  ["inject()", (o) => runtime.inject(o), { function: {} }, `"functions"`],
  ["run()", (o) => new CaveAgent({ model, runtime }).run("", o), { steps: 1 }, `"maxSteps"`],
  ["defineModule()", (o) => defineModule("data:,", o), { deno: "" }, `"denoPath"`],
  ["options that are none", (o) => new DenoRuntime(o), null as never, "not an object"],
];

for (const [what, use, given, advice] of CASES) {
  Deno.test(`${what} refuses ${JSON.stringify(given)} and answers ${advice}`, async () => {
    await assertRejects(async () => await use(given as never), TypeError, advice);
  });
}

Deno.test("KernelPool.acquire() refuses options that its kernels already have", async () => {
  await using kernels = new KernelPool();
  const options = { maxOutputChars: 1 } as never;
  await assertRejects(() => kernels.acquire(options), TypeError, "maxOutputChars");
});

Deno.test("new CaveAgent() refuses a runtime without execute()", () => {
  assertThrows(() => new CaveAgent({ model, runtime: {} as never }), TypeError, "execute");
});

Deno.test("new CaveAgent() explains that it needs a model when it is given nothing", () => {
  assertThrows(() => new CaveAgent(undefined as never), TypeError, "model has no stream method");
});
