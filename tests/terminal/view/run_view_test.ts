import { assertEquals, assertStringIncludes } from "@std/assert";
import type {
  AgentEvent,
  AgentEventMap,
  AgentEventType,
  RunResult,
} from "../../../src/agent/record/event.ts";
import type { CellResult } from "../../../src/runtime/cells/cell_result.ts";
import { RunView } from "../../../src/terminal/view/run_view.ts";
import { createStyle } from "../../../src/terminal/view/style.ts";
import { printable } from "../../../src/text/printable.ts";

const base = {
  cell: 1,
  source: "",
  output: { text: "", stdout: "", stderr: "", late: [], lateDropped: 0, length: 0, tail: "" },
  displays: [],
  hostCalls: [],
  unawaited: [],
  changed: [],
  durationMs: 1,
};
const usage = { inputTokens: 1000, outputTokens: 234, totalTokens: 1234, estimated: false };
const result: RunResult = {
  id: "run",
  content: "Done",
  status: "completed",
  steps: 2,
  maxSteps: 10,
  cells: [],
  changed: [],
  usage,
  cost: 0,
  hostCalls: 0,
  durationMs: 1260,
};

function event<T extends AgentEventType>(type: T, fields: AgentEventMap[T]): AgentEvent {
  return { type, index: 0, step: 1, ...fields } as unknown as AgentEvent;
}

function ok(text?: string): CellResult {
  return { ...base, status: "ok", ...(text === undefined ? {} : { value: { type: "t", text } }) };
}

function refused(text: string): AgentEvent {
  const result: CellResult = { ...base, status: "refused", violations: [], omitted: 0, text };
  return event("security_error", { content: `<x>${text}</x>`, violations: [], result });
}

function show(
  events: AgentEvent[],
  options: { enabled?: boolean; verbose?: boolean } = {},
): string {
  const { enabled = false, verbose = false } = options;
  let written = "";
  const write = (text: string) => void (written += text);
  const view = new RunView({ write, style: createStyle({ enabled }), verbose });
  for (const event of events) view.show(event);
  return written;
}

const session: AgentEvent[] = [
  event("reasoning", { text: "Hm." }),
  event("text", { text: "Let me " }),
  event("text", { text: "see.\n\n" }),
  event("usage", { usage }),
  event("code", { code: "const n = 1;\nconsole.log(n);\nn" }),
  event("output", { stream: "stdout", text: "1\n" }),
  event("execution_output", { content: "<shown>", result: ok("1") }),
  event("text", { text: "It is 1." }),
  event("usage", { usage: { ...usage, estimated: true } }),
  event("final_response", { content: "It is 1." }),
];

Deno.test("RunView shows a run as plain text when there are no colours", () => {
  assertEquals(
    show(session),
    `Let me see.

  1 const n = 1;
  2 console.log(n);
  3 n
  │ 1
    = 1

It is 1.
`,
  );
});

Deno.test("RunView shows reasoning, tokens and observations when it is verbose", () => {
  assertEquals(
    show(session, { verbose: true }),
    `Hm.
Let me see.

· 1,234 tokens
  1 const n = 1;
  2 console.log(n);
  3 n
  │ 1
    = 1
    <shown>

It is 1.
· about 1,234 tokens
`,
  );
});

Deno.test("RunView uses colours when there are some, and each of them ends", () => {
  const text = show(session, { enabled: true, verbose: true });
  // deno-lint-ignore no-control-regex -- colours are what it counts
  const codes = [...text.matchAll(/\x1b\[(\d+)m/g)].map(([, code]) => Number(code));
  const ends: Record<number, number> = { 2: 22, 36: 39 };
  assertEquals(codes.length > 10, true);
  for (let i = 0; i < codes.length; i += 2) assertEquals(codes[i + 1], ends[codes[i]!]);
  assertEquals(printable(text), show(session, { verbose: true }));
});

Deno.test("RunView shows how a cell ended", () => {
  const stopped = (status: "timeout" | "interrupted", stateKept: boolean): AgentEvent =>
    event("execution_output", { content: "c", result: { ...base, status, stateKept } });
  const error = { name: "TypeError", message: "no", frames: [], text: "TypeError: no\n  at 1:1" };
  const failed: CellResult = { ...base, status: "error", error };
  const lost = { name: "KernelExitError", message: "The kernel ended" };
  const table: [AgentEvent, string][] = [
    [event("execution_output", { content: "c", result: ok() }), ""],
    [
      event("execution_output", { content: "c", result: ok("[\n  1\n]") }),
      "    = [\n      1\n    ]\n",
    ],
    [
      event("execution_output_exceeded", { content: "c", result: ok("x".repeat(401)) }),
      `    = ${"x".repeat(400)} ...\n`,
    ],
    [
      event("execution_error", { content: "c", error, result: failed }),
      "    TypeError: no\n      at 1:1\n",
    ],
    [
      event("execution_error", { content: "c", error: lost }),
      "    KernelExitError: The kernel ended\n",
    ],
    [stopped("timeout", true), "    stopped (timeout); the state is kept\n"],
    [stopped("interrupted", false), "    stopped (interrupted); the state is lost\n"],
  ];
  for (const [ending, text] of table) {
    assertEquals(show([event("code", { code: "1" }), ending]), `  1 1\n${text}\n`);
  }
});

Deno.test("RunView tells of compaction and of steps that ran out", () => {
  assertEquals(
    show([
      event("text", { text: "a" }),
      event("compacting", { tokens: 12 }),
      event("compacted", { messages: 3 }),
      event("max_steps_reached", { content: "a" }),
    ]),
    "a\n· compacting the history (about 12 tokens)\n· compacted to 3 messages\n" +
      "No steps are left; the task may not be done.\n",
  );
});

Deno.test("RunView.close() shows steps, time and tokens of the run", () => {
  const table: [Partial<RunResult>, string][] = [
    [{}, "✓ 2 steps, 1.3 s, 1,234 tokens\n"],
    [{ steps: 1 }, "✓ 1 step, 1.3 s, 1,234 tokens\n"],
    [{ usage: { ...usage, estimated: true } }, "✓ 2 steps, 1.3 s, about 1,234 tokens\n"],
    [{ status: "exhausted" }, "! 2 steps, 1.3 s, 1,234 tokens\n"],
  ];
  for (const [changes, line] of table) {
    let written = "";
    const view = new RunView({
      write: (text) => void (written += text),
      style: createStyle({ enabled: false }),
    });
    view.close({ ...result, ...changes });
    assertEquals(written, line);
  }
});

Deno.test("RunView shows no control sequences when model or guest sends some", () => {
  const evil = "\x1b[2J\x1b]52;c;cm0=\x07\x9b31mx\r\b";
  const error = { name: "E", message: evil, frames: [], text: `E: ${evil}` };
  const events: AgentEvent[] = [
    event("reasoning", { text: evil }),
    event("text", { text: evil }),
    event("code", { code: evil }),
    event("output", { stream: "stdout", text: evil }),
    event("output", { stream: "stderr", text: `${evil}\n` }),
    event("execution_output", { content: evil, result: ok(evil) }),
    event("code", { code: evil }),
    event("execution_error", { content: evil, error, result: { ...base, status: "error", error } }),
    event("code", { code: evil }),
    event("execution_error", { content: evil, error }),
    refused(evil),
  ];
  const text = show(events, { verbose: true });
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  assertEquals(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(text), false, JSON.stringify(text));
  assertStringIncludes(text, "E: ");
});

Deno.test("RunView shows why a cell was refused", () => {
  const text = show([
    event("code", { code: "1" }),
    refused("Refused: no imports"),
  ]);
  assertStringIncludes(text, "Refused: no imports");
});

Deno.test("RunView.show() keeps the halves of a surrogate pair together", () => {
  const [high, low] = ["\ud83d", "\ude00"];
  assertEquals(
    show([event("text", { text: `Hi ${high}` }), event("text", { text: `${low}!` })]),
    "Hi \u{1f600}!",
  );
});

Deno.test("RunView.show() shows retries, questions, approvals and the reason of a failure", () => {
  const text = show([
    event("retry", { attempt: 2, attempts: 5, delayMs: 1_500, reason: "Too busy\u001b[2J" }),
    event("ask_user", { id: "1", question: "Which?", options: ["a", "b"] }),
    event("approval_request", { id: "2", name: "pay", args: [5] }),
    event("skills_lost", { content: "Skills are gone", skills: [{ name: "x", reason: "r" }] }),
    event("limit_reached", { limit: "tokens", max: 5 }),
    event("run_failed", { reason: "The content filter withheld it" }),
  ]);
  assertEquals(
    text,
    "· Too busy; attempt 2 of 5 in 1.5 s\n· asks: Which? [a | b]\n· needs an approval: pay [5]\n" +
      "· Skills are gone\n· the limit on tokens is reached\nThe content filter withheld it\n",
  );
});
