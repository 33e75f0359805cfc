/**
 * A step: one call of the model, and the action that it led to. Plain data in, plain data out.
 *
 * @module
 */

import { alternate } from "../../model/alternate.ts";
import type { ModelMessage } from "../../model/model.ts";
import { ModelError } from "../../model/model_error.ts";
import { callTool, runCell } from "./act.ts";
import { compactState } from "./compact_state.ts";
import { calibrate, learnRefusal, measure } from "../compaction/context.ts";
import { costOf, type ReachedLimit, reachedLimit } from "../record/limits.ts";
import { type Message, toModelMessage } from "../record/message.ts";
import { observeReply } from "./observation.ts";
import { explainMisfire } from "../reply/misfire.ts";
import { readReply, type Reply } from "../reply/reply.ts";
import { type RunState, withMessages, withUsage } from "../record/state.ts";
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
  if (reached !== undefined) return await exhaust(state, reached, deps);
  deps.people.at(state.step + 1);
  let now: RunState = enterSteering({ ...state, step: state.step + 1 }, deps);
  now = await compactState(now, deps);
  if (now.status !== "running") return now;
  const { state: asked, reply } = await ask(now, deps);
  return await follow(reply, { ...asked, nudge: undefined }, deps);
}

/** Adds what people have thrown in. */
function enterSteering(state: RunState, { people, emit }: StepDeps): RunState {
  const texts = people.takeSteering();
  for (const text of texts) emit("steered", state.step, { text });
  return withMessages(state, ...texts.map((content): Message => ({ role: "user", content })));
}

/** Asks the model. If the messages are too long for it, they are compacted, and it is asked once more. */
async function ask(
  state: RunState,
  deps: StepDeps,
): Promise<{ state: RunState; reply: Reply }> {
  const { settings } = deps;
  try {
    return await askOnce(state, deps);
  } catch (error) {
    if (!(error instanceof ModelError) || error.kind !== "context_length") throw error;
    const tokens = measure(requestOf(state, deps), state.context.factor);
    const context = learnRefusal(state.context, {
      tokens,
      windowTokens: settings.windowTokens,
      reported: error.contextTokens,
    });
    const shorter = await compactState({ ...state, context }, deps, { force: true });
    if (shorter.status !== "running") return { state: shorter, reply: NO_REPLY };
    // If nothing could be left out, the server would refuse it again.
    if (measure(requestOf(shorter, deps)) >= measure(requestOf(state, deps))) throw error;
    return await askOnce(shorter, deps);
  }
}

const NO_REPLY: Reply = {
  text: "",
  toolCalls: [],
  blocks: [],
  calledTool: false,
  loneTag: false,
  usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0, estimated: false },
  firstUsage: { inputTokens: 0, outputTokens: 0, totalTokens: 0, estimated: false },
};

async function askOnce(
  state: RunState,
  deps: StepDeps,
  { last = false }: { readonly last?: boolean } = {},
): Promise<{ state: RunState; reply: Reply }> {
  const { emit, callModel, signal, tools, settings } = deps;
  const { step } = state;
  const messages = requestOf(state, deps);
  const reply = await readReply(messages, {
    callModel,
    signal,
    parameters: settings.parameters,
    tools: last ? [] : tools.specs,
    languages: last || settings.mode !== "fenced" ? [] : settings.languages,
    implicitReasoning: state.context.implicitReasoning,
    onText: (text) => emit("text", step, { text }),
    onReasoning: (text) => emit("reasoning", step, { text }),
    onReset: () => emit("reasoning_reset", step, {}),
    onRetry: ({ attempt, delayMs, reason }) => emit("retry", step, { attempt, delayMs, reason }),
  });
  const { usage, firstUsage } = reply;
  emit("usage", step, { usage });
  const cost = costOf(usage, settings.prices);
  const context = calibrate(state.context, { messages, usage: firstUsage });
  const implicitReasoning = context.implicitReasoning || reply.loneTag;
  return {
    state: { ...withUsage(state, { usage, cost }), context: { ...context, implicitReasoning } },
    reply,
  };
}

/** Returns the messages of the next request. */
function requestOf(
  { messages, nudge }: RunState,
  { system, attachments }: StepDeps,
): ModelMessage[] {
  const request: ModelMessage[] = [{ role: "system", content: system }];
  for (const message of messages) {
    const found = (message.attachments ?? []).flatMap(({ key }) => attachments.get(key) ?? []);
    request.push({
      ...toModelMessage(message),
      ...(found.length === 0 ? {} : { attachments: found }),
    });
  }
  if (nudge !== undefined) request.push({ role: "user", content: nudge });
  return alternate(request);
}

/** Does what a reply says. */
async function follow(reply: Reply, state: RunState, deps: StepDeps): Promise<RunState> {
  if (state.status !== "running") return state;
  const { text, code, toolCalls, incomplete } = reply;
  const now: RunState = { ...state, content: text };
  if (incomplete !== undefined) {
    const reason = incomplete;
    return { ...withMessages(now, ...asAnswer(text)), status: "failed", reason };
  }
  if (code !== undefined) return await followCell(code, text, { state: now, deps });
  if (toolCalls.length > 0 && deps.tools.specs.length > 0) {
    return await followCalls(reply, now, deps);
  }
  if (text.trim() === "" && !reply.calledTool) return nudge(now, deps);
  return followText(reply, now, deps);
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
  text: string,
  { state, deps }: { readonly state: RunState; readonly deps: StepDeps },
): Promise<RunState> {
  const fence = fenceFor(code);
  const written = `${text}${fence}${deps.settings.languages[0]}\n${code}\n${fence}`;
  const { state: next, content, attachments } = await runCell(code, state, deps);
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
  { text, toolCalls }: Reply,
  state: RunState,
  deps: StepDeps,
): Promise<RunState> {
  let now = state;
  const results: Message[] = [];
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
    const action = await followCall(call, now, deps);
    now = action.state;
    results.push({ role: "tool_result", callId: call.id, content: action.content });
  }
  return endIfAnswered(
    withMessages(now, { role: "tool_call", content: text, calls: toolCalls }, ...results),
    deps,
  );
}

async function followCall(
  call: Reply["toolCalls"][number],
  state: RunState,
  deps: StepDeps,
): Promise<{ state: RunState; content: string }> {
  let code: string | undefined;
  try {
    code = deps.tools.codeIn(call);
  } catch (error) {
    const content = observeReply(error instanceof Error ? error.message : String(error));
    deps.emit("correction", state.step, { content });
    return { state, content };
  }
  return code === undefined ? await callTool(call, state, deps) : await runCell(code, state, deps);
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
  return typeof value === "object" ? JSON.stringify(value) ?? "" : String(value);
}

/** Follows a reply without an action: it is the answer, unless it was meant to be something else. */
function followText(reply: Reply, state: RunState, deps: StepDeps): RunState {
  const { emit, people, settings: { languages, mode, plainReply, output } } = deps;
  const { text } = reply;
  const misfire = mode === "fenced" ? explainMisfire(reply, languages[0]!) : undefined;
  if (misfire !== undefined && state.idle === 0) return correct(observeReply(misfire), state, deps);
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
    return correct(output === undefined ? GO_ON : GO_ON_TYPED, state, deps);
  }
  if (plainReply === "wait") return { ...said, status: "waiting" };
  emit("final_response", state.step, { content: text });
  return { ...said, status: "completed" };
}

/** Tells the model what was wrong with its reply. */
function correct(content: string, state: RunState, { emit }: StepDeps): RunState {
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
  state: RunState,
  { limit, max }: ReachedLimit,
  deps: StepDeps,
): Promise<RunState> {
  const { emit, settings } = deps;
  let now: RunState = { ...state, nudge: undefined };
  if (limit === "steps" && settings.lastAnswer) {
    const { state: asked, reply } = await askOnce({ ...now, nudge: LAST }, deps, { last: true });
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
