/**
 * The progress of a run within one step: what its worker has done in it that outlives the worker.
 *
 * @module
 */

import { isAgentEvent, type SessionEvent } from "../../session/record/session_event.ts";
import { SESSION_KEYS, type SessionRecord } from "../../session/record/session_record.ts";
import { readEvent } from "../../session/record/stored_event.ts";
import { readAll } from "../../store/read_all.ts";
import type { Store } from "../../store/store.ts";

/** Maximum number of marks of a step: later ones are ignored. */
const MAX_MARKS = 1_000;

/** Number of characters of a mark: a part of a hash. */
const MARK_CHARS = 16;

/** The progress since an event. */
export interface StepProgress {
  /** The number of the next event. */
  readonly events: number;
  /** Marks of calls that have ended, of decisions of people, and of steps of sub-agents: the same for the same thing done again. */
  readonly marks: readonly string[];
}

/**
 * Reads the progress of the last run of a session. Pieces of a reply and output of a cell are no progress: they are lost with their
 * worker, and come again when the step is repeated.
 *
 * @param store The store.
 * @param options The session, and the number of the first event.
 */
export async function readProgress(
  store: Store,
  { record: { id, run }, from }: { readonly record: SessionRecord; readonly from: number },
): Promise<StepProgress> {
  if (run === undefined) return { events: from, marks: [] };
  // The calls under way: a step may have made many.
  const calls = new Map<string, string>();
  const marks = new Set<string>();
  let events = from;
  for await (const { index, value } of readAll(store, SESSION_KEYS.events(id, run.id), { from })) {
    events = index + 1;
    let event: SessionEvent;
    try {
      event = await readEvent(value, { store, run: run.id, index });
    } catch (error) {
      // A large event whose blob is gone tells nothing.
      if (!(error instanceof RangeError)) throw error;
      continue;
    }
    const thing = thingOf(event, calls);
    if (thing !== undefined && marks.size < MAX_MARKS) marks.add(await markOf(thing));
  }
  return { events, marks: [...marks] };
}

/** Returns a name of what an event has ended, if it is something that lasts. */
function thingOf(event: SessionEvent, calls: Map<string, string>): string | undefined {
  switch (event.type) {
    case "host_call":
      calls.set(event.id, JSON.stringify([event.name, event.args]));
      return undefined;
    case "tool_call":
      calls.set(event.id, JSON.stringify([event.name, event.arguments]));
      return undefined;
    case "host_call_end":
    case "tool_result": {
      const call = calls.get(event.id) ?? "";
      calls.delete(event.id);
      return `call ${call}`;
    }
    case "answer":
    case "approval_decision":
      return `person ${event.id}`;
    case "child_event":
      return ofChild(event.event);
    default:
      return undefined;
  }
}

/** Returns a name of the step of a sub-agent that an event has ended. */
function ofChild(event: SessionEvent): string | undefined {
  if (!isAgentEvent(event)) return undefined;
  const { type, run, step } = event;
  if (type === "child_event") return ofChild(event.event);
  const isEnd = type.startsWith("execution_") || type === "tool_result" ||
    type === "final_response";
  return isEnd ? `child ${run} ${step}` : undefined;
}

async function markOf(thing: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(thing));
  return new Uint8Array(hash).toHex().slice(0, MARK_CHARS);
}
