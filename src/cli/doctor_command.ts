/**
 * The command `doctor`: checks what a question needs, and says what to do about each fault.
 *
 * @module
 */

import { DenoRuntime } from "../runtime/deno_runtime.ts";
import { parseCommandLine } from "../terminal/command_line.ts";
import { writeLine } from "../terminal/terminal_output.ts";
import { chooseModel } from "./setup/choose_model.ts";
import { dataFolder } from "./setup/data_folder.ts";

const MINIMUM_DENO = [2, 9] as const;

/** Time limit of each check, in milliseconds. */
const LIMIT_MS = 10_000;

/** Number of models of a server that are named. */
const MAX_MODELS = 10;

/** A check: returns what was found, or throws an error whose message says what to do. */
type Check = readonly [name: string, check: () => Promise<string>];

/**
 * Runs the checks, and writes a line for each.
 *
 * @param args The options of a question: `--model`, `--base-url`, `--settings`.
 * @returns The exit code: 1 if a check has failed.
 */
export async function runDoctor(args: readonly string[]): Promise<number> {
  const command = parseCommandLine(args);
  const checks: Check[] = [
    ["Deno", checkDeno],
    ["kernel", checkKernel],
    ["model", async () => {
      await chooseModel(command);
      return command.model ?? "chosen";
    }],
    ["server", () => checkServer(command.baseUrl, command.model)],
    ["data", checkData],
  ];
  let failed = 0;
  for (const [name, check] of checks) {
    try {
      writeLine(`ok    ${name}: ${await check()}`);
    } catch (error) {
      failed++;
      writeLine(`FAIL  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed === 0 ? 0 : 1;
}

function checkDeno(): Promise<string> {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  const isRecent = major > MINIMUM_DENO[0] || major === MINIMUM_DENO[0] && minor >= MINIMUM_DENO[1];
  if (isRecent) return Promise.resolve(Deno.version.deno);
  return Promise.reject(
    new Error(
      `${Deno.version.deno} is too old, ${MINIMUM_DENO.join(".")} is needed: run \`deno upgrade\``,
    ),
  );
}

async function checkKernel(): Promise<string> {
  await using runtime = new DenoRuntime({ timeoutMs: LIMIT_MS });
  const started = performance.now();
  const result = await runtime.execute("6 * 7");
  if (result.status !== "ok" || result.value?.text !== "42") {
    throw new Error(`a cell ended as ${result.status}; try \`deno task survival\``);
  }
  return `starts in ${Math.round(performance.now() - started)} ms, without permissions`;
}

async function checkServer(
  baseUrl = Deno.env.get("OPENAI_BASE_URL") || "https://api.openai.com/v1",
  model = Deno.env.get("OPENAI_MODEL"),
): Promise<string> {
  const url = `${baseUrl.replace(/\/+$/, "")}/models`;
  const key = Deno.env.get("OPENAI_API_KEY");
  let response: Response;
  try {
    response = await fetch(url, {
      headers: key ? { authorization: `Bearer ${key}` } : {},
      signal: AbortSignal.timeout(LIMIT_MS),
      redirect: "error",
    });
  } catch (error) {
    throw new Error(
      `${url} cannot be reached (${
        (error as Error).message
      }): check the address, the port and the network`,
    );
  }
  const text = await response.text();
  if (response.status === 401 || response.status === 403) {
    throw new Error(`${url} refuses the key (${response.status}): set OPENAI_API_KEY`);
  }
  if (!response.ok) {
    throw new Error(`${url} answers with status ${response.status}: does the address lack /v1?`);
  }
  const names = modelsIn(text);
  if (names === undefined) {
    throw new Error(`${url} answers with something else than a list of models: is it an API?`);
  }
  if (model !== undefined && names.length > 0 && !names.includes(model)) {
    throw new Error(
      `there is no model ${model}; there are ${names.slice(0, MAX_MODELS).join(", ")}`,
    );
  }
  return `${url} has ${names.length} models`;
}

function modelsIn(text: string): string[] | undefined {
  try {
    const { data } = JSON.parse(text) as { data?: unknown };
    if (!Array.isArray(data)) return undefined;
    return data.map((entry) => String((entry as { id?: unknown } | null)?.id));
  } catch {
    return undefined;
  }
}

async function checkData(): Promise<string> {
  const folder = dataFolder();
  if (folder === undefined) throw new Error("neither XDG_DATA_HOME nor HOME names a folder");
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const path = `${folder}/.check`;
  await Deno.writeTextFile(path, "");
  await Deno.remove(path);
  return folder;
}
