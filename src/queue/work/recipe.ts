/**
 * Recipes: agents as data, from which a worker makes them.
 *
 * @module
 */

import type { Agent } from "../../agent/agent.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { SnapshotPolicy } from "../../session/run/recorder.ts";
import type { JsonValue } from "../../store/store.ts";
import { checkAgentName } from "../_check.ts";

/** The session for which an agent is made. */
export interface AgentContext {
  /** The identifier of the session. */
  readonly session: string;
  /** Its owner. @default none */
  readonly user?: string | undefined;
  /** The settings of the recipe. @default null */
  readonly settings: JsonValue;
}

/** Makes an agent for a session, which closes the agent's runtime when it is closed. */
export type MakeAgent = (context: AgentContext) => Agent | Promise<Agent>;

/** Options that all recipes have. */
export interface RecipeOptions {
  /** The name of the agent, which jobs have: 1 to 64 letters, digits, dots, `_` and `-`. */
  readonly agent: string;
  /** The version: runs that begin with one go on with it. @default "1" */
  readonly version?: string | undefined;
  /** Other versions whose runs this one goes on with. @default none */
  readonly accepts?: readonly string[] | undefined;
  /** The settings, for the function that makes the agent. @default null */
  readonly settings?: JsonValue | undefined;
  /** The time at which snapshots are taken. With `run` or `never`, steps on other workers lose the namespace. @default "step" */
  readonly snapshots?: SnapshotPolicy | undefined;
  /** Number of snapshots that are kept for each session. @default 2 */
  readonly keepSnapshots?: number | undefined;
}

/** An agent as data. The operator of a worker gives it; queues and stores never do. */
export interface Recipe extends RecipeOptions {
  /** The address of the module. */
  readonly module: string;
  /** The name of the exported function that makes the agent. @default "default" */
  readonly export?: string | undefined;
}

/** An agent of this program. */
export interface LocalRecipe extends RecipeOptions {
  /** Makes the agent. */
  readonly make: MakeAgent;
}

const NAMES: OptionNames<Recipe & LocalRecipe> = {
  agent: true,
  version: true,
  accepts: true,
  settings: true,
  snapshots: true,
  keepSnapshots: true,
  module: true,
  export: true,
  make: true,
};

/** A checked recipe. */
export interface CheckedRecipe {
  readonly agent: string;
  readonly version: string;
  /** All versions whose runs it goes on with. */
  readonly versions: readonly string[];
  readonly snapshots: SnapshotPolicy;
  readonly keepSnapshots: number;
  /** Makes an agent. The module is loaded once. */
  readonly make: (context: Omit<AgentContext, "settings">) => Promise<Agent>;
}

/**
 * Checks recipes.
 *
 * @param recipes The recipes.
 * @returns The recipes by the names of their agents.
 * @throws {TypeError} If one is malformed, or two have the same agent.
 */
export function checkRecipes(
  recipes: readonly (Recipe | LocalRecipe)[],
): ReadonlyMap<string, CheckedRecipe> {
  const task = "make a worker";
  if (!Array.isArray(recipes) || recipes.length === 0) {
    throw new TypeError(`Cannot ${task}: there are no agents`);
  }
  const checked = new Map<string, CheckedRecipe>();
  for (const recipe of recipes) {
    const next = checkRecipe(recipe);
    if (checked.has(next.agent)) {
      throw new TypeError(`Cannot ${task}: there are two agents ${JSON.stringify(next.agent)}`);
    }
    checked.set(next.agent, next);
  }
  return checked;
}

function checkRecipe(recipe: Recipe | LocalRecipe): CheckedRecipe {
  const task = "use a recipe";
  checkOptions<object>(recipe, { names: NAMES, task });
  const { version = "1", accepts = [], settings = null, snapshots = "step", keepSnapshots = 2 } =
    recipe;
  const agent = checkAgentName(recipe.agent, `${task}: agent`);
  checkAgentName(version, `${task}: version`);
  for (const other of accepts) checkAgentName(other, `${task}: accepts`);
  const make = makerOf(recipe);
  return {
    ...{ agent, version, versions: [...new Set([version, ...accepts])], snapshots, keepSnapshots },
    make: async (context) => {
      const made = await (await make())({ ...context, settings });
      if (typeof made?.stream === "function") return made;
      throw new TypeError(
        `Cannot make the agent ${
          JSON.stringify(agent)
        }: its function has returned a ${typeof made}`,
      );
    },
  };
}

function makerOf(recipe: Recipe | LocalRecipe): () => Promise<MakeAgent> {
  const { agent } = recipe;
  if ("make" in recipe) {
    const { make } = recipe;
    if (typeof make === "function" && !("module" in recipe)) return () => Promise.resolve(make);
    throw new TypeError(
      `Cannot use the recipe ${agent}: make is not a function, or beside a module`,
    );
  }
  const { module, export: name = "default" } = recipe;
  if (typeof module !== "string" || !URL.canParse(module)) {
    throw new TypeError(
      `Cannot use the recipe ${agent}: module is ${JSON.stringify(module)}, and not a URL`,
    );
  }
  let loading: Promise<MakeAgent> | undefined;
  return () => {
    loading ??= load(module, { name, agent });
    // A failed try is no reason for the next one to fail.
    loading.catch(() => loading = undefined);
    return loading;
  };
}

async function load(
  module: string,
  { name, agent }: { readonly name: string; readonly agent: string },
): Promise<MakeAgent> {
  const loaded: Readonly<Record<string, unknown>> = await import(module);
  const make = Object.hasOwn(loaded, name) ? loaded[name] : undefined;
  if (typeof make === "function") return make as MakeAgent;
  throw new TypeError(
    `Cannot make the agent ${JSON.stringify(agent)}: ${module} exports no function ${
      JSON.stringify(name)
    }`,
  );
}
