/**
 * The checks on a session whose run is over.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../../src/runtime/runtime.ts";
import { openSession } from "../../../src/session/open_session.ts";
import { SESSION_KEYS } from "../../../src/session/record/session_record.ts";
import type { Store } from "../../../src/store/store.ts";
import { ledgerAgent, readLedger } from "../../session/_ledger.ts";

/**
 * Checks a session, its ledger, its events and its namespace.
 *
 * @param id The session.
 * @param options The store, the number of steps, and the ledger.
 */
export async function assertWhole(
  id: string,
  { store, steps, ledger }: {
    readonly store: Store;
    readonly steps: number;
    readonly ledger: string;
  },
): Promise<void> {
  // Read, and not followed: a log without an end would be followed for good.
  const { entries, ended } = await store.read(SESSION_KEYS.events(id, `run-${id}`));
  const wrong = () => {
    const last = entries.slice(-12).map(({ value }) => JSON.stringify(value).slice(0, 300));
    return `${id}, whose last events are\n${last.join("\n")}\n`;
  };
  const expected = Array.from({ length: steps }, (_, i) => `entry ${i + 1}`);
  assertEquals(readLedger(ledger), expected, wrong());
  const runtime = (options: object) => new LocalRuntime(options) as Runtime;
  const agent = ledgerAgent({ steps, ledger, at: () => {}, runtime });
  await using session = await openSession(id, { store, agent: () => agent });
  assertEquals([session.status, session.runs], ["completed", [`run-${id}`]]);
  assert(session.messages.at(-1)!.message.content.startsWith("The sum is "));
  assert(ended, `The log of ${id} has no end`);
  const types = entries.map(({ value }) => (value as { readonly type: string }).type);
  assertEquals([types[0], types.at(-1)], ["run_start", "run_end"]);
  assertEquals(types.filter((type) => ["run_start", "run_end"].includes(type)).length, 2);
  // The namespace is that of a run that nobody has disturbed.
  const next = await session.prompt("Once more");
  await next.result.catch(() => {});
  assertEquals(
    await agent.runtime.retrieve("seen"),
    Array.from({ length: steps }, (_, i) => i + 1),
  );
  assertEquals(await agent.runtime.retrieve("sum"), steps * (steps + 1) / 2);
}
