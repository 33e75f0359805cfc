/**
 * A kernel that follows the variables `script` and `answers`, which are JSON, and runs no cell.
 *
 * @module
 */

import { stdioChannel } from "../../src/kernel/stdio.ts";
import type { Payload } from "../../src/rpc/wire/handler.ts";
import { Connection } from "../../src/rpc/wire/connection.ts";

/** A message that the kernel sends while a cell runs. */
export type Deed = readonly [how: "call" | "notify", method: string, params: unknown];

/** The kernel's answers, in order, for each method of the host; `null` after the last one. */
export type Answers = Readonly<Record<string, readonly unknown[]>>;

if (import.meta.main) main();

function main(): void {
  const defined = new Map<string, unknown>();
  const served = new Map<string, number>();
  const answer = (method: string): Payload => {
    const { [method]: answers = [] } = (defined.get("answers") ?? {}) as Answers;
    const count = served.get(method) ?? 0;
    served.set(method, count + 1);
    return { value: answers[count] ?? null };
  };
  const connection: Connection = new Connection(stdioChannel(), {
    handlers: {
      define({ value }) {
        const { name, value: encoded } = value as { name: string; value?: { plain?: unknown } };
        if (typeof encoded?.plain === "string") defined.set(name, JSON.parse(encoded.plain));
      },
      async execute() {
        const outcomes: unknown[] = [];
        for (const [how, method, params] of (defined.get("script") ?? []) as Deed[]) {
          if (how === "notify") connection.notify(method, { value: params });
          else outcomes.push(await outcomeOf(connection.call(method, { value: params })));
        }
        const value = { type: "string", text: JSON.stringify(outcomes) };
        return { value: { value, output: { length: 0, tail: "" }, changed: [] } };
      },
      retrieve: () => answer("retrieve"),
      use: () => answer("use"),
    },
  });
  connection.notify("ready", { value: null });
}

async function outcomeOf(call: Promise<Payload>): Promise<unknown> {
  try {
    return { value: (await call).value };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
