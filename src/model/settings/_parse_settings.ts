/** Reads the values of a settings file into models. */

import { OpenAIModel } from "../openai/openai_model.ts";
import type { OpenAIModelOptions } from "../openai/openai_options.ts";
import { presetOf, PRESETS } from "../openai/presets.ts";
import type { Model } from "../model.ts";
import { type EndpointsOptions, withEndpoints } from "../wrap/endpoints.ts";
import { type Place, SettingsError } from "./_place.ts";
import { type ConfiguredModel, ModelSettings } from "./model_settings.ts";

/** Options of backends that are passed on as they are. */
const PASSED = [
  "maxRetries",
  "timeoutMs",
  "stallTimeoutMs",
  "firstTokenTimeoutMs",
  "tokenTimeoutMs",
  "maxRetryAfterMs",
  "systemRole",
  "reportUsage",
  "returnReasoning",
  "organization",
  "project",
] as const;

const ENDPOINT = ["id", "baseUrl", "apiKeyVariable", "model"];

/** A server, or a key for it. */
interface Endpoint {
  readonly id: string | undefined;
  readonly baseUrl: string;
  readonly apiKeyVariable: string | undefined;
  readonly model: string | undefined;
}

/** A backend: a provider with its endpoints. */
interface Backend {
  readonly provider: string;
  readonly options: OpenAIModelOptions;
  readonly endpoints: readonly Endpoint[];
  readonly rotation: EndpointsOptions;
}

/** Reads a whole file. */
export function parseSettings(root: Place): ModelSettings {
  root.object(["backends", "models"]);
  const models = new Map<string, ConfiguredModel>();
  const backends = root.at("backends").record();
  if (backends.length === 0) root.at("backends").fail("at least one backend");
  for (const [name, place] of backends) {
    checkName(name, place);
    for (const [model, configured] of readModels(name, place)) {
      models.set(`${name}/${model}`, configured);
    }
  }
  const purposes = new Map<string, string>();
  const defaults = root.at("models");
  if (defaults.isSet) {
    defaults.object(["main", "summary"]);
    for (const [purpose, place] of defaults.record()) {
      const name = place.text("the name of a model, as in backend/model");
      if (!models.has(name)) place.fail(`one of ${[...models.keys()].slice(0, 20).join(", ")}`);
      purposes.set(purpose, name);
    }
  }
  return new ModelSettings(models, purposes);
}

function checkName(name: string, place: Place): void {
  if (!/^[\w.:@-]{1,80}$/.test(name)) {
    place.fail("a name of letters, digits, dots, colons and dashes");
  }
}

function readModels(name: string, place: Place): [string, ConfiguredModel][] {
  place.object([
    ...["preset", "baseUrl", "apiKeyVariable", "endpoints", "rotation", "models", "parameters"],
    ...PASSED,
  ]);
  const backend = readBackend(name, place);
  const models = place.at("models").record();
  if (models.length === 0) place.at("models").fail("at least one model");
  return models.map(([model, settings]) => {
    if (!/^[\w.:@/-]{1,120}$/.test(model)) settings.fail("a name without spaces");
    return [model, readModel(model, { place: settings, backend })];
  });
}

function readBackend(name: string, place: Place): Backend {
  const preset = presetAt(place.at("preset"));
  const baseUrl = place.at("baseUrl").isSet ? place.at("baseUrl").url() : preset?.baseUrl;
  const apiKeyVariable = place.at("apiKeyVariable").isSet
    ? place.at("apiKeyVariable").variable()
    : preset?.keyVariable;
  const options: Record<string, unknown> = { ...preset?.quirks };
  for (const key of PASSED) {
    if (place.at(key).isSet) options[key] = place.at(key).scalar();
  }
  if (place.at("parameters").isSet) options.parameters = place.at("parameters").json();
  const provider = place.at("preset").isSet ? place.at("preset").text() : name;
  const listed = place.at("endpoints");
  const defaults = { id: undefined, baseUrl, apiKeyVariable, model: undefined };
  const endpoints = listed.isSet
    ? listed.list().map((entry) => readEndpoint(entry, defaults))
    : [{ ...defaults, baseUrl: baseUrl ?? place.at("baseUrl").fail("a URL, or a preset") }];
  if (endpoints.length === 0) listed.fail("at least one endpoint");
  checkOptionsOf(place, { ...options, provider });
  const rotation = place.at("rotation").isSet ? place.at("rotation").json() : {};
  attempt(place.at("rotation"), () => withEndpoints([NO_MODEL], rotation));
  return { provider, options, endpoints, rotation };
}

const NO_MODEL: Model = { async *stream() {} };

function presetAt(place: Place): ReturnType<typeof presetOf> | undefined {
  if (!place.isSet) return undefined;
  const name = place.text("the name of a preset");
  return Object.hasOwn(PRESETS, name)
    ? presetOf(name)
    : place.fail(`one of ${Object.keys(PRESETS).join(", ")}`);
}

function readEndpoint(
  place: Place,
  defaults: Omit<Endpoint, "baseUrl"> & { baseUrl: string | undefined },
): Endpoint {
  place.object(ENDPOINT);
  const { baseUrl = undefined, apiKeyVariable } = defaults;
  const optional = (name: string) => place.at(name).isSet ? place.at(name).text() : undefined;
  const url = place.at("baseUrl");
  return {
    id: optional("id"),
    baseUrl: url.isSet ? url.url() : baseUrl ?? url.fail("a URL, or one for the whole backend"),
    apiKeyVariable: place.at("apiKeyVariable").isSet
      ? place.at("apiKeyVariable").variable()
      : apiKeyVariable,
    model: optional("model"),
  };
}

function readModel(
  name: string,
  { place, backend }: { readonly place: Place; readonly backend: Backend },
): ConfiguredModel {
  const settings = place.isSet ? place : undefined;
  settings?.object(["id", "contextWindowTokens", "parameters", "extraParameters", "endpoints"]);
  const at = (key: string) => settings?.at(key).isSet ? settings.at(key) : undefined;
  const id = at("id")?.text() ?? name;
  const endpoints = at("endpoints")?.list().map((entry) => endpointOf(entry, backend)) ??
    backend.endpoints;
  if (endpoints.length === 0) at("endpoints")?.fail("at least one endpoint");
  const parameters = {
    ...backend.options.parameters,
    ...at("parameters")?.json(),
  };
  const extraParameters = at("extraParameters")?.json();
  const optionsFor = (endpoint: Endpoint): OpenAIModelOptions => ({
    ...backend.options,
    model: endpoint.model ?? id,
    baseUrl: endpoint.baseUrl,
    provider: backend.provider,
    parameters,
    ...(extraParameters === undefined ? {} : { extraParameters }),
    ...(endpoint.apiKeyVariable === undefined
      ? { apiKey: "none" }
      : { apiKeyVariable: endpoint.apiKeyVariable }),
    // Endpoints are repeated in turn.
    ...(endpoints.length > 1 ? { maxRetries: 0 } : {}),
  });
  checkOptionsOf(place, optionsFor(endpoints[0]!));
  const contextWindowTokens = at("contextWindowTokens")?.count();
  return {
    create: () => {
      const models = endpoints.map((endpoint) => new OpenAIModel(optionsFor(endpoint)));
      return models.length === 1 ? models[0]! : withEndpoints(models, backend.rotation);
    },
    ...(contextWindowTokens === undefined ? {} : { contextWindowTokens }),
  };
}

/** Returns an endpoint of a model: one of the backend, by its id, maybe with another name of the model. */
function endpointOf(place: Place, { endpoints }: Backend): Endpoint {
  const isObject = typeof place.value === "object" && place.value !== null;
  if (isObject) place.object(["id", "model"]);
  const idPlace = isObject ? place.at("id") : place;
  const id = idPlace.text("the id of an endpoint");
  const known = endpoints.find((endpoint) => endpoint.id === id);
  if (known === undefined) {
    const ids = endpoints.map(({ id }) => id).filter((id) => id !== undefined);
    return idPlace.fail(
      ids.length === 0 ? "an endpoint with this id in the backend" : `one of ${ids.join(", ")}`,
    );
  }
  const model = isObject ? place.at("model") : undefined;
  return model?.isSet ? { ...known, model: model.text() } : known;
}

function checkOptionsOf(place: Place, options: OpenAIModelOptions): void {
  attempt(place, () => void new OpenAIModel(options));
}

/** Names the place of an error in values that are passed on. */
function attempt(place: Place, action: () => unknown): void {
  try {
    action();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    try {
      place.fail("valid options");
    } catch (error) {
      throw new SettingsError(`${(error as Error).message}: ${reason}`, { cause });
    }
  }
}
