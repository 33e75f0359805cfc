/**
 * Settings files: backends, models, endpoints and default models, without keys.
 *
 * @module
 */

import { parse } from "@std/yaml";
import { parseSettings } from "./_parse_settings.ts";
import { Place, SettingsError } from "./_place.ts";
import type { ModelSettings } from "./model_settings.ts";

export { SettingsError };

/** Maximum size of a settings file in bytes. */
const MAX_BYTES = 1_000_000;

/** Names of the file in the folder for settings. */
const NAMES = ["settings.yaml", "settings.yml", "settings.json"];

/**
 * Loads a settings file. Keys are not in it: it has the names of the environment variables that hold them, which are read when
 * a model is asked.
 *
 * @param path The path of a JSON or YAML file. @default the file in the folder for settings
 * @returns The models.
 * @throws {SettingsError} If the file cannot be read or is malformed. The message names file, path in it, and expectation.
 *
 * @example Models of a file
 * ```ts
 * import { loadSettings } from "@cave/agent/model";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".yaml" });
 * await Deno.writeTextFile(path, `
 * backends:
 *   local:
 *     preset: ollama
 *     models:
 *       small: { id: "qwen3:4b", contextWindowTokens: 32000 }
 * models: { main: local/small }
 * `);
 * const settings = await loadSettings(path);
 * assertEquals(settings.names, ["local/small"]);
 * assertEquals(settings.model().name, "qwen3:4b");
 * assertEquals(settings.contextWindowTokens("main"), 32_000);
 * await Deno.remove(path);
 * ```
 */
export async function loadSettings(path?: string): Promise<ModelSettings> {
  const file = path ?? await findSettings();
  if (file === undefined) {
    const folder = settingsFolder() ?? "the folder for settings, which no variable names";
    throw new SettingsError(
      `Cannot load settings: there is no ${NAMES.join(", ")} in ${folder}; name a file`,
    );
  }
  return readSettings(await readFile(file), file);
}

/**
 * Reads the text of a settings file.
 *
 * @param text The text.
 * @param file The name of the file, for errors. JSON if it ends in `.json`, otherwise YAML.
 * @returns The models.
 * @throws {SettingsError} If it is malformed.
 */
export function readSettings(text: string, file: string): ModelSettings {
  let value: unknown;
  try {
    value = /\.json$/i.test(file) ? JSON.parse(text) : parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new SettingsError(`Cannot use ${file}: ${reason}`, { cause });
  }
  return parseSettings(new Place(file, value));
}

/**
 * Finds the settings file of the user: `settings.yaml`, `.yml` or `.json` in `cave-agent` below `XDG_CONFIG_HOME`, `~/.config`,
 * or `APPDATA`. Never a file of the working directory: one that came with other people's code could send keys to their server.
 *
 * @returns The path; `undefined` if there is none.
 */
export async function findSettings(): Promise<string | undefined> {
  const folder = settingsFolder();
  if (folder === undefined) return undefined;
  for (const name of NAMES) {
    const path = `${folder}/${name}`;
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        throw new SettingsError(`Cannot read ${path}: ${(error as Error).message}`);
      }
    }
  }
  return undefined;
}

function settingsFolder(): string | undefined {
  const home = variable("HOME");
  const parent = variable("XDG_CONFIG_HOME") ??
    (home === undefined ? variable("APPDATA") : `${home}/.config`);
  return parent === undefined ? undefined : `${parent}/cave-agent`;
}

/** Reads a variable only if that is already allowed, so that Deno does not prompt. */
function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name)?.trim() || undefined : undefined;
}

async function readFile(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    // A size that is only looked at does not bound a file that grows, or a device.
    const bytes = new Uint8Array(MAX_BYTES + 1);
    let length = 0;
    for (
      let count: number | null = 0;
      count !== null && length < bytes.length;
      length += count ?? 0
    ) {
      count = await file.read(bytes.subarray(length));
    }
    if (length > MAX_BYTES) {
      throw new SettingsError(`Cannot use ${path}: it has more than ${MAX_BYTES} bytes`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } catch (cause) {
    if (cause instanceof SettingsError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SettingsError(`Cannot read ${path}: ${reason}`, { cause });
  }
}
