/**
 * All that a question of the command line needs: the model, the runtime with its files, the session.
 *
 * @module
 */

import { CaveAgent } from "../../cave_agent.ts";
import type { Model, ModelAttachment } from "../../model/model.ts";
import type { CellResult } from "../../runtime/cells/cell_result.ts";
import { DenoRuntime } from "../../runtime/deno_runtime.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { openSession } from "../../session/open_session.ts";
import type { Session } from "../../session/session.ts";
import { discoverSkills } from "../../skills/discover_skills.ts";
import type { Skill } from "../../skills/skill.ts";
import { MemoryStore } from "../../store/memory_store.ts";
import type { Store } from "../../store/store.ts";
import { type CommandLine, UsageError } from "../../terminal/command_line.ts";
import { printable } from "../../text/printable.ts";
import { writeNote, writeStyledNote } from "../../terminal/terminal_output.ts";
import { DisplayFolder } from "../../terminal/view/display_folder.ts";
import { findNoServer } from "../setup/advice.ts";
import { baseUrlOf, chooseModel } from "../setup/choose_model.ts";
import { openSessionStore } from "../setup/data_folder.ts";
import { connectServers, findFolderResources } from "./folder_resources.ts";
import { kernelLimits } from "./file_limits.ts";
import { loadFiles } from "./load_files.ts";
import type { SavedPrompts } from "./saved_prompts.ts";

/** The name of a session that is not kept. */
const UNNAMED = "conversation";

/** Options of {@linkcode openWorkbench}. */
export interface WorkbenchOptions {
  /** Whether a person can answer questions of the model. */
  readonly isInteractive: boolean;
}

/** The parts of a conversation, which end together. */
export class Workbench implements AsyncDisposable {
  /** The skills. */
  readonly skills: readonly Skill[];
  /** The prompts of files, by name. */
  readonly prompts: SavedPrompts;
  /** The runtime. */
  readonly runtime: Runtime;
  /** The folder for what is displayed. */
  readonly folder: DisplayFolder | undefined;
  /** The result of the last cell. */
  lastCell: CellResult | undefined;
  readonly #command: CommandLine;
  readonly #store: Store;
  readonly #makeAgent: () => CaveAgent<Runtime>;
  readonly #setModel: (model: Model) => void;
  readonly #servers: readonly AsyncDisposable[];
  #session: Session;
  #attachments: readonly ModelAttachment[];

  /** @param parts The parts. */
  constructor(parts: WorkbenchParts) {
    this.#command = parts.command;
    this.#store = parts.store;
    this.#makeAgent = parts.makeAgent;
    this.#session = parts.session;
    this.#setModel = parts.setModel;
    this.skills = parts.skills;
    this.prompts = parts.prompts;
    this.#servers = parts.servers;
    this.runtime = parts.runtime;
    this.#attachments = parts.attachments;
    const { output } = parts.command;
    this.folder = output === undefined ? undefined : new DisplayFolder(output);
  }

  /** The present session. */
  get session(): Session {
    return this.#session;
  }

  /**
   * Goes on with another session of the store.
   *
   * @param id Its identifier.
   */
  async open(id: string): Promise<void> {
    // Another agent: this one remembers the present conversation.
    const session = await openSession(id, { store: this.#store, agent: this.#makeAgent() });
    await this.#session.close();
    await this.runtime.reset();
    this.#session = session;
    await session.prepare();
  }

  /**
   * Asks another model from now on.
   *
   * @param name Its name.
   */
  async setModel(name: string): Promise<void> {
    this.#setModel((await chooseModel({ ...this.#command, model: name })).model);
  }

  /**
   * Loads files into the namespace, and shows pictures to the model with the next question.
   *
   * @param names The files.
   * @returns The names of their variables.
   * @throws {UsageError} If one cannot be read.
   */
  async load(names: readonly string[]): Promise<string[]> {
    const taken = new Set((await this.runtime.names()).map(({ name }) => name));
    const { variables, attachments } = await load(names, { command: this.#command, taken });
    await this.runtime.inject({ variables });
    this.#attachments = [...this.#attachments, ...attachments];
    return Object.keys(variables);
  }

  /** Returns the pictures that belong to the next question. */
  takeAttachments(): readonly ModelAttachment[] {
    const attachments = this.#attachments;
    this.#attachments = [];
    return attachments;
  }

  /** Ends the kernel, the servers, then the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
    await this.runtime.close();
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    await this.#store.close();
  }
}

/** The parts of {@linkcode Workbench}. */
interface WorkbenchParts {
  readonly command: CommandLine;
  readonly store: Store;
  readonly runtime: Runtime;
  readonly makeAgent: () => CaveAgent<Runtime>;
  readonly session: Session;
  readonly skills: readonly Skill[];
  readonly prompts: SavedPrompts;
  readonly servers: readonly AsyncDisposable[];
  readonly attachments: readonly ModelAttachment[];
  readonly setModel: (model: Model) => void;
}

/**
 * Opens everything for a command line.
 *
 * @param command The command line.
 * @param options Whether a person is there.
 * @throws {UsageError} If a file cannot be read, or there is no model.
 */
export async function openWorkbench(
  command: CommandLine,
  { isInteractive }: WorkbenchOptions,
): Promise<Workbench> {
  const { profile, prompts, ...found } = await findFolderResources(command);
  const maxSteps = command.maxSteps ?? profile?.maxSteps;
  const chosen = await chooseModel({ ...command, model: command.model ?? profile?.model });
  const named = await findSkills(command.skills ?? []);
  // Folders that were named come first.
  const skills = [
    ...new Map([...found.skills, ...named].map((skill) => [skill.name, skill])).values(),
  ];
  const { variables, attachments, bytes } = await load(command.files, { command });
  const baseUrl = baseUrlOf(command);
  const hindrance = baseUrl === undefined ? undefined : await findNoServer(baseUrl);
  if (hindrance !== undefined) throw new UsageError(hindrance);
  let { model } = chosen;
  // Another model can take its place in the middle of a conversation.
  const current: Model = { stream: (...args) => model.stream(...args) };
  const denoPath = Deno.env.get("CAVE_DENO")?.trim() || undefined;
  const runtime: Runtime = new DenoRuntime({
    variables,
    permissions: command.permissions,
    ...(command.timeoutMs === undefined ? {} : { timeoutMs: command.timeoutMs }),
    ...(denoPath === undefined ? {} : { denoPath }),
    ...kernelLimits(bytes, command.memoryBytes),
  }) as Runtime;
  if (command.files.length > 0) await beginWith(runtime);
  const servers = await connectServers(found.servers);
  for (const server of servers) await server.inject(runtime);
  // "Always" holds as long as the conversation is open.
  const decisions = new Map<string, boolean>();
  const makeAgent = () =>
    new CaveAgent<Runtime>({
      ...chosen,
      model: current,
      runtime,
      skills,
      askUser: isInteractive,
      decisions,
      middleware: [...found.middleware.values()].map(({ value }) => value),
      ...(profile === undefined || profile.instructions === ""
        ? {}
        : { instructions: profile.instructions }),
      ...(maxSteps === undefined ? {} : { maxSteps }),
    });
  const { session: name } = command;
  const store = name === undefined ? new MemoryStore() : await openSessionStore();
  const session = await openSession(name ?? UNNAMED, {
    store,
    agent: makeAgent(),
    // Without a name nothing outlives the process; branches need one for each question.
    snapshots: name === undefined ? isInteractive ? "run" : "never" : "step",
  });
  // A person may look at names before the first question.
  if (isInteractive) await session.prepare();
  const setModel = (next: Model) => void (model = next);
  return new Workbench({
    command,
    store,
    runtime,
    makeAgent,
    session,
    skills,
    prompts,
    servers,
    attachments,
    setModel,
  });
}

/** Finds the skills of directories, and reports faulty ones. */
async function findSkills(directories: readonly string[]): Promise<readonly Skill[]> {
  const { skills, diagnostics } = await discoverSkills(directories);
  for (const { level, message } of diagnostics) writeNote(`${level}: ${message}`);
  return skills;
}

/** Reads files, and shows how far it is. */
async function load(
  names: readonly string[],
  { command, taken }: { readonly command: CommandLine; readonly taken?: ReadonlySet<string> },
) {
  const isShown = Deno.stderr.isTerminal();
  let last = "";
  try {
    return await loadFiles(names, {
      permissions: command.permissions,
      memoryBytes: command.memoryBytes,
      ...(taken === undefined ? {} : { taken }),
      onNote: writeNote,
      onProgress: (file, part) => {
        const line = `reading ${printable(file)}: ${Math.floor(part * 100)} %`;
        if (isShown && line !== last) writeStyledNote(`\r\x1b[K${line}`);
        last = line;
      },
    });
  } finally {
    if (isShown && last !== "") writeStyledNote("\r\x1b[K");
  }
}

/** Starts the kernel with its files, before the model is asked. */
async function beginWith(runtime: Runtime): Promise<void> {
  try {
    await runtime.names();
  } catch (cause) {
    await runtime.close();
    if (!(cause instanceof RangeError)) throw cause;
    throw new UsageError(
      `Cannot load the files: ${cause.message}; --memory allows a larger kernel`,
      { cause },
    );
  }
}
