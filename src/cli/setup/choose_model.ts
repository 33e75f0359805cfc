/**
 * The model of a command line: from its flags, the settings file, or the environment.
 *
 * @module
 */

import type { Model } from "../../model/model.ts";
import { OpenAIModel } from "../../model/openai/openai_model.ts";
import { findSettings, loadSettings } from "../../model/settings/load_settings.ts";
import type { ModelSettings } from "../../model/settings/model_settings.ts";
import { checkServerUrl, type CommandLine, UsageError } from "../../terminal/command_line.ts";

const DEFAULT_MODEL = "gpt-5-mini";

/** The models of an agent. */
export interface ChosenModel {
  /** The model. */
  readonly model: Model;
  /** The model that writes summaries. @default `model` */
  readonly summaryModel?: Model;
  /** The window of the model in tokens. @default the agent's */
  readonly contextWindowTokens?: number;
}

/** The options that name a model. */
export type ModelChoice = Pick<CommandLine, "model" | "settings" | "baseUrl">;

/**
 * Chooses the model: a server that is named (`--base-url`), a settings file that is named, `OPENAI_BASE_URL`, the settings file
 * of the user, or OpenAI.
 *
 * @param command The command line.
 * @throws {UsageError} If no model can be asked, or the settings do not have the one that is named.
 * @throws {SettingsError} If the settings file cannot be used.
 */
export async function chooseModel(command: ModelChoice): Promise<ChosenModel> {
  const baseUrl = baseUrlOf(command);
  if (baseUrl !== undefined) {
    checkServerUrl(baseUrl, "OPENAI_BASE_URL");
    return { model: openAIModel(command, baseUrl) };
  }
  const file = command.settings ?? await findSettings();
  if (file !== undefined) return fromSettings(await loadSettings(file), { command, file });
  if (variable("OPENAI_API_KEY") === undefined) {
    throw new UsageError(
      "Cannot ask a model: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own, or name a file with --settings",
    );
  }
  return { model: openAIModel(command) };
}

/** Returns the address of the server that a flag or a variable names. */
export function baseUrlOf(command: ModelChoice): string | undefined {
  return command.baseUrl ??
    (command.settings === undefined ? variable("OPENAI_BASE_URL") : undefined);
}

function fromSettings(
  settings: ModelSettings,
  { command, file }: { readonly command: ModelChoice; readonly file: string },
): ChosenModel {
  try {
    const contextWindowTokens = settings.contextWindowTokens(command.model);
    return {
      model: settings.model(command.model),
      ...(settings.purposes.has("summary") && { summaryModel: settings.model("summary") }),
      ...(contextWindowTokens !== undefined && { contextWindowTokens }),
    };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UsageError(`${cause.message} (${file})`, { cause });
  }
}

function openAIModel({ model }: ModelChoice, baseUrl?: string): OpenAIModel {
  return new OpenAIModel({
    model: model ?? variable("OPENAI_MODEL") ?? DEFAULT_MODEL,
    ...(baseUrl === undefined ? {} : { baseUrl }),
  });
}

/** Returns an environment variable. An empty one counts as unset. */
function variable(name: string): string | undefined {
  return Deno.env.get(name)?.trim() || undefined;
}
