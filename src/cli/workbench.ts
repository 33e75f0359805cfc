/**
 * All that a question of the command line needs: the model, the runtime with its files, the session.
 *
 * @module
 */

import { CaveAgent } from "../cave_agent.ts";
import { defineVariable } from "../inject/host_variable.ts";
import type { Model } from "../model/model.ts";
import { DenoRuntime } from "../runtime/deno_runtime.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { openSession } from "../session/open_session.ts";
import type { Session } from "../session/session.ts";
import { discoverSkills } from "../skills/discover_skills.ts";
import type { Skill } from "../skills/skill.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { Store } from "../store/store.ts";
import { type CommandLine, UsageError } from "../terminal/command_line.ts";
import { DisplayFolder } from "../terminal/view/display_folder.ts";
import { type InputFile, parseInputFile, readInputFile } from "../terminal/files/input_file.ts";
import { writeNote } from "../terminal/terminal_output.ts";
import { findNoServer } from "./advice.ts";
import { baseUrlOf, chooseModel } from "./choose_model.ts";
import { openSessionStore } from "./data_folder.ts";

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
  /** The runtime. */
  readonly runtime: Runtime;
  /** The folder for what is displayed. */
  readonly folder: DisplayFolder | undefined;
  readonly #command: CommandLine;
  readonly #store: Store;
  readonly #makeAgent: () => CaveAgent<Runtime>;
  readonly #setModel: (model: Model) => void;
  #session: Session;

  /** @param parts The parts. */
  constructor(parts: WorkbenchParts) {
    this.#command = parts.command;
    this.#store = parts.store;
    this.#makeAgent = parts.makeAgent;
    this.#session = parts.session;
    this.#setModel = parts.setModel;
    this.skills = parts.skills;
    this.runtime = parts.runtime;
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
  }

  /**
   * Asks another model from now on.
   *
   * @param name Its name.
   */
  async setModel(name: string): Promise<void> {
    this.#setModel((await chooseModel({ ...this.#command, model: name })).model);
  }

  /** Ends the kernel, then the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
    await this.runtime.close();
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
  const chosen = await chooseModel(command);
  const skills = await findSkills(command.skills ?? []);
  const variables = await inputVariables(command.files);
  const baseUrl = baseUrlOf(command);
  const hindrance = baseUrl === undefined ? undefined : await findNoServer(baseUrl);
  if (hindrance !== undefined) throw new UsageError(hindrance);
  let { model } = chosen;
  // Another model can take its place in the middle of a conversation.
  const current: Model = { stream: (...args) => model.stream(...args) };
  const runtime: Runtime = new DenoRuntime({
    variables,
    permissions: command.permissions,
    ...(command.timeoutMs === undefined ? {} : { timeoutMs: command.timeoutMs }),
  }) as Runtime;
  const makeAgent = () =>
    new CaveAgent<Runtime>({
      ...chosen,
      model: current,
      runtime,
      skills,
      askUser: isInteractive,
      ...(command.maxSteps === undefined ? {} : { maxSteps: command.maxSteps }),
    });
  const { session: name } = command;
  const store = name === undefined ? new MemoryStore() : await openSessionStore();
  const session = await openSession(name ?? UNNAMED, {
    store,
    agent: makeAgent(),
    // Without a name nothing outlives the process; branches need one for each question.
    snapshots: name === undefined ? isInteractive ? "run" : "never" : "step",
  });
  const setModel = (next: Model) => void (model = next);
  return new Workbench({ command, store, runtime, makeAgent, session, skills, setModel });
}

/** Finds the skills of directories, and reports faulty ones. */
async function findSkills(directories: readonly string[]): Promise<readonly Skill[]> {
  const { skills, diagnostics } = await discoverSkills(directories);
  for (const { level, message } of diagnostics) writeNote(`${level}: ${message}`);
  return skills;
}

async function inputVariables(files: readonly string[]): Promise<Record<string, unknown>> {
  const variables: Record<string, unknown> = {};
  for (const path of files) {
    const { name, value, description } = await readFile(path);
    if (Object.hasOwn(variables, name)) {
      throw new UsageError(`Cannot use ${path}: another file is named ${name} already`);
    }
    variables[name] = defineVariable(value, { description });
  }
  return variables;
}

/** The name of the standard input among files. */
const STDIN = "-";

async function readFile(path: string): Promise<InputFile> {
  try {
    if (path !== STDIN) return await readInputFile(path);
    return parseInputFile("input.txt", await new Response(Deno.stdin.readable).bytes());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read --file ${path}: ${reason}`, { cause });
  }
}
