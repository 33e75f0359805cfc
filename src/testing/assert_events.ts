/**
 * Assertions on the events of runs.
 *
 * @module
 */

import { AssertionError } from "@std/assert";
import type { AgentEvent, AgentEventType } from "../agent/record/event.ts";

/** Maximum length of one event in a message. */
const MAX_EVENT_CHARS = 160;

/**
 * The expectation of an event: its type, or its type with some of its fields. A regular expression in the place of text has to
 * match it.
 */
export type ExpectedEvent =
  | AgentEventType
  | { readonly type: AgentEventType; readonly [field: string]: unknown };

/**
 * Asserts that a run has events in an order. Other events may lie between them.
 *
 * @param run The run, or its events.
 * @param expected The expected events, in order.
 * @returns All events, for further assertions.
 * @throws {AssertionError} If one is missing. The message lists the events that follow the last one that was found.
 *
 * @example A cell and its result
 * ```ts
 * import { CaveAgent, LocalRuntime } from "@cave/agent";
 * import { assertEvents, ScriptedServer } from "@cave/agent/testing";
 *
 * await using server = new ScriptedServer({ replies: ["~~~ts\n6 * 7\n~~~", "It is 42"] });
 * await using runtime = new LocalRuntime();
 * const agent = new CaveAgent({ model: server.model(), runtime });
 * await assertEvents(agent.stream("What is 6 * 7?"), [
 *   { type: "code", code: "6 * 7" },
 *   { type: "execution_output", content: /42/ },
 *   "final_response",
 * ]);
 * ```
 */
export async function assertEvents(
  run: AsyncIterable<AgentEvent> | Iterable<AgentEvent>,
  expected: readonly ExpectedEvent[],
): Promise<readonly AgentEvent[]> {
  const events = await Array.fromAsync(run);
  let at = 0;
  for (const [i, pattern] of expected.entries()) {
    const found = events.findIndex((event, index) => index >= at && fits(event, pattern));
    if (found === -1) {
      throw new AssertionError(
        `Event ${i + 1} of ${expected.length} is missing: ${show(pattern)}\nThe run has ${
          at === 0 ? "" : "behind the one before it "
        }${events.slice(at).map((event) => `\n  ${show(event)}`).join("") || "no events"}`,
      );
    }
    at = found + 1;
  }
  return events;
}

/**
 * Asserts that a run has no such event.
 *
 * @param run The run, or its events.
 * @param unexpected The event.
 * @returns All events.
 * @throws {AssertionError} If there is one.
 *
 * @example No approval was needed
 * ```ts
 * import { assertNoEvent } from "@cave/agent/testing";
 *
 * await assertNoEvent([], "approval_request");
 * ```
 */
export async function assertNoEvent(
  run: AsyncIterable<AgentEvent> | Iterable<AgentEvent>,
  unexpected: ExpectedEvent,
): Promise<readonly AgentEvent[]> {
  const events = await Array.fromAsync(run);
  const found = events.find((event) => fits(event, unexpected));
  if (found === undefined) return events;
  throw new AssertionError(`The run has an event that it should not have: ${show(found)}`);
}

function fits(event: AgentEvent, expected: ExpectedEvent): boolean {
  return typeof expected === "string" ? event.type === expected : includes(event, expected);
}

/** Whether a value has all parts of an expectation. */
function includes(value: unknown, expected: unknown): boolean {
  if (expected instanceof RegExp) return typeof value === "string" && value.search(expected) !== -1;
  if (typeof expected !== "object" || expected === null) return Object.is(value, expected);
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(expected)) {
    return Array.isArray(value) && value.length === expected.length &&
      expected.every((item, i) => includes(value[i], item));
  }
  return Object.entries(expected).every(([name, part]) =>
    includes((value as Record<string, unknown>)[name], part)
  );
}

function show(event: ExpectedEvent | AgentEvent): string {
  if (typeof event === "string") return event;
  const { type, ...fields } = event as { type: string; [field: string]: unknown };
  for (const frame of ["index", "step", "run", "parent"]) delete fields[frame];
  const text = Deno.inspect(fields, { depth: 2, breakLength: Infinity, strAbbreviateSize: 100 });
  return `${type} ${text}`.slice(0, MAX_EVENT_CHARS);
}
