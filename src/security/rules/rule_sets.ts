/**
 * The two sets of rules that come with the package.
 *
 * @module
 */

import { AbsentRule } from "./_absent_rule.ts";
import { DenoRule } from "./_deno_rule.ts";
import { MemberRule } from "./member_rule.ts";
import { FunctionRule } from "./function_rule.ts";
import { GlobalRule } from "./global_rule.ts";
import { ImportRule } from "./import_rule.ts";
import type { Rule } from "../rule.ts";

const STRINGS = {
  name: "code-from-strings",
  advice: "code from strings does not run here. Write the code into the cell",
};

const NONE = "do without it, and do not try again";

/** Globals of Node.js and browsers that models know, and the alternatives that cells have. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ["Buffer", "use Uint8Array, TextEncoder, TextDecoder, atob and btoa"],
  ["__dirname", "a cell has no file"],
  ["__filename", "a cell has no file"],
  ["alert", "use console.log"],
  ["confirm", "ask in your answer"],
  ["document", "there is no page"],
  ["exports", "later cells see what a cell declares"],
  ["global", "use globalThis"],
  ["module", "later cells see what a cell declares"],
  ["prompt", "ask in your answer"],
  ["setImmediate", "use setTimeout"],
  ["window", "use globalThis"],
  ["XMLHttpRequest", NONE],
  ...["Worker", "SharedWorker", "caches", "importScripts", "indexedDB", "localStorage", "navigator"]
    .concat("process", "require", "sessionStorage").map((name) => [name, NONE] as const),
]);

/** Functions that would end the host's process, in which cells of a LocalRuntime run. */
const ENDINGS = ["Deno.exit", "Deno.kill", "process.abort", "process.exit", "process.kill"];

/**
 * Returns the default rules. They report early and clearly what would fail anyway, because the engine, the permissions
 * or the import gate refuse it; so they refuse no code that works. They do not replace those walls: the text of a cell
 * does not reveal everything.
 *
 * - `imports`: imports that the gate refuses.
 * - `code-from-strings`: `eval`, `Function` and their relatives, in any guise; `.constructor("...")`.
 * - `absent`: globals of Node.js and of browsers that cells do not have. Testing for them (`typeof process`) is fine.
 * - `deno`: members of `Deno` for which a permission is missing.
 * - `exit`: in a `LocalRuntime`, whose cells share the host's process, calls that would end it.
 *
 * @example See what they refuse, and what they accept
 * ```ts
 * import { defaultRules } from "@cave/agent";
 * import { checkCell } from "@cave/agent/security";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = defaultRules();
 * const found = (source: string) => checkCell(source, { rules }).violations.map((one) => one.rule);
 * assertEquals(found(`const { ["ev" + "al"]: run } = globalThis; process.exit()`), [
 *   "code-from-strings",
 *   "absent",
 * ]);
 * assertEquals(found(`const process = (row) => row.eval; ["eval"].map(process)`), []);
 * ```
 */
export function defaultRules(): Rule[] {
  return [
    new ImportRule(),
    new GlobalRule(["eval"], STRINGS),
    new FunctionRule(["Function", ".constructor"], STRINGS),
    where(true, new AbsentRule(ABSENT)),
    where(true, new DenoRule()),
    where(false, new FunctionRule(ENDINGS, { name: "exit", advice: "it would end the host" })),
  ];
}

/** Members that lead from any object to its constructor or prototype. */
const REFLECTION = [
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "__proto__",
  "callee",
  "caller",
  "constructor",
  "getOwnPropertyDescriptor",
  "getOwnPropertyDescriptors",
  "getPrototypeOf",
  "prepareStackTrace",
  "setPrototypeOf",
];

const STRICT_GLOBALS = ["Deno", "Proxy", "Reflect", "WebAssembly", "globalThis"];

/**
 * Returns strict rules, for hosts that would rather refuse a good cell than run a suspicious one. In addition to
 * {@linkcode defaultRules} they refuse:
 *
 * - `imports`: computed specifiers as well.
 * - `code-from-strings`: any mention of `Function`.
 * - `globals`: any mention of `globalThis`, `self`, `Deno`, `Reflect`, `Proxy`, `WebAssembly`, and of absent globals,
 *   even to test for them. Members of `Deno` that the host has granted are refused too.
 * - `reflection`: members that lead from an object to its constructor or prototype, by name or by constant pieces of
 *   it.
 *
 * They cannot see names that are computed from data at run time either.
 *
 * @example See what they refuse
 * ```ts
 * import { strictRules } from "@cave/agent";
 * import { checkCell } from "@cave/agent/security";
 * import { assertEquals } from "@std/assert";
 *
 * const { violations } = checkCell(`[]["const" + "ructor"].name`, { rules: strictRules() });
 * assertEquals(violations.map(({ rule, message }) => [rule, message]), [
 *   ["reflection", "`constructor` cannot be used: work with the data itself"],
 * ]);
 * ```
 */
export function strictRules(): Rule[] {
  return [
    new ImportRule({ computed: false }),
    new GlobalRule(["eval", "Function"], STRINGS),
    new GlobalRule([...ABSENT.keys(), ...STRICT_GLOBALS], {
      advice: new Map([
        ...STRICT_GLOBALS.map((name) => [name, "do without it"] as const),
        ...ABSENT,
      ]),
    }),
    new MemberRule(REFLECTION, { name: "reflection", advice: "work with the data itself" }),
  ];
}

/** Restricts a rule to isolated places, or to places that are not. */
function where(isolated: boolean, rule: Rule): Rule {
  return {
    name: rule.name,
    ...(rule.nodes === undefined ? {} : { nodes: rule.nodes }),
    check(node, context) {
      if ((context.place.isolated ?? true) === isolated) rule.check(node, context);
    },
  };
}
