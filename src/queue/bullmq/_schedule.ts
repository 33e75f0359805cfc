/**
 * Questions that are asked again and again.
 *
 * @module
 */

import { checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { checkAgentName } from "../_check.ts";

/** A question that is asked again and again. */
export interface Schedule {
  /** The name of the agent. */
  readonly agent: string;
  /** The identifier of the session. */
  readonly session: string;
  /** The question. */
  readonly query: string;
  /** The times, as a cron pattern of five fields, or six with seconds: this, or `everyMs`. @default none */
  readonly cron?: string | undefined;
  /** The time zone of the pattern. @default that of the server */
  readonly timeZone?: string | undefined;
  /** The interval in milliseconds. @default none */
  readonly everyMs?: number | undefined;
}

const NAMES: OptionNames<Schedule> = {
  agent: true,
  session: true,
  query: true,
  cron: true,
  timeZone: true,
  everyMs: true,
};

/** Checks a schedule, and returns its parts. */
export function checkSchedule(id: string, schedule: Schedule) {
  const task = "schedule a question";
  checkOptions(schedule, { names: NAMES, task });
  const { agent, session, query, cron, timeZone: tz, everyMs: every } = schedule;
  checkAgentName(id, `${task}: its identifier`);
  checkAgentName(agent, `${task}: agent`);
  for (const [name, text] of Object.entries({ session, query })) {
    if (typeof text === "string" && text.trim() !== "") continue;
    throw new TypeError(`Cannot ${task}: ${name} is empty, or not text`);
  }
  if ((cron === undefined) === (every === undefined)) {
    throw new TypeError(`Cannot ${task}: give it one of cron and everyMs`);
  }
  if (every !== undefined) checkLimit("everyMs", every);
  const repeat = every === undefined
    ? { pattern: cron, ...(tz === undefined ? {} : { tz }) }
    : { every };
  return { agent, prompt: { session, query }, repeat } as const;
}
