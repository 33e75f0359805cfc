import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  findSettings,
  loadSettings,
  readSettings,
  SettingsError,
} from "../../../src/model/settings/load_settings.ts";
import { ScriptedServer } from "../../../src/model/testing/scripted_server.ts";

const YAML = `
backends:
  moonshot:
    preset: moonshot
    maxRetries: 0
    parameters: { temperature: 0.1 }
    endpoints:
      - { id: first, apiKeyVariable: TEST_KEY_1, baseUrl: "URL" }
      - { id: second, apiKeyVariable: TEST_KEY_2, baseUrl: "URL", model: kimi-other }
    rotation: { order: listed, delayMs: 0 }
    models:
      kimi:
        id: kimi-k2.5
        contextWindowTokens: 200000
        parameters: { maxOutputTokens: 77 }
        extraParameters: { top_p: 0.5 }
      "kimi/long": { endpoints: [{ id: second, model: kimi-long }] }
  local:
    baseUrl: "URL"
    models:
      small:
      kimi:
models: { main: moonshot/kimi, summary: local/small }
`;

const messages = [{ role: "user" as const, content: "Hello" }];

Deno.test("readSettings() makes models of backends, endpoints and defaults", async () => {
  const authorizations: (string | null)[] = [];
  const bodies: Record<string, unknown>[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      authorizations.push(request.headers.get("authorization"));
      bodies.push(await request.json());
      return authorizations.at(-1) === "Bearer one"
        ? Response.json({ error: { message: "No" } }, { status: 401 })
        : new Response(
          'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n',
          {
            headers: { "content-type": "text/event-stream" },
          },
        );
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/v1`;
  const settings = readSettings(YAML.replaceAll("URL", url), "s.yaml");
  assertEquals(settings.names, [
    "moonshot/kimi",
    "moonshot/kimi/long",
    "local/small",
    "local/kimi",
  ]);
  assertEquals([...settings.purposes], [["main", "moonshot/kimi"], ["summary", "local/small"]]);
  assertEquals(settings.resolve("small"), "local/small");
  assertEquals([settings.resolve("kimi"), settings.resolve("none")], [undefined, undefined]);
  assertEquals(settings.contextWindowTokens(), 200_000);
  assertEquals(settings.contextWindowTokens("summary"), undefined);
  assertEquals(settings.model().provider, "moonshot");

  Deno.env.set("TEST_KEY_1", "one");
  Deno.env.set("TEST_KEY_2", "two");
  try {
    for (const name of [undefined, "moonshot/kimi/long", "summary"]) {
      await Array.fromAsync(settings.model(name).stream(messages));
    }
  } finally {
    Deno.env.delete("TEST_KEY_1");
    Deno.env.delete("TEST_KEY_2");
  }
  assertEquals(authorizations, ["Bearer one", "Bearer two", "Bearer two", "Bearer none"]);
  assertEquals(bodies.map(({ model }) => model), ["kimi-k2.5", "kimi-other", "kimi-long", "small"]);
  const [{ temperature, max_tokens, top_p }] = bodies as [Record<string, unknown>];
  assertEquals([temperature, max_tokens, top_p], [0.1, 77, 0.5]);
});

Deno.test("readSettings() names file, path and expectation of what is wrong", () => {
  const backend = (fields: string) => `backends: { a: { ${fields} } }`;
  const good = "baseUrl: 'http://x/v1', models: { m: }";
  const table: [text: string, message: string][] = [
    ["", "s.yaml: it is null, expected an object"],
    ["[]", "it is [], expected an object"],
    ["a: b: c", "s.yaml: "],
    ["backends: {}", "backends is {}, expected at least one backend"],
    ["{}", "backends is missing, expected an object"],
    ["bakends: {}", "there is no setting bakends; did you mean backends?"],
    [backend("models: { m: }"), "backends.a.baseUrl is missing, expected a URL, or a preset"],
    [backend("baseUrl: 5, models: { m: }"), "backends.a.baseUrl is 5, expected an http or https"],
    [backend("baseUrl: 'file:///x', models: { m: }"), 'is "file:///x", expected an http or https'],
    [backend("baseUrl: 'http://u:p@x', models: { m: }"), "expected a URL without credentials"],
    [backend("baseUrl: 'http://x'"), "backends.a.models is missing, expected an object"],
    [backend("baseUrl: 'http://x', models: {}"), "expected at least one model"],
    [
      backend("preset: grok, models: { m: }"),
      'backends.a.preset is "grok", expected one of openai',
    ],
    [
      backend("apiKey: secret, " + good),
      "no setting backends.a.apiKey; did you mean apiKeyVariable?",
    ],
    [backend("maxRetries: x, " + good), "maxRetries must be a whole number"],
    [
      backend("timeoutMs: [1], " + good),
      'backends.a.timeoutMs is ["..."], expected text, a number',
    ],
    [backend("rotation: { orde: x }, " + good), 'did you mean "order"?'],
    [
      backend("endpoints: [], " + good),
      "backends.a.endpoints is [], expected at least one endpoint",
    ],
    [backend("endpoints: [5], " + good), "backends.a.endpoints[0] is 5, expected an object"],
    [
      backend("endpoints: [{ baseUrl: x }], " + good),
      'backends.a.endpoints[0].baseUrl is "x", expected an http or https URL',
    ],
    [
      backend("baseUrl: 'http://x', models: { m: { contextWindowTokens: -1 } }"),
      "backends.a.models.m.contextWindowTokens is -1, expected a number above 0",
    ],
    [
      backend("baseUrl: 'http://x', models: { m: { endpoints: [b] } }"),
      'backends.a.models.m.endpoints[0] is "b", expected an endpoint with this id',
    ],
    [
      backend("baseUrl: 'http://x', models: { m: { idd: 5 } }"),
      "there is no setting backends.a.models.m.idd; did you mean id?",
    ],
    [`${backend(good)}\nmodels: { main: b }`, 'models.main is "b", expected one of a/m'],
    [`${backend(good)}\nmodels: { mian: a/m }`, "no setting models.mian; did you mean main?"],
    [`backends: { "a b": { ${good} } }`, "expected a name of letters"],
  ];
  for (const [text, message] of table) {
    const error = assertThrows(() => readSettings(text, "s.yaml"), SettingsError, message, text);
    assert(error.message.startsWith("Cannot use s.yaml: "), error.message);
  }
  assertThrows(() => readSettings("{", "s.json"), SettingsError, "Cannot use s.json: ");
});

Deno.test("readSettings() does not quote a key that stands where its variable should", () => {
  const text =
    "backends: { a: { baseUrl: 'http://x', apiKeyVariable: sk-12345678, models: { m: } } }";
  const error = assertThrows(() => readSettings(text, "s.yaml"), SettingsError);
  assert(error.message.includes("backends.a.apiKeyVariable is not the name of an environment"));
  assert(!error.message.includes("12345678"));
});

Deno.test("readSettings() bounds a file of aliases that stand for millions of values", () => {
  const lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"];
  for (let i = 1; i < 12; i++) {
    lines.push(`a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]`);
  }
  const model = "{ m: { extraParameters: { x: *a11 } } }";
  const text = `backends: { a: { baseUrl: "http://x", models: ${model} } }`;
  const whole = `x: {${lines.map((line) => `\n  ${line}`).join(",")}}\n${text}`;
  assertThrows(() => readSettings(whole, "s.yaml"), SettingsError);
  // The same within a place that is passed on.
  const inner =
    `backends:\n  a:\n    baseUrl: "http://x"\n    models:\n      m:\n        extraParameters:\n${
      lines.map((line) => `          ${line}`).join("\n")
    }`;
  assertThrows(() => readSettings(inner, "s.yaml"), SettingsError, "at most 10000 values");
});

Deno.test("loadSettings() reads files of bounded size, and finds that of the user", async () => {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("XDG_CONFIG_HOME");
  Deno.env.set("XDG_CONFIG_HOME", folder);
  try {
    assertEquals(await findSettings(), undefined);
    await assertRejects(
      () => loadSettings(),
      SettingsError,
      `in ${folder}/cave-agent; name a file`,
    );
    await Deno.mkdir(`${folder}/cave-agent`);
    const path = `${folder}/cave-agent/settings.json`;
    const text = JSON.stringify({ backends: { a: { preset: "ollama", models: { m: {} } } } });
    await Deno.writeTextFile(path, text);
    assertEquals(await findSettings(), path);
    assertEquals((await loadSettings()).names, ["a/m"]);
    assertEquals((await loadSettings()).model().name, "m");
    await Deno.writeTextFile(path, " ".repeat(1_000_001));
    await assertRejects(() => loadSettings(path), SettingsError, "more than 1000000 bytes");
    await Deno.writeFile(path, new Uint8Array([255]));
    await assertRejects(() => loadSettings(path), SettingsError, `Cannot read ${path}`);
    await assertRejects(() => loadSettings(`${folder}/no`), SettingsError, "Cannot read");
    await assertRejects(() => loadSettings("/dev/zero"), SettingsError, "bytes");
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CONFIG_HOME");
    else Deno.env.set("XDG_CONFIG_HOME", before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ModelSettings names the models that it has when one is missing", async () => {
  await using server = new ScriptedServer({ replies: ["Hello"] });
  const settings = readSettings(YAML.replaceAll("URL", server.url), "s.yaml");
  assertThrows(() => settings.model("moonshot/kim"), RangeError, 'did you mean "moonshot/kimi"?');
  assertThrows(() => settings.model("zzzzzz"), RangeError, "the settings have moonshot/kimi, moon");
  const text = "backends: { a: { preset: ollama, models: { m: , n: } } }";
  assertThrows(() => readSettings(text, "s.yaml").model(), RangeError, "no models.main, and 2");
});
