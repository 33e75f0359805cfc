/** Events of runs and kinds of errors, on spans. */

import type { AgentEvent } from "../agent/record/event.ts";
import { ModelError } from "../model/model_error.ts";
import type { Operation } from "./_operation.ts";
import { CAVE, GEN_AI, SPAN_EVENTS } from "./names.ts";

/** Returns the kind of an error that metrics can be grouped by. */
export function errorType(error: unknown): string {
  if (error instanceof ModelError) return error.kind;
  return error instanceof Error ? error.name : typeof error;
}

/** Adds the events of a run that are no operations of their own. */
export function reportEvent(event: AgentEvent, { span }: Operation): void {
  switch (event.type) {
    case "approval_request":
      return void span.addEvent(SPAN_EVENTS[event.type], { [CAVE.function]: event.name });
    case "approval_decision":
      return void span.addEvent(SPAN_EVENTS[event.type], {
        [CAVE.function]: event.name,
        [CAVE.allow]: event.allow,
      });
    case "compacting":
      return void span.addEvent(SPAN_EVENTS[event.type], { [CAVE.tokens]: event.tokens });
    case "limit_reached":
      return void span.addEvent(SPAN_EVENTS[event.type], { [GEN_AI.errorType]: event.limit });
    case "ask_user":
    case "answer":
    case "steered":
      return void span.addEvent(SPAN_EVENTS[event.type]);
  }
}
