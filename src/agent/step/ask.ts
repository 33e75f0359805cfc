/**
 * The request of a step: the history as messages for the model, and its reply.
 *
 * @module
 */

import { alternate } from "../../model/alternate.ts";
import type { ModelMessage } from "../../model/model.ts";
import { ModelError } from "../../model/model_error.ts";
import { calibrate, learnRefusal, measure } from "../compaction/context.ts";
import { costOf } from "../record/limits.ts";
import { toModelMessage } from "../record/message.ts";
import { type RunState, withUsage } from "../record/state.ts";
import { readReply, type Reply } from "../reply/reply.ts";
import { compactState } from "./compact_state.ts";
import type { StepDeps } from "./step_deps.ts";

/**
 * Asks the model. If the messages are too long for it, they are compacted, and it is asked once more.
 *
 * @param state The state.
 * @param deps The model, listeners.
 */
export async function ask(
  state: RunState,
  deps: StepDeps,
): Promise<{ state: RunState; reply: Reply }> {
  const { settings } = deps;
  try {
    return await askOnce(state, { deps });
  } catch (error) {
    if (!(error instanceof ModelError) || error.kind !== "context_length") throw error;
    const tokens = measure(requestOf(state, deps), state.context.factor);
    const context = learnRefusal(state.context, {
      tokens,
      windowTokens: settings.windowTokens,
      reported: error.contextTokens,
    });
    const shorter = await compactState({ ...state, context }, { deps, force: true });
    if (shorter.status !== "running") {
      // Of a window that the server does not report, nothing certain can be said.
      if (error.contextTokens === undefined) throw error;
      return { state: shorter, reply: NO_REPLY };
    }
    // If nothing could be left out, the server would refuse it again.
    if (measure(requestOf(shorter, deps)) >= measure(requestOf(state, deps))) throw error;
    return await askOnce(shorter, { deps });
  }
}

const NO_REPLY: Reply = {
  text: "",
  toolCalls: [],
  reasoning: [],
  blocks: [],
  calledTool: false,
  loneTag: false,
  usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0, estimated: false },
  firstUsage: { inputTokens: 0, outputTokens: 0, totalTokens: 0, estimated: false },
};

/**
 * Asks the model once.
 *
 * @param state The state.
 * @param options The model, and whether this is the last request, after which nothing is executed.
 */
export async function askOnce(
  state: RunState,
  { deps, last = false }: { readonly deps: StepDeps; readonly last?: boolean },
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
    onRetry: ({ type: _type, ...retry }) => emit("retry", step, retry),
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
