/**
 * The command `sessions`: lists, shows and deletes the conversations that are kept.
 *
 * @module
 */

import { collectBlobs, deleteSession, listSessions } from "../session/manage_sessions.ts";
import { openSession } from "../session/open_session.ts";
import type { AgentSource } from "../session/run/session_core.ts";
import type { Store } from "../store/store.ts";
import { UsageError } from "../terminal/command_line.ts";
import { writeJson, writeLine } from "../terminal/terminal_output.ts";
import { openSessionStore } from "./setup/data_folder.ts";

const USAGE =
  "Usage: deno task agent sessions list | show NAME | resume NAME | delete NAME [--json]";

const MAX_QUERY_CHARS = 60;

/**
 * Runs the command.
 *
 * @param args The arguments behind `sessions`.
 * @returns The exit code: 1 if there is no such session.
 * @throws {UsageError} If the arguments are wrong.
 */
export async function runSessionsCommand(args: readonly string[]): Promise<number> {
  const json = args.includes("--json");
  const [action = "list", name, ...more] = args.filter((arg) => arg !== "--json");
  if (!["list", "show", "delete"].includes(action) || more.length > 0) throw new UsageError(USAGE);
  if (action !== "list" && name === undefined) {
    throw new UsageError(`Cannot ${action} a session: name one. ${USAGE}`);
  }
  await using store = await openSessionStore();
  if (action === "list") return await list(store, json);
  if (await hasSession(store, name!)) {
    return action === "show"
      ? await show(store, { name: name!, json })
      : await remove(store, name!);
  }
  writeLine(`There is no session ${JSON.stringify(name)}; \`sessions list\` lists them`);
  return 1;
}

async function list(store: Store, json: boolean): Promise<number> {
  const sessions = await listSessions(store);
  if (sessions.length === 0 && !json) {
    writeLine("There are no sessions yet; --session NAME keeps one");
  }
  const width = Math.max(...sessions.map(({ id }) => id.length));
  for (const session of sessions) {
    if (json) writeJson(session);
    else {
      const { id, status, runs, updatedAt, query = "" } = session;
      const day = new Date(updatedAt).toISOString().slice(0, 16).replace("T", " ");
      const words = query.replace(/\s+/g, " ").slice(0, MAX_QUERY_CHARS);
      writeLine(`${id.padEnd(width)}  ${day}  ${status.padEnd(9)}  ${runs} questions  ${words}`);
    }
  }
  return 0;
}

/** The session is only read: no agent is made. */
const NO_AGENT: AgentSource = () => {
  throw new TypeError("Cannot ask: the session is only shown");
};

async function hasSession(store: Store, name: string): Promise<boolean> {
  return (await listSessions(store)).some(({ id }) => id === name);
}

async function show(
  store: Store,
  { name, json }: { readonly name: string; readonly json: boolean },
): Promise<number> {
  await using session = await openSession(name, { store, agent: NO_AGENT });
  for (const { id, parent, message } of session.messages) {
    if (json) writeJson({ id, parent, ...message });
    else writeLine(`[${id}] ${message.role}: ${message.content}\n`);
  }
  return 0;
}

async function remove(store: Store, name: string): Promise<number> {
  await deleteSession(store, name);
  await collectBlobs(store);
  writeLine(`Deleted ${name}`);
  return 0;
}
