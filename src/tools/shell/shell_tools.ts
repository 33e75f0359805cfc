/**
 * Tools that run commands on the machine of the host: outside of the sandbox of cells.
 *
 * @module
 */

import { z } from "zod";
import { currentScope, type RunScope } from "../../agent/team/run_scope.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { LocalWorkspace } from "../../workspace/local/local_workspace.ts";
import { joinPath, parsePath, shown } from "../../workspace/workspace_path.ts";
import { WorkspaceError } from "../../workspace/workspace.ts";
import { type ToolFamily, toolFamily } from "../family/tool_family.ts";
import { defineTool } from "../family/tool.ts";
import { Command } from "./_command.ts";
import { findShell, hasBubblewrap } from "./_command_line.ts";
import { checkShellOptions, type ShellToolsOptions } from "./shell_options.ts";
import { type CommandRequest, CommandRules, sortOfCommand } from "./command_rules.ts";

export type { ShellToolsOptions };

/** Tools that run commands, with what has to be ended. */
export interface ShellTools extends ToolFamily, AsyncDisposable {
  /** Whether commands run in bubblewrap. */
  readonly isIsolated: boolean;

  /** Ends all commands, and everything that they have started. Idempotent. */
  close(): Promise<void>;
}

const MAX_COMMAND_CHARS = 20_000;
const MAX_STDIN_CHARS = 10_000_000;
/** Commands in the background that have ended, whose output is kept. */
const MAX_ENDED = 20;

const RESULT =
  `interface CommandResult { id: string; status: "running" | "exited" | "timeout" | "stopped"; exitCode?: number; output: string; outputChars: number; truncated: boolean; artifact?: string; durationMs?: number }`;

/**
 * Makes tools that run commands in a workspace. This leaves the sandbox of cells: each command is asked for, unless rules or
 * options say otherwise.
 *
 * @param workspace The workspace, a local one.
 * @param options The acknowledgement, the wall, rules, limits.
 * @returns The tools. Close them, which ends commands in the background.
 * @throws {TypeError} If the acknowledgement is missing; {Deno.errors.NotSupported} if bubblewrap is wanted and does not work.
 *
 * @example A command that needs no approval
 * ```ts
 * import { CaveAgent, LocalRuntime } from "@cave/agent";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { CommandRules, shellTools } from "@cave/agent/tools";
 * import { LocalWorkspace } from "@cave/agent/workspace";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({
 *   replies: ['~~~ts\nconsole.log((await shell.run("echo hello")).output)\n~~~', "It says hello."],
 * });
 * await using shell = shellTools(new LocalWorkspace(await Deno.makeTempDir()), {
 *   dangerouslyRunsCommandsOfTheModel: true,
 *   rules: new CommandRules({ allow: ["echo *"] }),
 * });
 * await using runtime = new LocalRuntime();
 * await shell.inject(runtime);
 * const run = new CaveAgent({ model: server.model(), runtime }).stream("Greet");
 * let printed = "";
 * for await (const event of run) if (event.type === "output") printed += event.text;
 * assertEquals(printed.trim(), "hello");
 * ```
 */
export function shellTools(workspace: LocalWorkspace, options: ShellToolsOptions): ShellTools {
  checkShellOptions(workspace, options);
  return new Shell(workspace, options);
}

class Shell implements ShellTools {
  readonly name = "shell";
  readonly injections: ToolFamily["injections"];
  readonly tools: ToolFamily["tools"];
  readonly isIsolated: boolean;
  readonly #workspace: LocalWorkspace;
  readonly #options: ShellToolsOptions;
  readonly #rules: CommandRules;
  readonly #shell: readonly string[];
  readonly #commands = new Map<string, Command>();
  #count = 0;
  #isClosed = false;

  constructor(workspace: LocalWorkspace, options: ShellToolsOptions) {
    const { sandbox = "auto", rules = new CommandRules(), approval = "ask" } = options;
    this.#workspace = workspace;
    this.#options = options;
    this.#rules = rules;
    this.#shell = options.shell ?? findShell();
    this.isIsolated = sandbox !== "none" && hasBubblewrap();
    if (sandbox === "bubblewrap" && !this.isIsolated) {
      throw new Deno.errors.NotSupported(
        'Cannot run commands in bubblewrap: it does not work here; install it, or use the sandbox "none"',
      );
    }
    const family = toolFamily(this.#define(approval), {
      name: this.name,
      description: "Commands on the machine of the user",
    });
    this.injections = family.injections;
    this.tools = family.tools;
  }

  async inject(runtime: Pick<Runtime, "inject">): Promise<void> {
    await runtime.inject(this.injections);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const commands = [...this.#commands.values()];
    for (const command of commands) if (command.status === "running") command.stop();
    await Promise.all(commands.map(({ ended }) => ended));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #define(approval: "ask" | "never") {
    const { timeoutMs = 120_000, maxTimeoutMs = 600_000 } = this.#options;
    // Found once, so that the description stays the same and is cached with the prompt.
    const wall = this.isIsolated
      ? `in bubblewrap: only the workspace can be written${
        this.#options.network === true ? "" : ", there is no network"
      }`
      : "without a sandbox";
    const run = defineTool({
      member: "run",
      tool: "run_command",
      description:
        `Runs a command with \`${
          this.#shell.join(" ")
        }\` in the workspace, ${wall}. Returns its output, both streams merged, and ` +
        `its exit code. The time limit is ${timeoutMs} ms, at most ${maxTimeoutMs}. With background it returns at once, see status. ` +
        (approval === "ask" ? "A person may have to approve it." : ""),
      input: z.strictObject({
        command: z.string().min(1).max(MAX_COMMAND_CHARS),
        directory: z.string().default(".").transform((path) => joinPath(parsePath(path))),
        stdin: z.string().max(MAX_STDIN_CHARS).optional(),
        timeoutMs: z.number().positive().default(timeoutMs).transform((ms) =>
          Math.min(ms, maxTimeoutMs)
        ),
        background: z.boolean().default(false),
      }),
      positional: ["command"],
      returns: "CommandResult",
      types: [RESULT],
      effect: "write",
      timeoutMs: Infinity,
      approval: (request: CommandRequest) => {
        this.#checkDenied(request);
        if (approval === "never" || this.#rules.allows(request)) return false;
        return sortOfCommand(request);
      },
      call: (request, { signal }) => this.#run(request, signal),
    });
    const id = z.string().max(100);
    const status = defineTool({
      member: "status",
      tool: "command_status",
      description:
        "Describes a command in the background, with its output so far; from leaves out as many characters.",
      input: z.strictObject({ id, from: z.int().min(0).optional() }),
      positional: ["id", "from"],
      returns: "CommandResult",
      types: [RESULT],
      effect: "read",
      call: ({ id, from }) => Promise.resolve(this.#find(id).describe(from)),
    });
    const stop = defineTool({
      member: "stop",
      tool: "stop_command",
      description: "Ends a command in the background, and everything that it has started.",
      input: z.strictObject({ id }),
      positional: ["id"],
      returns: "CommandResult",
      types: [RESULT],
      effect: "write",
      idempotent: true,
      call: async ({ id }) => {
        const command = this.#find(id);
        if (command.status === "running") command.stop();
        await command.ended;
        return command.describe();
      },
    });
    return [run, status, stop];
  }

  async #run(
    request: CommandRequest & { readonly timeoutMs: number },
    signal: AbortSignal,
  ): Promise<unknown> {
    // A person may have changed the command.
    this.#checkDenied(request);
    if (this.#isClosed) throw new TypeError("Cannot run a command: the tools are closed");
    signal.throwIfAborted();
    const { background } = request;
    if (background) this.#checkRoom();
    const scope = currentScope();
    const command = await this.#start(request, scope);
    const stopped = () => command.stop();
    // The wait of a cell for a command in the background is over.
    if (background) scope?.signal.addEventListener("abort", stopped, { once: true });
    else signal.addEventListener("abort", stopped, { once: true });
    const end = command.ended.finally(() => {
      signal.removeEventListener("abort", stopped);
      scope?.signal.removeEventListener("abort", stopped);
      const { id, status, exitCode, durationMs } = command;
      if (status === "running" || scope?.isActive() === false) return;
      scope?.emit("command_end", { id, status, exitCode, durationMs });
    });
    if (background) {
      end.catch(() => {});
      return command.describe();
    }
    await end;
    this.#commands.delete(command.id);
    signal.throwIfAborted();
    const artifact = command.output.isCut
      ? await scope?.keepArtifact(command.id, command.output.from(0))
      : undefined;
    return { ...command.describe(), ...(artifact === undefined ? {} : { artifact }) };
  }

  async #start(
    request: CommandRequest & { readonly timeoutMs: number },
    scope: RunScope | undefined,
  ): Promise<Command> {
    const { command, directory, stdin, background, timeoutMs } = request;
    const { env = {}, maxOutputChars = 20_000, maxProcesses = 512, network = false } =
      this.#options;
    const found = await this.#workspace.info(directory);
    if (found?.kind !== "directory") {
      throw new WorkspaceError(
        "not_found",
        `Cannot run a command in ${shown(directory)}: there is no such directory`,
      );
    }
    const id = `command-${++this.#count}-${crypto.randomUUID().slice(0, 8)}`;
    scope?.emit("command_start", { id, command, directory, background });
    const started = new Command(command, {
      id,
      place: {
        root: this.#workspace.root,
        directory: directory === "."
          ? this.#workspace.root
          : `${this.#workspace.root}/${directory}`,
        shell: this.#shell,
        isolated: this.isIsolated,
        network,
        readable: this.#options.readable ?? [],
        maxProcesses,
        maxFileMiB: this.#options.maxFileMiB ?? 1_024,
      },
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", ...env },
      stdin,
      timeoutMs,
      maxOutputChars,
      onOutput: (text) => {
        if (scope?.isActive() === true) scope.emit("command_output", { id, text });
      },
    });
    this.#commands.set(id, started);
    return started;
  }

  #checkDenied(request: CommandRequest): void {
    const denied = this.#rules.denied(request);
    if (denied === undefined) return;
    throw new RangeError(
      `Cannot run the command: the host does not allow ${JSON.stringify(denied)}`,
    );
  }

  /** Drops what has ended long ago, and refuses too many commands. */
  #checkRoom(): void {
    const { maxBackground = 8 } = this.#options;
    const all = [...this.#commands.values()];
    const running = all.filter(({ status }) => status === "running");
    if (running.length >= maxBackground) {
      throw new RangeError(
        `Cannot run a command in the background: ${running.length} run already; stop one`,
      );
    }
    const ended = all.filter(({ status }) => status !== "running");
    for (const { id } of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) {
      this.#commands.delete(id);
    }
  }

  #find(id: string): Command {
    const command = this.#commands.get(id);
    if (command !== undefined) return command;
    throw new RangeError(
      `Cannot find the command ${JSON.stringify(id)}: those in the background are ${
        [...this.#commands.keys()].join(", ") || "none"
      }`,
    );
  }
}
