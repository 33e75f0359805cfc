/**
 * Resources of projects and users in files: agents, prompts, skills, middleware, MCP servers.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import type { AgentMiddleware } from "../agent/step/middleware.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { parseFrontmatter } from "../skills/parse/frontmatter.ts";
import { conventionalSources, discoverSkills } from "../skills/discover_skills.ts";
import type { Skill } from "../skills/skill.ts";
import { printable } from "../text/printable.ts";
import { truncate } from "../text/truncate.ts";
import { LocalWorkspace } from "../workspace/local/local_workspace.ts";
import { WorkspaceError } from "../workspace/workspace.ts";
import { type AgentProfile, agentProfile, checkResourceName } from "./agent_profile.ts";

/** The kinds of resources. */
export type ResourceKind = "agent" | "prompt" | "skill" | "middleware" | "server";

/** The place of a resource: the project, or the home of the user. */
export type ResourceOrigin = "project" | "home";

/** Options of {@linkcode discoverResources}. */
export interface ResourcesOptions {
  /** The folder of the project. Its resources win. @default none */
  readonly project?: string | undefined;
  /** The home of the user. @default none */
  readonly home?: string | undefined;
  /**
   * The folders whose code is loaded: middleware, code of skills, and servers, which are programs. What is in others is a
   * diagnostic. @default none
   */
  readonly trust?: readonly ResourceOrigin[] | undefined;
}

const OPTIONS: OptionNames<ResourcesOptions> = { project: true, home: true, trust: true };

/** A resource. */
export interface Resource<T> {
  /** The name. */
  readonly name: string;
  /** The folder that it comes from. */
  readonly origin: ResourceOrigin;
  /** The file, from that folder. */
  readonly path: string;
  /** The resource itself. */
  readonly value: T;
}

/** A fault of a file. It never hides other resources. */
export interface ResourceDiagnostic {
  /** The kind of the resource. */
  readonly kind: ResourceKind;
  /** The folder. */
  readonly origin: ResourceOrigin;
  /** The file, from that folder, without characters that control a terminal. */
  readonly path: string;
  /** The fault as a sentence, without characters that control a terminal. */
  readonly message: string;
}

/** The result of {@linkcode discoverResources}. */
export interface Resources {
  /** Agents by name. */
  readonly agents: ReadonlyMap<string, Resource<AgentProfile>>;
  /** Prompts by name. */
  readonly prompts: ReadonlyMap<string, Resource<string>>;
  /** Skills, for the option `skills` of an agent. */
  readonly skills: readonly Skill[];
  /** Middleware by name, for the option `middleware` of an agent. */
  readonly middleware: ReadonlyMap<string, Resource<AgentMiddleware>>;
  /** Entries for the `mcpServers` of `connectMcp`. */
  readonly servers: ReadonlyMap<string, Resource<Readonly<Record<string, unknown>>>>;
  /** The faults. */
  readonly diagnostics: readonly ResourceDiagnostic[];
}

/** Bytes of a file, and files of a folder. */
const MAX_BYTES = 1 << 20;
const MAX_FILES = 500;
const MAX_MESSAGE_CHARS = 1_000;

/** Where files of each kind are, in the order of precedence. */
const AGENT_FOLDERS = [".cave/agents", ".agents/agents", ".claude/agents"];
const PROMPT_FOLDERS = [".cave/prompts", ".agents/prompts", ".claude/commands"];
const SERVER_FILES = [".cave/mcp.json", ".mcp.json"];

/**
 * Finds resources. A faulty file is a diagnostic and never an exception; of two with one name, the project's wins.
 *
 * @param options The folders, and which of them are trusted.
 *
 * @example An agent of a project
 * ```ts
 * import { discoverResources } from "@cave/agent/resources";
 * import { assertEquals } from "@std/assert";
 *
 * const project = await Deno.makeTempDir();
 * await Deno.mkdir(`${project}/.cave/agents`, { recursive: true });
 * await Deno.writeTextFile(
 *   `${project}/.cave/agents/reviewer.md`,
 *   "---\ndescription: Reviews changes\nmaxSteps: 5\n---\nLook for bugs.\n",
 * );
 * const { agents, diagnostics } = await discoverResources({ project });
 * const reviewer = agents.get("reviewer")?.value;
 * assertEquals([reviewer?.instructions, reviewer?.maxSteps], ["Look for bugs.", 5]);
 * assertEquals(diagnostics, []);
 * ```
 */
export async function discoverResources(options: ResourcesOptions = {}): Promise<Resources> {
  checkOptions(options, { names: OPTIONS, task: "find resources" });
  const found = new Discovery();
  const { trust = [] } = options;
  for (const origin of ["project", "home"] as const) {
    const root = options[origin];
    if (root === undefined) continue;
    await found.search(root, { origin, isTrusted: trust.includes(origin) });
  }
  const { agents, prompts, middleware, servers, diagnostics } = found;
  const skills = await found.skills(options);
  return { agents, prompts, skills, middleware, servers, diagnostics };
}

/** A folder that is searched. */
interface Place {
  readonly origin: ResourceOrigin;
  readonly isTrusted: boolean;
}

class Discovery {
  readonly agents = new Map<string, Resource<AgentProfile>>();
  readonly prompts = new Map<string, Resource<string>>();
  readonly middleware = new Map<string, Resource<AgentMiddleware>>();
  readonly servers = new Map<string, Resource<Readonly<Record<string, unknown>>>>();
  readonly diagnostics: ResourceDiagnostic[] = [];

  async search(root: string, place: Place): Promise<void> {
    let files: LocalWorkspace;
    try {
      files = new LocalWorkspace(root);
    } catch (error) {
      if (!(error instanceof WorkspaceError)) throw error;
      this.#report("agent", place.origin, { path: ".", error });
      return;
    }
    for (const folder of AGENT_FOLDERS) {
      for (const path of await this.#filesIn(files, folder, ".md")) {
        await this.#try("agent", place.origin, { path }, async () => {
          const { fields, body } = splitFrontmatter(await read(files, path));
          const { name = stemOf(path), ...rest } = fields;
          const profile = agentProfile(String(name), { instructions: body.trim(), ...rest });
          put(this.agents, { name: profile.name, origin: place.origin, path, value: profile });
        });
      }
    }
    const list = ".cave/agents.json";
    await this.#entries(files, list, { kind: "agent", key: "agents", place }, (name, entry) => {
      const value = agentProfile(name, entry);
      put(this.agents, { name, origin: place.origin, path: list, value });
    });
    for (const folder of PROMPT_FOLDERS) {
      for (const path of await this.#filesIn(files, folder, ".md")) {
        await this.#try("prompt", place.origin, { path }, async () => {
          const { body } = splitFrontmatter(await read(files, path));
          const name = stemOf(path);
          checkResourceName(name);
          put(this.prompts, { name, origin: place.origin, path, value: body.trim() });
        });
      }
    }
    for (const path of SERVER_FILES) {
      await this.#entries(
        files,
        path,
        { kind: "server", key: "mcpServers", place },
        (name, entry) => {
          if (!place.isTrusted) throw new TypeError(untrusted(place.origin, `the server ${name}`));
          if (!isRecord(entry)) throw new TypeError(`the server ${name} is not an object`);
          put(this.servers, { name, origin: place.origin, path, value: entry });
        },
      );
    }
    for (const path of await this.#filesIn(files, ".cave/middleware", ".ts")) {
      await this.#try("middleware", place.origin, { path }, async () => {
        if (!place.isTrusted) throw new TypeError(untrusted(place.origin, "the module"));
        const module = await import(pathToFileURL(`${files.root}/${path}`).href) as {
          middleware?: unknown;
        };
        if (!isRecord(module.middleware)) {
          throw new TypeError("it exports no object of the name middleware");
        }
        const name = stemOf(path);
        const value = { name, ...module.middleware } as AgentMiddleware;
        put(this.middleware, { name, origin: place.origin, path, value });
      });
    }
  }

  /** Finds skills in `.cave/skills` and in the conventional places. */
  async skills({ project, home, trust = [] }: ResourcesOptions): Promise<Skill[]> {
    const skills = new Map<string, Skill>();
    for (const [origin, root] of [["project", project], ["home", home]] as const) {
      if (root === undefined) continue;
      const level = trust.includes(origin) ? "code" : "instructions";
      const own = { path: `${root}/.cave/skills`, optional: true };
      const sources = [own, ...conventionalSources({ project: root })]
        .map((source) => ({ ...source, trust: level } as const));
      await this.#try("skill", origin, { path: ".cave/skills" }, async () => {
        const { skills: found, diagnostics } = await discoverSkills(sources);
        for (const skill of found) if (!skills.has(skill.name)) skills.set(skill.name, skill);
        for (const { message, path = "" } of diagnostics) {
          const relative = path.startsWith(root) ? path.slice(root.length + 1) : path;
          this.#report("skill", origin, { path: relative, error: new TypeError(message) });
        }
      });
    }
    return [...skills.values()];
  }

  async #filesIn(files: LocalWorkspace, folder: string, extension: string): Promise<string[]> {
    try {
      const { entries } = await files.list(folder, { limit: MAX_FILES });
      return entries.filter(({ kind, path }) => kind === "file" && path.endsWith(extension))
        .map(({ path }) => path);
    } catch (error) {
      if (error instanceof WorkspaceError) return [];
      throw error;
    }
  }

  /** Reads the entries of a file of JSON, each by itself. */
  async #entries(
    files: LocalWorkspace,
    path: string,
    { kind, key, place: { origin } }: {
      readonly kind: ResourceKind;
      readonly key: string;
      readonly place: Place;
    },
    take: (name: string, entry: unknown) => void,
  ): Promise<void> {
    if (!await files.exists(path)) return;
    await this.#try(kind, origin, { path }, async () => {
      const value: unknown = JSON.parse(await read(files, path));
      const entries = isRecord(value) && isRecord(value[key]) ? value[key] : value;
      if (!isRecord(entries)) throw new TypeError("it has no object of entries");
      for (const [name, entry] of Object.entries(entries)) {
        await this.#try(kind, origin, { path }, () => Promise.resolve(take(name, entry)));
      }
    });
  }

  async #try(
    kind: ResourceKind,
    origin: ResourceOrigin,
    { path }: { readonly path: string },
    action: () => Promise<void>,
  ): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#report(kind, origin, { path, error });
    }
  }

  #report(
    kind: ResourceKind,
    origin: ResourceOrigin,
    { path, error }: { readonly path: string; readonly error: unknown },
  ): void {
    const reason = error instanceof Error ? error.message : String(error);
    const message = printable(truncate(reason, MAX_MESSAGE_CHARS));
    this.diagnostics.push({ kind, origin, path: printable(path), message });
  }
}

/** Adds a resource, unless an earlier place has one of the name. */
function put<T>(resources: Map<string, Resource<T>>, resource: Resource<T>): void {
  if (!resources.has(resource.name)) resources.set(resource.name, resource);
}

async function read(files: LocalWorkspace, path: string): Promise<string> {
  return await files.readText(path, { maxBytes: MAX_BYTES });
}

function splitFrontmatter(text: string): {
  readonly fields: Record<string, unknown>;
  readonly body: string;
} {
  const found = /^\ufeff?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
  if (found === null) return { fields: {}, body: text };
  const { values } = parseFrontmatter(found[1]!, "lenient");
  return { fields: Object.fromEntries(values), body: text.slice(found[0].length) };
}

function untrusted(origin: ResourceOrigin, what: string): string {
  return `${what} is code, and the folder is not trusted: say trust: ["${origin}"] to load it`;
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
