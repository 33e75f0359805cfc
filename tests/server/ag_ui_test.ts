/** AG-UI in front of sessions, with the real client. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type BaseEvent, HttpAgent } from "@ag-ui/client";
import { defineFunction } from "../../src/inject/host_function.ts";
import { ANN, BOB, cell, serve, type Served } from "./setup.ts";

type Event = BaseEvent & Readonly<Record<string, unknown>>;

/** An agent of the client, and the events that it has got. */
function agentOf(all: Served, threadId: string, token = ANN) {
  const agent = new HttpAgent({
    url: `${all.url}/ag-ui`,
    threadId,
    headers: { authorization: `Bearer ${token}` },
  });
  const events: Event[] = [];
  agent.subscribe({ onEvent: ({ event }) => void events.push(event as Event) });
  return { agent, events };
}

function ask(agent: HttpAgent, content: string): void {
  agent.addMessage({ id: crypto.randomUUID(), role: "user", content });
}

/** Returns types of events, repetitions left out. */
function typesOf(events: readonly Event[]): string[] {
  const types = events.map(({ type }) => String(type));
  return types.filter((type, i) => type !== types[i - 1]);
}

Deno.test("AG-UI's client gets text, cells with their results, displays and the end", async () => {
  await using all = serve([
    `Let me see.\n\n${cell('display({ columns: ["a"], rows: [[1]] }); 6 * 7')}`,
    "It is 42.",
    "As I said.",
  ]);
  const { agent, events } = agentOf(all, "thread-1");
  ask(agent, "What is 6 * 7?");
  const { result, newMessages } = await agent.runAgent();
  assertEquals(result, { status: "completed", content: "It is 42." });
  assertEquals(typesOf(events), [
    "RUN_STARTED",
    ...["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END"],
    ...["TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "CUSTOM", "TOOL_CALL_RESULT"],
    ...["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END"],
    "RUN_FINISHED",
  ]);
  assertEquals(newMessages.map(({ role }) => role), [
    "assistant",
    "assistant",
    "tool",
    "assistant",
  ]);
  assertMatch(String(newMessages[2]!.content), /42/);
  assert(JSON.stringify(events.find(({ type }) => type === "CUSTOM")).includes("columns"));
  // The next question of the thread knows the one before; the history of the client is not read.
  agent.addMessage({ id: "x", role: "assistant", content: "ignored" });
  ask(agent, "Sure?");
  assertEquals((await agent.runAgent()).result.content, "As I said.");
  const contents = all.model.requests.at(-1)!.messages.map(({ content }) => content);
  assert(contents.some((content) => content.endsWith("What is 6 * 7?")));
  assert(!contents.includes("ignored"));
});

Deno.test("AG-UI's client decides on a call, answers a question, and the run goes on", async () => {
  const calls: number[] = [];
  const pay = defineFunction((amount: number) => calls.push(amount), { approval: true });
  await using all = serve([
    cell("await pay(7)"),
    cell("await pay(8)"),
    cell(`await askUser("Who?")`),
    "Paid for Ann",
  ], { injects: { functions: { pay } }, askUser: true });
  const { agent, events } = agentOf(all, "thread-2");
  ask(agent, "Pay");
  const decide = async (payload: unknown, status: "resolved" | "cancelled" = "resolved") => {
    const [open] = agent.pendingInterrupts;
    events.length = 0;
    return await agent.runAgent({ resume: [{ interruptId: open!.id, status, payload }] });
  };
  await agent.runAgent();
  const [first] = agent.pendingInterrupts;
  assertEquals([first!.reason, first!.metadata], ["approval", { name: "pay", args: [7] }]);
  await decide({ allow: true });
  // The result of the cell that has waited, and the next cell.
  assertEquals(typesOf(events).slice(0, 3), ["RUN_STARTED", "TOOL_CALL_RESULT", "TOOL_CALL_START"]);
  await decide({ allow: false, reason: "too much" });
  const [question] = agent.pendingInterrupts;
  assertEquals([question!.reason, question!.message], ["question", "Who?"]);
  const { result } = await decide("Ann");
  assertEquals([result.content, calls], ["Paid for Ann", [7]]);
  assertEquals(agent.pendingInterrupts, []);
});

Deno.test("AG-UI's client gets the errors of a run, and of requests that are wrong", async () => {
  await using all = serve([{ content: "no", status: 400 }, cell(`await askUser("Who?")`)], {
    askUser: true,
  });
  const { agent, events } = agentOf(all, "thread-3");
  ask(agent, "Fail");
  await agent.runAgent().catch(() => {});
  assertEquals(events.at(-1)?.type, "RUN_ERROR");
  ask(agent, "Ask");
  await agent.runAgent();
  const [open] = agent.pendingInterrupts;
  const input = (fields: object) => ({
    ...{ threadId: "thread-3", runId: crypto.randomUUID(), state: {}, tools: [], context: [] },
    messages: [{ id: "1", role: "user", content: "Go" }],
    ...fields,
  });
  const answer = { interruptId: open!.id, status: "resolved", payload: "Ann" };
  const part = (part: object) => ({ messages: [{ id: "1", role: "user", content: [part] }] });
  const cases: [fields: object, status: number, token?: string][] = [
    [{}, 409],
    [{ resume: [{ ...answer, interruptId: "other" }] }, 409],
    [{ resume: [answer, { ...answer, interruptId: "other" }] }, 409],
    [{ resume: [{ ...answer, status: "perhaps" }] }, 400],
    [{ resume: [answer] }, 404, BOB],
    [{ threadId: "a/b" }, 400],
    [{ runId: "" }, 400],
    [{ messages: [] }, 400],
    [{ messages: [{ id: "1", role: "assistant", content: "Go" }] }, 400],
    [part({ type: "audio", source: { type: "data", value: "", mimeType: "audio/wav" } }), 400],
    [
      part({ type: "image", source: { type: "url", value: "http://x", mimeType: "image/png" } }),
      400,
    ],
    [part({ type: "image", source: { type: "data", value: "AAAA", mimeType: "image/png" } }), 400],
  ];
  for (const [fields, status, token = ANN] of cases) {
    const found = await all.status("POST", "/ag-ui", { body: input(fields), token });
    assertEquals([fields, found], [fields, status]);
  }
  const stranger = agentOf(all, "thread-4", "wrong").agent;
  ask(stranger, "Go");
  await assertRejects(() => stranger.runAgent(), Error, "401");
  // Nobody answers: the run is over.
  await agent.runAgent({ resume: [{ interruptId: open!.id, status: "cancelled" }] });
  assertEquals(events.at(-1)!.outcome, { type: "cancelled" });
});
