/**
 * The rooms of the source tree and the arrows between them: which folder may import which.
 *
 * @module
 */

const SANDBOX = ["cell", "security", "rpc"];
const SESSION = ["skills", "runtime", ...SANDBOX];

/** For each room under `src/` the other rooms that its modules may import. */
const ARROWS: ReadonlyMap<string, readonly string[]> = new Map([
  ["cli", ["terminal", "agent", "model", ...SESSION]],
  ["terminal", ["agent", "model", ...SESSION]],
  ["agent", ["model", ...SESSION]],
  ["model", []],
  ["skills", ["runtime", ...SANDBOX]],
  ["runtime", SANDBOX],
  ["cell", ["security"]],
  ["security", ["rpc"]],
  ["kernel", ["rpc"]],
  ["rpc", []],
]);

/** `LocalRuntime` evaluates cells in the host's own process, with the kernel's evaluator. */
const LOCAL_RUNTIME = "src/runtime/local_runtime.ts";

/** Rooms that are handed what they work on and never touch `Deno`. */
export const PURE_ROOMS: ReadonlySet<string> = new Set(["cell", "security", "rpc"]);

/** The room of a file: its folder under `src/`, or the name of a file that lies directly there. */
export function roomOf(path: string): string | undefined {
  return /^src\/([^/]+?)(?:\.ts$|\/)/.exec(path)?.[1];
}

/**
 * Says what is wrong with one file of the package importing another.
 *
 * @param from The importing file, relative to the root of the repository, with `/`.
 * @param to The imported file, in the same form.
 * @returns A sentence for people, or `undefined` if the import is fine.
 */
export function explainForbiddenImport(from: string, to: string): string | undefined {
  const source = from === "mod.ts" ? "mod.ts" : roomOf(from);
  if (source === undefined) return undefined;
  if (to === "mod.ts") return `Cannot import mod.ts from ${source}: it is for users only`;
  // The command line tells its version, which stands in one place.
  if (from === "src/cli.ts" && to === "deno.json") return undefined;
  const target = roomOf(to);
  if (target === undefined) return `Cannot import ${to} from ${source}: it is not part of src/`;
  if (target === source) return undefined;
  if (target === "kernel") {
    // A literal import that is never run, so that the kernel is cached with the package.
    if (from === "src/runtime/kernel_launcher.ts" && to === "src/kernel/main.ts") return undefined;
    const isEvaluator = from === LOCAL_RUNTIME && to !== "src/kernel/main.ts";
    if (isEvaluator) return undefined;
    return `Cannot import src/kernel from ${source}: the kernel runs in a process of its own`;
  }
  const allowed = ARROWS.get(source);
  if (allowed === undefined || allowed.includes(target) || !ARROWS.has(target)) return undefined;
  return `Cannot import src/${target} from src/${source}: it may import ${
    allowed.join(", ") || "no other room"
  }`;
}
