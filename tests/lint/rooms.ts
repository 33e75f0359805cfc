/**
 * The rooms of the source tree and the arrows between them: which folder may import which, between
 * rooms and between the sub-rooms of one room.
 *
 * @module
 */

const GROUND = ["async", "limits", "text"];
const CELLS = ["cell", "security", "syntax"];
const RUNTIME = ["runtime", "declare", "host", "inject", ...CELLS, "rpc", ...GROUND];

/** For each room under `src/` the other rooms that its modules may import. */
const ARROWS: ReadonlyMap<string, readonly string[]> = new Map([
  ["server", ["queue", "session", "model", "runtime", "store", ...GROUND]],
  ["cli", [
    "resources",
    "mcp",
    "cave_agent",
    "mcp_server",
    "terminal",
    "queue",
    "server",
    "session",
    "store",
    "agent",
    "skills",
    "model",
    ...RUNTIME,
  ]],
  // Files of projects and users that describe agents, and what agents are made of.
  ["resources", ["workspace", "skills", "agent", ...GROUND]],
  ["terminal", ["agent", "model", ...RUNTIME]],
  // The kernel as a tool of other agents shows results as this package's own agent does.
  ["cell_tool", ["agent", ...RUNTIME]],
  // Servers are offered to a runtime, and may ask a model; agents are not known.
  ["mcp", ["model", ...RUNTIME]],
  ["mcp_server", ["cell_tool", "agent", ...RUNTIME]],
  ["telemetry", ["agent", "model", "runtime", "limits", "text"]],
  ["testing", ["cave_agent", "agent", "model", ...RUNTIME]],
  ["cave_agent", ["agent", "runtime"]],
  ["agent", ["skills", "model", "runtime", "declare", "inject", ...CELLS, "rpc", ...GROUND]],
  // Skills reach cells only through the agent, which injects what they declare.
  ["skills", ["declare", "inject", ...GROUND]],
  ["model", GROUND],
  ["runner", ["agent", "store", ...GROUND]],
  // Records of a project on any store; the audit log reads the events of sessions, and a user is deleted whole.
  ["repositories", ["agent", "session", "runner", "store", "inject", ...GROUND]],
  // Sessions on many machines; the queue is a hint, and the store the truth.
  ["queue", ["session", "agent", "store", "model", ...GROUND]],
  ["session", ["agent", "store", "model", ...RUNTIME]],
  ["store", GROUND],
  ["workspace", GROUND],
  // Tools work on a workspace, and on the run whose cell or tool call uses them.
  ["tools", [
    "workspace",
    "repositories",
    "session",
    "agent",
    "skills",
    "store",
    "model",
    ...RUNTIME,
  ]],
  ["runtime", ["declare", "host", "inject", ...CELLS, "rpc", ...GROUND]],
  ["declare", ["inject", ...CELLS, "rpc", ...GROUND]],
  ["host", ["inject", "cell", "security", "rpc", ...GROUND]],
  ["inject", ["cell", "rpc", ...GROUND]],
  ["cell", ["security", "syntax", ...GROUND]],
  ["security", ["syntax", "rpc", ...GROUND]],
  ["syntax", []],
  ["kernel", ["rpc", "text"]],
  ["rpc", ["text"]],
  ["async", ["limits"]],
  ["limits", ["text"]],
  ["text", []],
]);

/** For each folder of a room the other folders of the same room that its modules may import. */
const INNER_ARROWS: ReadonlyMap<string, readonly string[]> = new Map([
  ["agent", [
    "agent/compaction",
    "agent/files",
    "agent/people",
    "agent/record",
    "agent/reply",
    "agent/step",
    "agent/team",
  ]],
  ["agent/compaction", ["agent/files", "agent/record"]],
  ["agent/files", ["agent/record"]],
  ["agent/people", ["agent/record"]],
  ["agent/step", [
    "agent/compaction",
    "agent/files",
    "agent/people",
    "agent/record",
    "agent/reply",
    "agent/team",
  ]],
  ["agent/team", ["agent/record"]],
  ["cell", ["cell/parse", "cell/rewrite"]],
  ["cell/rewrite", ["cell/parse"]],
  ["cli", ["cli/conversation", "cli/setup"]],
  ["cli/conversation", ["cli/setup"]],
  ["declare/module", ["declare"]],
  ["host/process", ["host"]],
  ["host/link", ["host", "host/process"]],
  ["host/in_process", ["host"]],
  ["host/launch", ["host", "host/launch/sandbox", "host/link", "host/process"]],
  ["host/launch/sandbox", ["host/process"]],
  ["kernel", [
    "kernel/guest",
    "kernel/lockdown",
    "kernel/namespace",
    "kernel/snapshot",
    "kernel/stop",
  ]],
  ["kernel/guest", ["kernel/lockdown", "kernel/namespace"]],
  ["kernel/snapshot", ["kernel/lockdown", "kernel/namespace"]],
  ["kernel/stop", ["kernel/namespace"]],
  ["mcp", ["mcp/request", "mcp/schema", "mcp/transport"]],
  ["model/answer", ["model", "model/wrap"]],
  ["model/ai_sdk", ["model", "model/answer", "model/wrap"]],
  ["model/openai", ["model", "model/answer", "model/wrap"]],
  ["model/wrap", ["model"]],
  ["model/settings", ["model", "model/openai", "model/wrap"]],
  ["model/testing", ["model", "model/openai"]],
  ["repositories", [
    "repositories/audit",
    "repositories/knowledge",
    "repositories/table",
    "repositories/tasks",
  ]],
  ["repositories/audit", ["repositories/table"]],
  ["repositories/knowledge", ["repositories/table", "repositories/tasks"]],
  ["repositories/tasks", ["repositories/table"]],
  ["rpc/errors", ["rpc", "rpc/values", "rpc/wire"]],
  ["rpc/references", ["rpc", "rpc/values", "rpc/wire"]],
  ["rpc/values", ["rpc", "rpc/values/budget"]],
  ["rpc/values/budget", ["rpc"]],
  ["rpc/wire", ["rpc"]],
  ["runner/steps", ["runner"]],
  ["runtime", ["runtime/cells"]],
  ["queue/bullmq", ["queue"]],
  ["queue/client", ["queue", "queue/record"]],
  ["queue/crashes", ["queue", "queue/record"]],
  ["queue/record", ["queue"]],
  ["queue/sqlite", ["queue"]],
  ["queue/testing", ["queue"]],
  ["queue/work", ["queue", "queue/crashes", "queue/record"]],
  ["server", ["server/chat", "server/http", "server/page", "server/sessions"]],
  ["server/chat", ["server/http", "server/sessions"]],
  ["server/sessions", ["server/http"]],
  ["session", ["session/mail", "session/record", "session/run"]],
  ["session/mail", ["session/record", "session/run"]],
  ["session/run", ["session/record"]],
  ["store/postgres", ["store"]],
  ["store/redis", ["store"]],
  ["terminal", ["terminal/files", "terminal/typing", "terminal/view"]],
  ["terminal/view", ["terminal"]],
  ["terminal/view/rich", ["terminal/view"]],
  ["testing", ["testing/model_contract", "testing/runtime_contract"]],
  ["skills", ["skills/parse"]],
  ["store/sqlite", ["store"]],
  ["store/testing", ["store"]],
  ["tools", ["tools/family"]],
  ["tools/files", ["tools/family", "tools/files/edits", "tools/files/search"]],
  ["tools/files/edits", ["tools/family"]],
  ["tools/files/search", ["tools/family"]],
  ["tools/shell", ["tools/family"]],
  ["tools/sub_tasks", ["tools/family"]],
  ["tools/web", ["tools/family"]],
  ["workspace/local", ["workspace"]],
  ["workspace/s3", ["workspace"]],
  ["workspace/testing", ["workspace"]],
  ["security", ["security/analysis"]],
  ["security/rules", ["security", "security/permissions"]],
]);

/** Single imports that the arrows do not allow, with the reason for each. */
const EXCEPTIONS: readonly { from: string; to: RegExp; reason: string }[] = [
  {
    from: "src/host/in_process/in_process_kernel.ts",
    to: /^src\/kernel\/(?!main\.ts$)/,
    reason: "LocalRuntime evaluates cells in the host's own process, with the kernel's evaluator",
  },
  {
    from: "src/host/launch/kernel_program.ts",
    to: /^src\/kernel\/kernel\.js$/,
    reason: "a literal import that never runs puts the kernel into the cache of the package",
  },
  {
    from: "src/model/exports.ts",
    to: /^src\/model\/(?:openai|settings|wrap)\//,
    reason: "the entry point has wrappers, presets and settings files beside the port",
  },
  {
    from: "src/runner/exports.ts",
    to: /^src\/runner\/steps\//,
    reason: "the entry point has steps beside the runner that they work in",
  },
  {
    from: "src/queue/exports.ts",
    to: /^src\/queue\/(?:client|sqlite|work)\//,
    reason: "the entry point has the worker and the default implementation beside the port",
  },
  {
    from: "src/cli/setup/places.ts",
    to: /^src\/(?:queue\/bullmq|store\/(?:postgres|redis))\//,
    reason: "the command loads the client of a server when it is given its address",
  },
  {
    from: "src/store/exports.ts",
    to: /^src\/store\/sqlite\//,
    reason: "the entry point has the default implementation beside the port",
  },
  {
    from: "src/tools/exports.ts",
    to: /^src\/tools\//,
    reason: "the entry point has all families of tools",
  },
  {
    from: "src/workspace/exports.ts",
    to: /^src\/workspace\/local\//,
    reason: "the entry point has the local workspace beside the port",
  },
  {
    from: "src/declare/module/define_module.ts",
    to: /^src\/host\/launch\/deno_command\.ts$/,
    reason: "`deno doc` is run with the same Deno as kernels are",
  },
  {
    from: "src/cli/main.ts",
    to: /^deno\.json$/,
    reason: "the command line prints the version of the package",
  },
  {
    from: "src/mcp/connection.ts",
    to: /^deno\.json$/,
    reason: "clients tell servers the version of the package",
  },
  {
    from: "src/mcp_server/cell_session.ts",
    to: /^deno\.json$/,
    reason: "servers tell clients the version of the package",
  },
];

/** Rooms that get their input as arguments and never use `Deno`. */
export const PURE_ROOMS: ReadonlySet<string> = new Set([
  "async",
  "cell",
  "limits",
  "rpc",
  "security",
  "syntax",
  "text",
]);

/** Returns the room of a file: its first folder under `src/`. */
export function roomOf(path: string): string | undefined {
  return /^src\/([^/]+?)(?:\.ts$|\/)/.exec(path)?.[1];
}

/** Returns the folder of a file under `src/`: the room with its sub-rooms. */
function folderOf(path: string): string {
  return path.slice("src/".length, path.lastIndexOf("/"));
}

/**
 * Explains why one file of the package may not import another.
 *
 * @param from The importing file, relative to the root of the repository, with `/`.
 * @param to The imported file, in the same form.
 * @returns The explanation, or `undefined` if the import is allowed.
 */
export function explainForbiddenImport(from: string, to: string): string | undefined {
  const source = from === "mod.ts" ? "mod.ts" : roomOf(from);
  if (source === undefined) return undefined;
  if (to === "mod.ts") return `Cannot import mod.ts from ${source}: it is for users only`;
  if (EXCEPTIONS.some((exception) => exception.from === from && exception.to.test(to))) {
    return undefined;
  }
  const target = roomOf(to);
  if (target === undefined) return `Cannot import ${to} from ${source}: it is not part of src/`;
  if (target === source) return explainInnerImport(folderOf(from), folderOf(to));
  if (target === "kernel") {
    return `Cannot import src/kernel from ${source}: the kernel runs in a process of its own`;
  }
  if (source === "mod.ts") return undefined;
  const allowed = ARROWS.get(source);
  if (allowed === undefined) {
    return `Cannot import src/${target} from src/${source}: tests/lint/rooms.ts does not have that room`;
  }
  if (allowed.includes(target)) return undefined;
  return `Cannot import src/${target} from src/${source}: it may import ${
    allowed.join(", ") || "no other room"
  }`;
}

function explainInnerImport(from: string, to: string): string | undefined {
  if (from === to) return undefined;
  const allowed = INNER_ARROWS.get(from) ?? [];
  if (allowed.includes(to)) return undefined;
  return `Cannot import src/${to} from src/${from}: within the room it may import ${
    allowed.join(", ") || "no other folder"
  }`;
}
