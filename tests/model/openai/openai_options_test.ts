import { assertEquals, assertRejects } from "@std/assert";
import { OpenAIModel, type OpenAIModelOptions } from "../../../src/model/openai/openai_model.ts";
import { ScriptedServer } from "../../../src/model/testing/scripted_server.ts";

const variables = ["OPENAI_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY"];

/** Runs a function with exactly these variables set. */
async function withEnvironment(
  environment: Record<string, string>,
  run: () => Promise<void>,
): Promise<void> {
  const before = variables.map((variable) => [variable, Deno.env.get(variable)] as const);
  for (const variable of variables) Deno.env.delete(variable);
  for (const [variable, value] of Object.entries(environment)) Deno.env.set(variable, value);
  try {
    await run();
  } finally {
    for (const [variable, value] of before) {
      if (value === undefined) Deno.env.delete(variable);
      else Deno.env.set(variable, value);
    }
  }
}

function read(model: OpenAIModel) {
  return Array.fromAsync(model.stream([{ role: "user", content: "Hello" }]));
}

Deno.test("OpenAIModel reads the environment when a reply is asked for", async () => {
  await using server = new ScriptedServer({ replies: ["a"] });
  const model = new OpenAIModel();
  await withEnvironment(
    { OPENAI_MODEL: "tiny", OPENAI_BASE_URL: ` ${server.url} `, OPENAI_API_KEY: "sk-1" },
    async () => {
      await read(model);
    },
  );
  assertEquals(server.requests[0]!.body.model, "tiny");
  assertEquals(server.requests[0]!.authorized, true);
});

Deno.test("OpenAIModel prefers options to the environment", async () => {
  await using server = new ScriptedServer({ replies: ["a"] });
  await withEnvironment(
    { OPENAI_MODEL: "other", OPENAI_BASE_URL: "http://127.0.0.1:1", OPENAI_API_KEY: "other" },
    async () => {
      await read(new OpenAIModel({ model: "tiny", baseUrl: server.url, apiKey: "sk-1" }));
    },
  );
  assertEquals(server.requests[0]!.body.model, "tiny");
});

Deno.test("OpenAIModel needs no key when it has a base URL", async () => {
  await using server = new ScriptedServer({ replies: ["a"] });
  await withEnvironment({}, async () => {
    await read(new OpenAIModel({ model: "tiny", baseUrl: server.url }));
  });
  assertEquals(server.requests.length, 1);
});

Deno.test("OpenAIModel.stream() says which variable to set when something is missing", async () => {
  const table: [OpenAIModelOptions, Record<string, string>, string][] = [
    [{}, { OPENAI_API_KEY: "k" }, "--allow-env=OPENAI_MODEL"],
    [{ model: "" }, { OPENAI_API_KEY: "k" }, "no model is known; pass the option model"],
    [{ model: "tiny" }, {}, "no API key is known; pass the option apiKey, or set the variable"],
    [{ model: "tiny", apiKey: "" }, { OPENAI_API_KEY: " " }, "--allow-env=OPENAI_API_KEY"],
    [{ model: "tiny" }, { OPENAI_BASE_URL: "a" }, "OPENAI_BASE_URL must be an http or https URL"],
  ];
  for (const [options, environment, message] of table) {
    await withEnvironment(environment, async () => {
      await assertRejects(() => read(new OpenAIModel(options)), TypeError, message);
    });
  }
});

Deno.test({
  name: "OpenAIModel.stream() asks for no permission when it may not read the environment",
  permissions: { env: false },
  async fn() {
    await assertRejects(() => read(new OpenAIModel()), TypeError, "--allow-env=OPENAI_MODEL");
  },
});
