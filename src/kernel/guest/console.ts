/**
 * The `console` of cells: Deno's own, so that everything looks as it does in Deno, with another place to print to.
 *
 * @module
 */

import { Reflect } from "../../rpc/builtins.ts";
import type { OutputStream } from "../../rpc/protocol.ts";

const { apply, defineProperty } = Reflect;

/** The highest level of Deno's console class that is for stdout; levels above it are for stderr. */
const MAX_STDOUT_LEVEL = 1;

interface ConsoleClass {
  new (print: (text: string, level: number) => void): Console;
}

/** Maximum depth of groups: further ones are indented no more. */
const MAX_GROUPS = 100;

/** A console, and a way to undo what cells leave in it. */
export interface GuestConsole {
  /** The console. */
  readonly console: Console;
  /** Ends the groups that are open. */
  readonly endGroups: () => void;
}

/**
 * Creates a console. Call it before `Deno[Deno.internal]` is gone.
 *
 * @param print Receives printed text, line ends included.
 * @throws {TypeError} If this version of Deno keeps its console class elsewhere.
 */
export function createConsole(
  print: (stream: OutputStream, text: string) => void,
): GuestConsole {
  const internals = (Deno as unknown as Record<symbol, { Console?: ConsoleClass }>)[
    (Deno as unknown as { internal: symbol }).internal
  ];
  const { Console } = internals ?? {};
  if (typeof Console !== "function") {
    throw new TypeError(`Cannot make a console: Deno ${Deno.version.deno} has no Console class`);
  }
  const console = new Console((text, level) =>
    print(level <= MAX_STDOUT_LEVEL ? "stdout" : "stderr", `${text}`)
  );
  // There is no screen that could be cleared.
  const clear = { clear(): void {} }.clear;
  defineProperty(console, "clear", { value: clear, writable: true, configurable: true });
  return { console, endGroups: countGroups(console) };
}

/** Counts the groups of a console, which keeps the number to itself, and returns a function that ends them all. */
function countGroups(console: Console): () => void {
  const { group, groupCollapsed, groupEnd, log } = console;
  let depth = 0;
  const counted = (open: (...data: unknown[]) => void) => (...data: unknown[]): void => {
    if (depth === MAX_GROUPS) return data.length > 0 ? apply(log, console, data) : undefined;
    depth++;
    apply(open, console, data);
  };
  const end = (): void => {
    if (depth === 0) return;
    depth--;
    apply(groupEnd, console, []);
  };
  const methods = {
    group: counted(group),
    groupCollapsed: counted(groupCollapsed),
    groupEnd: end,
  };
  for (const name of ["group", "groupCollapsed", "groupEnd"] as const) {
    defineProperty(methods[name], "name", { value: name });
    defineProperty(console, name, {
      value: methods[name],
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return () => {
    while (depth > 0) end();
  };
}
