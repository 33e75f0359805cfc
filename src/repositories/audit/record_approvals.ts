/**
 * The decisions of people on calls, from the events of a session, in an audit log.
 *
 * @module
 */

import type { AgentEvent } from "../../agent/record/event.ts";
import { readEvents } from "../../session/record/read_events.ts";
import type { SessionEvent } from "../../session/record/session_event.ts";
import type { JsonValue, Store } from "../../store/store.ts";
import type { AppendAuditOptions, AuditEntry, NewAuditEntry } from "./audit_repository.ts";

/** A log that receives entries, such as {@linkcode AuditRepository}. */
export interface AuditSink {
  /** Adds an entry, and only the first one with a key `once`. */
  append(entry: NewAuditEntry, options?: AppendAuditOptions): Promise<AuditEntry | undefined>;
}

/** Options of {@linkcode recordApprovals}. */
export interface RecordApprovalsOptions {
  /** The store of the session. */
  readonly store: Store;
  /** The identifier of the session. */
  readonly session: string;
}

/**
 * Adds an entry of the type `approval` for each decision on a call: the function, the arguments, the decision, the person (`by` of
 * the decision). A decision is recorded once, however often and by however many processes this is called. The time of an entry is
 * that of its recording.
 *
 * @param audit The log.
 * @param options The session.
 * @returns The new entries.
 * @throws {RangeError} If there is no such session.
 *
 * @example The record of an approval
 * ```ts
 * import { CaveAgent, defineFunction, LocalRuntime } from "@cave/agent";
 * import { openRepositories, recordApprovals } from "@cave/agent/repositories";
 * import { openSession } from "@cave/agent/session";
 * import { MemoryStore } from "@cave/agent/store";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: ["~~~ts\nawait pay(9)\n~~~", "Paid."] });
 * await using store = new MemoryStore();
 * const functions = { pay: defineFunction((euros: number) => euros, { approval: true }) };
 * const agent = () =>
 *   new CaveAgent({ model: server.model(), runtime: new LocalRuntime({ functions }) });
 * await using session = await openSession("s", { store, agent });
 * const run = await session.prompt("Pay 9 euros");
 * for await (const event of run) {
 *   if (event.type === "approval_request") await session.approve(event.id, { allow: true, by: "ann" });
 * }
 * const { audit } = openRepositories(store);
 * const [entry] = await recordApprovals(audit, { store, session: "s" });
 * assertEquals([entry!.action, entry!.actor.id], ["Allowed pay", "ann"]);
 * assertEquals(await recordApprovals(audit, { store, session: "s" }), []);
 * ```
 */
export async function recordApprovals(
  audit: AuditSink,
  { store, session }: RecordApprovalsOptions,
): Promise<AuditEntry[]> {
  const added: AuditEntry[] = [];
  const requests = new Map<string, readonly unknown[]>();
  for await (const given of readEvents(store, session)) {
    const event = innermost(given);
    if (event.type === "approval_request") requests.set(event.id, event.args);
    if (event.type !== "approval_decision") continue;
    const { id, name, allow, remember, reason, by, run } = event;
    const details = { request: id, name, args: requests.get(id), allow, remember, reason };
    const entry = await audit.append({
      type: "approval",
      action: `${allow ? "Allowed" : "Refused"} ${name}`,
      actor: { type: "user", id: by },
      session,
      run,
      details: JSON.parse(JSON.stringify(details)) as JsonValue,
    }, { once: `approval ${id}` });
    if (entry !== undefined) added.push(entry);
  }
  return added;
}

/** Returns the event of the sub-agent that an event carries. */
function innermost(event: SessionEvent | AgentEvent): SessionEvent | AgentEvent {
  return event.type === "child_event" ? innermost(event.event) : event;
}
