/**
 * A call of a tool by the model.
 *
 * @module
 */

import { CallRefusedError, needsApproval, sortOf } from "../../inject/approval.ts";
import { applyHostFunction, argumentsOf } from "../../inject/host_function.ts";
import type { ToolCall } from "../../model/model.ts";
import { escapeTags } from "../../text/escape_tags.ts";
import { leftOut, truncate } from "../../text/truncate.ts";
import { plainValue } from "../people/plain_value.ts";
import { JournalError } from "../record/journal_error.ts";
import { NO_USAGE, type RunState } from "../record/state.ts";
import { withScope } from "../team/run_scope.ts";
import type { MimeBundle } from "../../runtime/runtime.ts";
import type { AttachmentReference } from "../record/message.ts";
import { rememberedBy } from "../people/desk.ts";
import type { Action } from "./action.ts";
import { journaled, redactOf } from "./journaled.ts";
import { type HostCallRequest, MiddlewareError, wrapAction } from "./middleware.ts";
import type { StepDeps } from "./step_deps.ts";

/** The method of values that show something, as in the notebooks of Deno. */
const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

/**
 * Calls a tool.
 *
 * @param call The call.
 * @param options The state, the tools, listeners.
 */
export async function callTool(
  call: ToolCall,
  { state, deps }: { readonly state: RunState; readonly deps: StepDeps },
): Promise<Action> {
  const { emit, tools, people, signal, ledger, settings } = deps;
  const { limits, maxObservationChars, seesDisplays } = settings;
  const { id, name } = call;
  emit("tool_call", state.step, { id, name, arguments: call.arguments });
  let content: string;
  let images: readonly AttachmentReference[] = [];
  let failed = false;
  try {
    const read = await tools.read(call);
    const { definition } = read;
    let { args } = read;
    let approval: string | undefined;
    const need = await needsApproval(definition, args);
    if (need !== false) {
      const sort = sortOf(need);
      const { id, allow, input, reason } = await people.approval({ name, args, sort, signal });
      approval = id;
      if (!allow) throw new CallRefusedError(name, reason);
      args = input === undefined ? args : await argumentsOf(definition, { name, args: input });
    }
    ledger.spend({ usage: NO_USAGE, cost: 0, hostCalls: 1 });
    if (state.hostCalls + ledger.open.hostCalls > limits.maxHostCalls) {
      throw new RangeError(
        `Cannot call ${name}: the run may make ${limits.maxHostCalls} calls of the host at most`,
      );
    }
    let confirm = () => {};
    const make = wrapAction(deps.middleware, {
      select: ({ hostCall }) => hostCall,
      base: ({ args }: HostCallRequest) =>
        withScope(
          deps.scope,
          () => {
            confirm();
            return applyHostFunction(definition, { name, args, context: { signal } });
          },
        ),
      inputOf: (request, [args]: [args?: readonly unknown[]]) => ({
        ...request,
        args: args ?? request.args,
      }),
    });
    const value = await withSignal(
      journaled(deps, {
        name,
        args,
        approval,
        ...definition.effects,
        make: (confirming) => {
          confirm = confirming;
          return make({ run: state.id, name, args, redact: redactOf(deps) });
        },
      }),
      signal,
    );
    const bundle = bundleOf(value);
    if (bundle !== undefined) {
      emit("display", state.step, { bundle });
      if (seesDisplays) images = deps.attachments.addDisplays([bundle]);
    }
    content = typeof value === "string" ? value : JSON.stringify(plainValue(value) ?? null);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof JournalError) throw error;
    if (error instanceof MiddlewareError) {
      const next = ledger.book({ ...state, status: "failed", reason: error.message });
      return { state: next, content: error.message };
    }
    failed = true;
    content = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  content = deps.runtime.redact?.(content) ?? content;
  content = escapeTags(truncate(content, maxObservationChars, { mark: leftOut })) || "Done";
  emit("tool_result", state.step, { id, name, content, failed });
  const next = ledger.book({ ...state, idle: 0, remembered: rememberedBy(people) });
  return { state: next, content, ...(images.length === 0 ? {} : { attachments: images }) };
}

/** Returns what a value shows to people: by the same method as values of cells. */
function bundleOf(value: unknown): MimeBundle | undefined {
  if (typeof value !== "object" || value === null || !(DISPLAY in value)) return undefined;
  const show = value[DISPLAY];
  return typeof show === "function" ? show.call(value) as MimeBundle : undefined;
}

async function withSignal<T>(working: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([working, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
