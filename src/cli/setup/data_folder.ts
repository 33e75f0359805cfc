/**
 * The folder in which the command line keeps sessions and the history of prompts.
 *
 * @module
 */

import { SqliteStore } from "../../store/sqlite/sqlite_store.ts";
import { UsageError } from "../../terminal/command_line.ts";

/** Number of entries that are kept. */
const MAX_ENTRIES = 1_000;

/** Returns the folder, by the XDG base directory specification; `undefined` if no variable names a home. */
export function dataFolder(): string | undefined {
  const data = Deno.env.get("XDG_DATA_HOME");
  if (data) return `${data}/cave-agent`;
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  return home ? `${home}/.local/share/cave-agent` : undefined;
}

/**
 * Opens the store of sessions, and makes it if there is none.
 *
 * @throws {UsageError} If no variable names a home.
 */
export async function openSessionStore(): Promise<SqliteStore> {
  const folder = dataFolder();
  if (folder === undefined) {
    throw new UsageError("Cannot keep sessions: neither XDG_DATA_HOME nor HOME names a folder");
  }
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  return new SqliteStore({ path: `${folder}/sessions.db` });
}

/**
 * Reads the entries that were typed in a folder, the newest first. What cannot be read is as if it were not there.
 *
 * @param cwd The folder.
 */
export async function readHistory(cwd: string): Promise<string[]> {
  try {
    const text = await Deno.readTextFile(await historyPath(cwd));
    const entries = JSON.parse(text) as unknown;
    return Array.isArray(entries) ? entries.filter((entry) => typeof entry === "string") : [];
  } catch {
    return [];
  }
}

/**
 * Keeps the entries that were typed in a folder, readable by their owner alone.
 *
 * @param cwd The folder.
 * @param entries The entries, the newest first.
 */
export async function writeHistory(cwd: string, entries: readonly string[]): Promise<void> {
  try {
    const path = await historyPath(cwd);
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    const text = JSON.stringify(entries.slice(0, MAX_ENTRIES));
    await Deno.writeTextFile(path, text, { mode: 0o600 });
  } catch {
    // A history that cannot be kept is no reason to fail.
  }
}

async function historyPath(cwd: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(cwd));
  return `${dataFolder()}/history/${new Uint8Array(digest).toHex().slice(0, 16)}.json`;
}
