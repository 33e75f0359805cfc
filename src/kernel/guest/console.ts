/**
 * The `console` of cells: Deno's own, so that everything looks as it does in Deno, with another place to print to.
 *
 * @module
 */

import type { OutputStream } from "../../rpc/protocol.ts";

/** The highest level of Deno's console class that is for stdout; levels above it are for stderr. */
const MAX_STDOUT_LEVEL = 1;

interface ConsoleClass {
  new (print: (text: string, level: number) => void): Console;
}

/**
 * Creates a console. Call it before `Deno[Deno.internal]` is gone.
 *
 * @param print Receives printed text, line ends included.
 * @throws {TypeError} If this version of Deno keeps its console class elsewhere.
 */
export function createConsole(print: (stream: OutputStream, text: string) => void): Console {
  const internals = (Deno as unknown as Record<symbol, { Console?: ConsoleClass }>)[
    (Deno as unknown as { internal: symbol }).internal
  ];
  const { Console } = internals ?? {};
  if (typeof Console !== "function") {
    throw new TypeError(`Cannot make a console: Deno ${Deno.version.deno} has no Console class`);
  }
  return new Console((text, level) =>
    print(level <= MAX_STDOUT_LEVEL ? "stdout" : "stderr", `${text}`)
  );
}
