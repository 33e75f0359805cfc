/**
 * The life of a run in a session: its beginning, its resumption, its end.
 *
 * @module
 */

import type { AgentRun } from "../../agent/agent_run.ts";
import type { RunOptions } from "../../agent/agent_options.ts";
import type { RunResult } from "../../agent/record/event.ts";
import { JournalError } from "../../agent/record/journal_error.ts";
import type { Message } from "../../agent/record/message.ts";
import type { RunStatus } from "../../agent/record/run_status.ts";
import type { RunState } from "../../agent/record/state.ts";
import { readAll } from "../../store/read_all.ts";
import { readArguments } from "../record/recorded_arguments.ts";
import { callsIn, messagesOf } from "./cut_off.ts";
import { withoutMessages } from "./recorder.ts";
import type { PreparedAgent, SessionCore } from "./session_core.ts";
import { SessionSuspendedError } from "../record/session_errors.ts";
import type { SessionEvent } from "../record/session_event.ts";
import {
  isOver,
  SESSION_KEYS,
  type StoredRequest,
  type StoredRun,
} from "../record/session_record.ts";
import { readEvent } from "../record/stored_event.ts";

/** The options of a run, as a session takes them. */
export type DriveOptions = Omit<RunOptions, "id" | "journal">;

/** A run as the driver controls it. */
export interface Drive {
  /** The session. */
  readonly core: SessionCore;
  /** The options of the run. */
  readonly options: DriveOptions;
  /** Stops it. */
  readonly signal: AbortSignal;
  /** Waits until all requests to people are decided. */
  readonly decided: () => Promise<void>;
  /** Receives the run of the agent once it goes on. */
  readonly onLive: (run: AgentRun) => void;
}

/**
 * Starts a run.
 *
 * @param query The question.
 * @param drive The session, and the options of the run.
 * @returns The result.
 */
export async function startRun(query: string, drive: Drive): Promise<RunResult> {
  const { core, options, signal, onLive } = drive;
  return await toEnd(drive, async () => {
    const { agent } = await prepare(core);
    const { id } = core.writer.record.run!;
    const attached = options.attachments === undefined ? await core.attached() : {};
    const given = { ...options, ...attached, signal, id };
    const live = agent.stream(query, { ...given, journal: core.recorder(agent) });
    onLive(live);
    return live;
  });
}

/**
 * Goes on with a run that was cut off.
 *
 * @param drive The session, and the options of the run.
 * @returns The result.
 */
export async function resumeRun(drive: Drive): Promise<RunResult> {
  const { core, signal, onLive } = drive;
  return await toEnd(drive, async () => {
    await drive.decided();
    signal.throwIfAborted();
    // The namespace is at hand, and the next commit tells whether the session still belongs to this process.
    if (!core.isPaused) {
      // With the record, whose version is the fence: the log may have grown since the record was read.
      await core.writer.write({ record: {}, events: [{ type: "run_resumed" }] });
    }
    core.isPaused = false;
    const { agent } = await prepare(core);
    const run = core.writer.record.run!;
    const options = { ...drive.options, signal, id: run.id, journal: core.recorder(agent) };
    if (run.state === undefined) {
      const live = agent.stream(run.query, { ...options, ...await core.attached() });
      onLive(live);
      return live;
    }
    const state = await stateToResume(drive);
    const live = agent.resume(state, options);
    onLive(live);
    return live;
  });
}

/**
 * Ends a run that was cut off, and that does not go on.
 *
 * @param core The session.
 * @param end The status and the reason.
 */
export async function endRun(
  core: SessionCore,
  { status, reason }: { readonly status: "cancelled" | "failed"; readonly reason: string },
): Promise<void> {
  const run = core.writer.record.run!;
  const state: RunState = { ...core.state, status, reason };
  const { doing } = run;
  const calls = doing === undefined ? [] : callsIn(await eventsSince(core, doing.firstEvent));
  const added = doing === undefined
    ? []
    : messagesOf({ doing, calls, requests: run.requests.filter(isDecided) });
  const messages = core.tree.take([...state.messages, ...added]);
  await core.writer.write({
    record: {
      status,
      head: core.tree.head,
      run: { ...run, state: withoutMessages(state), doing: undefined, requests: [] },
    },
    messages,
    events: [{ type: "run_end", status, reason }],
    end: true,
  });
}

/** Whether a request was decided. */
export function isDecided({ answer, decision }: StoredRequest): boolean {
  return answer !== undefined || decision !== undefined;
}

/** Waits for the end of a run, and records it. */
async function toEnd(
  { core }: Pick<Drive, "core">,
  begin: () => Promise<AgentRun>,
): Promise<RunResult> {
  let live: AgentRun | undefined;
  try {
    live = await begin();
    const { output: _, ...result } = await live.result;
    await finish(core, { status: result.status, reason: result.reason, result });
    return await live.result;
  } catch (error) {
    if (error instanceof JournalError) {
      const { cause } = error;
      throw cause instanceof SessionSuspendedError ? cause : error;
    }
    if (error instanceof SessionSuspendedError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const status = live?.state?.status ?? "failed";
    await finish(core, { status: isOver(status) ? status : "failed", reason });
    throw error;
  }
}

async function finish(
  core: SessionCore,
  end: { readonly status: RunStatus; readonly reason?: string; readonly result?: object },
): Promise<void> {
  // One commit: a run that is over without its last event would leave those who follow it waiting for good.
  const last = core.takeEnd();
  await core.writer.write({
    ...last,
    record: { ...last?.record, status: end.status },
    events: [{ type: "run_end", ...end }],
    end: true,
  });
}

/** Prepares the agent, and tells of names that are lost, once. */
async function prepare(core: SessionCore): Promise<PreparedAgent> {
  const { agent, lost } = await core.prepare();
  if (lost.length > 0) await core.writer.write({ events: [{ type: "names_lost", lost }] });
  return { agent, lost };
}

/** Returns the state with which a run goes on, and records it. */
async function stateToResume(drive: Drive): Promise<RunState> {
  const { core } = drive;
  const { requests, doing } = core.writer.record.run!;
  const before: RunState = { ...core.state, status: "running", pending: [] };
  if (doing === undefined) {
    const answers = requests.flatMap(({ answer }): Message[] =>
      answer === undefined ? [] : [{ role: "user", content: answer }]
    );
    if (answers.length === 0) return before;
    return await record(core, { ...before, messages: [...before.messages, ...answers] });
  }
  const made = callsIn(await eventsSince(core, doing.firstEvent));
  await makeApprovedCalls(drive, new Set(made.map(({ approval }) => approval)));
  const calls = callsIn(await eventsSince(core, doing.firstEvent));
  const added = messagesOf({ doing, calls, requests });
  return await record(core, { ...before, messages: [...before.messages, ...added] });
}

async function record(core: SessionCore, state: RunState): Promise<RunState> {
  const messages = core.tree.take(state.messages);
  const run: StoredRun = {
    ...core.writer.record.run!,
    state: withoutMessages(state),
    doing: undefined,
    requests: [],
  };
  const { head } = core.tree;
  await core.writer.write({ record: { status: "running", head, run }, messages });
  return state;
}

/** Makes calls that were approved and whose cell is gone, each once. */
async function makeApprovedCalls(
  { core, signal }: Drive,
  made: ReadonlySet<string | undefined>,
): Promise<void> {
  const { agent } = await core.prepare();
  const { writer } = core;
  for (const { request, args, decision } of writer.record.run!.requests) {
    if (request.kind !== "approval" || decision?.allow !== true) continue;
    if (args === undefined || made.has(request.id)) continue;
    const { name } = request;
    const id = crypto.randomUUID();
    const call = { id, name, args: request.args, effect: "write", idempotent: false };
    await writer.write({ events: [{ type: "host_call", ...call, approval: request.id }] });
    const end = await outcomeOf(() => {
      if (!core.isHeld()) throw new SessionSuspendedError();
      return agent.runtime.call(name, readArguments(args), { approved: true, signal });
    });
    await writer.write({ events: [{ type: "host_call_end", id, ...end }] });
  }
}

async function outcomeOf(call: () => Promise<unknown>) {
  try {
    return { status: "ok", content: await call() ?? null };
  } catch (error) {
    const content = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { status: "error", content };
  }
}

/** Reads the events of the present run. */
async function eventsSince(core: SessionCore, first: number): Promise<SessionEvent[]> {
  await core.writer.settle();
  const { id, store } = core;
  const run = core.writer.record.run!.id;
  const events: SessionEvent[] = [];
  for await (
    const { index, value } of readAll(store, SESSION_KEYS.events(id, run), { from: first })
  ) {
    events.push(await readEvent(value, { store, run, index }));
  }
  return events;
}
