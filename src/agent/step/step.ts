/**
 * A step: one call of the model, and the action that it led to. Plain data in, plain data out.
 *
 * @module
 */

import { type ReachedLimit, reachedLimit } from "../record/limits.ts";
import { type AttachmentReference, type Message, questionOf } from "../record/message.ts";
import type { Action } from "./action.ts";
import { type RunState, withMessages } from "../record/state.ts";
import { explainMisfire } from "../reply/misfire.ts";
import type { Reply } from "../reply/reply.ts";
import { ask, askOnce } from "./ask.ts";
import { callTool } from "./call_tool.ts";
import { compactState, takeNotes } from "./compact_state.ts";
import { observeReply } from "./observation.ts";
import { runCell } from "./run_cell.ts";
import { kept } from "./journaled.ts";
import type { StepDeps } from "./step_deps.ts";

/** After so many replies in a row that did nothing, the run fails. */
const MAX_IDLE = 3;

const NUDGE = "Your reply was empty. Write a code block to act, or the answer.";

const LAST = "No steps are left, and nothing more is executed. Answer now, with what you have.";

const GO_ON = "This did not end the task: go on until a cell calls `await finish(answer)`.";

const GO_ON_TYPED =
  "This did not end the task. Hand the value over in a cell, as the task demands: `await finish(value)`.";

/**
 * Takes one step.
 *
 * @param state The state, whose status is `running`.
 * @param deps Live objects and settings.
 * @returns The next state. It is `running` if another step follows, `waiting` if a person has to answer, or the end.
 * @throws The error of a model that could not be asked, or the signal's reason.
 */
export async function step(state: RunState, deps: StepDeps): Promise<RunState> {
  deps.signal.throwIfAborted();
  const reached = deps.scope.reached() ?? reachedLimit(state, deps.settings.limits);
  if (reached !== undefined) return await exhaust(reached, { state, deps });
  deps.people.at(state.step + 1);
  let now: RunState = enterSteering({ ...state, step: state.step + 1 }, deps);
  const noted = takeNotes(now, deps);
  now = await compactState(noted, { deps, force: noted !== now });
  if (now.status !== "running") return now;
  const { state: asked, reply } = await ask(now, deps);
  return await follow(reply, { state: { ...asked, nudge: undefined }, deps });
}

/** A state, and the means to go on from it. */
interface Situation {
  readonly state: RunState;
  readonly deps: StepDeps;
}

/** Adds the messages of people. */
function enterSteering(state: RunState, { people, emit }: StepDeps): RunState {
  const texts = people.takeSteering();
  for (const text of texts) emit("steered", state.step, { text });
  return withMessages(state, ...texts.map((content): Message => ({ role: "user", content })));
}

/** Carries out a reply. */
async function follow(reply: Reply, { state, deps }: Situation): Promise<RunState> {
  if (state.status !== "running") return state;
  const { text, code, toolCalls, incomplete } = reply;
  const now: RunState = { ...state, content: text };
  if (incomplete !== undefined) {
    const reason = incomplete;
    return { ...withMessages(now, ...asAnswer(text)), status: "failed", reason };
  }
  if (code !== undefined) return await followCell(code, { text, state: now, deps });
  if (toolCalls.length > 0 && deps.tools.specs.length > 0) {
    return await followCalls(reply, { state: now, deps });
  }
  if (text.trim() === "" && !reply.calledTool) return nudge(now, deps);
  return await followText(reply, { state: now, deps });
}

function asAnswer(content: string): Message[] {
  return content.trim() === "" ? [] : [{ role: "assistant", content }];
}

function nudge(state: RunState, { emit, settings: { mode } }: StepDeps): RunState {
  if (state.idle >= 1) {
    return {
      ...state,
      status: "failed",
      reason: "The model replied with nothing, and again when it was told so",
    };
  }
  const content = mode === "fenced"
    ? NUDGE
    : "Your reply was empty. Call a tool, or write the answer.";
  emit("correction", state.step, { content });
  return { ...state, idle: state.idle + 1, nudge: content };
}

async function followCell(
  code: string,
  { text, state, deps }: Situation & { readonly text: string },
): Promise<RunState> {
  const fence = fenceFor(code);
  const written = `${text}${fence}${deps.settings.languages[0]}\n${code}\n${fence}`;
  await kept(deps.journal?.action(state, { kind: "cell", content: written }));
  const { state: next, content, attachments } = await runCell(code, { state, deps });
  // Both at once: a run that is stopped in between leaves no cell without its observation.
  return endIfAnswered(
    withMessages(
      next,
      { role: "code_execution", content: written },
      { role: "execution_result", content, ...(attachments === undefined ? {} : { attachments }) },
    ),
    deps,
  );
}

async function followCalls(
  { text, toolCalls, reasoning }: Reply,
  { state, deps }: Situation,
): Promise<RunState> {
  await kept(deps.journal?.action(state, { kind: "tools", content: text, calls: toolCalls }));
  let now = state;
  const results: Message[] = [];
  const images: AttachmentReference[] = [];
  for (const call of toolCalls) {
    // Each call needs an answer, or servers refuse the history.
    if (now.status !== "running" || deps.signal.aborted) {
      results.push({
        role: "tool_result",
        callId: call.id,
        content: "Not called: the run has ended",
      });
      continue;
    }
    const action = await followCall(call, { state: now, deps });
    now = action.state;
    await kept(deps.journal?.toolResult(call.id, action.content));
    results.push({ role: "tool_result", callId: call.id, content: action.content });
    images.push(...action.attachments ?? []);
  }
  // Servers take images from users only, and the results of all calls before anything else.
  if (images.length > 0) results.push(questionOf("The images of the results above:", images));
  const message: Message = {
    role: "tool_call",
    content: text,
    calls: toolCalls,
    ...(reasoning.length === 0 ? {} : { reasoning }),
  };
  return endIfAnswered(withMessages(now, message, ...results), deps);
}

async function followCall(
  call: Reply["toolCalls"][number],
  { state, deps }: Situation,
): Promise<Action> {
  let code: string | undefined;
  try {
    code = deps.tools.codeIn(call);
  } catch (error) {
    const content = observeReply(error instanceof Error ? error.message : String(error));
    deps.emit("correction", state.step, { content });
    return { state, content };
  }
  return code === undefined
    ? await callTool(call, { state, deps })
    : await runCell(code, { state, deps });
}

/** Ends the run if a cell has handed the answer over. */
function endIfAnswered(
  state: RunState,
  { answer, emit, settings: { output } }: StepDeps,
): RunState {
  if (!answer.done || state.status !== "running") return state;
  const { value } = answer;
  const said = state.content.trim();
  const content = typeof value === "string"
    ? value
    : output === undefined && value !== undefined
    ? text(value)
    : said;
  emit("final_response", state.step, { content });
  return { ...state, status: "completed", content };
}

function text(value: unknown): string {
  if (typeof value !== "object") return String(value);
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    // A cycle, or an integer that JSON lacks.
    return Deno.inspect(value, { colors: false });
  }
}

/** Follows a reply without an action: it is the answer, unless it was meant to be something else. */
async function followText(reply: Reply, { state, deps }: Situation): Promise<RunState> {
  const { emit, people, settings } = deps;
  const { languages, mode, plainReply, output } = settings;
  const { text } = reply;
  const misfire = mode === "fenced" ? explainMisfire(reply, languages[0]!) : undefined;
  if (misfire !== undefined && state.idle === 0) {
    return correct(observeReply(misfire), { state, deps });
  }
  const said = withMessages(state, ...asAnswer(text));
  if (text.trim() === "") return nudge({ ...state, idle: Math.max(1, state.idle) }, deps);
  if (people.hasSteering) return said;
  if (output !== undefined || plainReply === "continue") {
    if (state.idle >= MAX_IDLE) {
      const reason = `The model replied ${
        state.idle + 1
      } times in a row without handing an answer over`;
      return { ...said, status: "failed", reason };
    }
    return correct(output === undefined ? GO_ON : GO_ON_TYPED, { state, deps });
  }
  if (plainReply === "wait") return { ...said, status: "waiting" };
  if (state.idle < MAX_IDLE) {
    const open = await settings.beforeFinish?.(text);
    if (open !== undefined) return correct(observeReply(`Not finished: ${open}`), { state, deps });
  }
  emit("final_response", state.step, { content: text });
  return { ...said, status: "completed" };
}

/** Corrects the model. */
function correct(content: string, { state, deps: { emit } }: Situation): RunState {
  emit("correction", state.step, { content });
  const reply: Message = { role: "assistant", content: state.content };
  const told: Message = { role: "execution_result", content };
  return {
    ...withMessages(state, ...(reply.content.trim() === "" ? [] : [reply]), told),
    idle: state.idle + 1,
  };
}

/** Ends a run whose limit is reached, with a last answer if that was requested. */
async function exhaust(
  { limit, max }: ReachedLimit,
  { state, deps }: Situation,
): Promise<RunState> {
  const { emit, settings } = deps;
  let now: RunState = { ...state, nudge: undefined };
  if (limit === "steps" && settings.lastAnswer) {
    const { state: asked, reply } = await askOnce({ ...now, nudge: LAST }, { deps, last: true });
    now = {
      ...withMessages(asked, ...asAnswer(reply.text)),
      nudge: undefined,
      content: reply.text,
    };
  }
  const { content } = now;
  const reason = `The limit on ${limit.replace("_", " ")} is reached: ${max}`;
  if (limit === "steps") emit("max_steps_reached", now.step, { content });
  emit("limit_reached", now.step, { limit, max });
  return { ...now, status: "exhausted", limit, reason };
}

/** Returns a fence that the code does not contain. */
function fenceFor(code: string): string {
  let longest = 2;
  for (const [run] of code.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return "`".repeat(longest + 1);
}
