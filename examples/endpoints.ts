/** Servers by name, several keys of one model, and the same from a settings file. Replace `baseUrl` by nothing to ask the real ones. */

import { openaiCompatible, readSettings, withEndpoints } from "@cave/agent/model";
import { printable } from "@cave/agent/terminal";
import { ScriptedServer } from "@cave/agent/testing";
import { CaveAgent, LocalRuntime, type Model } from "../mod.ts";
import { check } from "./_model.ts";

// Stands in for the servers: the first key is used up.
await using server = new ScriptedServer({
  replies: [
    { content: "Insufficient balance", status: 402 },
    { content: "Hello from the second key", times: 2 },
    "Hello from the settings",
  ],
});
const baseUrl = server.url;

async function ask(model: Model): Promise<string> {
  await using runtime = new LocalRuntime();
  return (await new CaveAgent({ model, runtime }).run("Hello")).content;
}

// In a program of yours: openaiCompatible("deepseek", { model: "deepseek-chat" }), which reads DEEPSEEK_API_KEY.
function endpoint(apiKey: string): Model {
  return openaiCompatible("deepseek", { model: "deepseek-chat", apiKey, baseUrl, maxRetries: 0 });
}
const model = withEndpoints([endpoint("first"), endpoint("second")], { order: "listed" });
// The second time, the key that worked is asked first.
const answers = [await ask(model), await ask(model)];

// In a program of yours: await loadSettings("settings.yaml"). The command line reads such a file as well.
const settings = readSettings(
  `
backends:
  local:
    preset: ollama
    baseUrl: ${baseUrl}
    models:
      small: { id: "qwen3:4b", contextWindowTokens: 32000 }
models: { main: local/small }
`,
  "settings.yaml",
);
answers.push(await ask(settings.model("main")));
console.log(printable(answers.join("\n")));
check(answers, [
  "Hello from the second key",
  "Hello from the second key",
  "Hello from the settings",
]);
