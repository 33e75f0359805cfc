/**
 * The audit log: entries are added, and never changed.
 *
 * @module
 */

import { z } from "zod";
import type { JsonValue, StoreChange, StoreRecord } from "../../store/store.ts";
import { keyPart, type Owner, prefixOf, projectOf } from "../table/owner.ts";
import { listAll } from "../../store/read_all.ts";
import { retryConflicts, withoutUndefined } from "../table/table.ts";

/** The severity of an entry. */
export type AuditSeverity = "debug" | "info" | "warning" | "error" | "critical";

/** The person or program that has done something. */
export interface AuditActor {
  /** The kind. */
  readonly type: "user" | "agent" | "system";
  /** Its identifier or name. @default unknown */
  readonly id?: string | undefined;
}

/** A new entry. */
export interface NewAuditEntry {
  /** The type: `approval`, `tool_call`, `error`, or any other text. */
  readonly type: string;
  /** The action, in words. */
  readonly action: string;
  /** The person or program that has done it. @default { type: "system" } */
  readonly actor?: AuditActor | undefined;
  /** The severity. @default "info" */
  readonly severity?: AuditSeverity | undefined;
  /** The session. @default that of the repository */
  readonly session?: string | undefined;
  /** The run. @default none */
  readonly run?: string | undefined;
  /** The error that the entry resolves. @default none */
  readonly resolves?: string | undefined;
  /** More about it. @default none */
  readonly details?: JsonValue | undefined;
}

/** An entry. */
export interface AuditEntry extends NewAuditEntry {
  /** The identifier. */
  readonly id: string;
  /** The person or program that has done it. */
  readonly actor: AuditActor;
  /** The severity. */
  readonly severity: AuditSeverity;
  /** The time at which it was added, in milliseconds since 1970. */
  readonly at: number;
}

/** Options of {@linkcode AuditRepository.append}. */
export interface AppendAuditOptions {
  /** A key of which there is one entry in its session: another one is not added. @default none */
  readonly once?: string | undefined;
}

/** Narrows entries. */
export interface AuditFilter {
  /** Their types. @default any */
  readonly types?: readonly string[] | undefined;
  /** Their session. @default any */
  readonly session?: string | undefined;
  /** Their run. @default any */
  readonly run?: string | undefined;
  /** Their severity: this one or a graver one. @default any */
  readonly severity?: AuditSeverity | undefined;
  /** Whether another entry resolves them. @default any */
  readonly resolved?: boolean | undefined;
  /** The first time, in milliseconds since 1970. @default the beginning */
  readonly since?: number | undefined;
  /** The time behind the last one, in milliseconds since 1970. @default the end */
  readonly until?: number | undefined;
  /** Maximum number: the last ones. @default 100 */
  readonly limit?: number | undefined;
}

const SEVERITIES = ["debug", "info", "warning", "error", "critical"] as const;

const name = z.string().min(1).max(1_000);

const ENTRY = z.strictObject({
  type: name,
  action: z.string().max(100_000),
  actor: z.strictObject({ type: z.enum(["user", "agent", "system"]), id: name.optional() })
    .optional(),
  severity: z.enum(SEVERITIES).optional(),
  session: name.optional(),
  run: name.optional(),
  resolves: name.optional(),
  details: z.unknown().optional(),
});

/** The record of a log of entries: one per session, and one for what belongs to none. */
interface AuditLog {
  readonly entries: number;
  readonly session?: string | undefined;
  readonly updatedAt: number;
}

/**
 * The audit log of an owner: nothing changes an entry, and only retention and the deletion of a user or a session remove any.
 *
 * @example An error and its resolution
 * ```ts
 * import { openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * const { audit } = openRepositories(store, { user: "ann" });
 * const error = await audit.append({ type: "error", action: "The mail bounced", severity: "error" });
 * const open = () => audit.list({ severity: "error", resolved: false });
 * assertEquals((await open()).length, 1);
 * await audit.append({ type: "resolution", action: "Address corrected", resolves: error!.id });
 * assertEquals(await open(), []);
 * ```
 */
export class AuditRepository {
  readonly #owner: Owner;

  /**
   * Opens the records of an owner.
   *
   * @param owner The store and the owner.
   */
  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /**
   * Adds an entry.
   *
   * @param given The entry.
   * @param options A key of which there is one entry.
   * @returns The entry; `undefined` if there is one of that key already.
   * @throws {TypeError} If a field is of another type.
   */
  async append(
    given: NewAuditEntry,
    { once }: AppendAuditOptions = {},
  ): Promise<AuditEntry | undefined> {
    const { success, data, error } = ENTRY.safeParse(given);
    if (!success) {
      const { path, message } = error.issues[0]!;
      throw new TypeError(`Cannot add an entry to the audit log: ${path.join(".")}: ${message}`);
    }
    const { session = this.#owner.session, actor = { type: "system" }, severity = "info" } = data;
    const log = this.#key(session);
    const marker = once === undefined ? undefined : `${log}/once/${keyPart(once)}`;
    const { store } = this.#owner;
    return await retryConflicts(async () => {
      if (marker !== undefined && await store.get(marker) !== undefined) return undefined;
      const found = await store.get(log);
      const number = found === undefined ? 0 : auditLogOf(found).entries;
      const at = Date.now();
      const id = `${
        session === undefined ? "" : encodeURIComponent(session.toWellFormed())
      }:${number}`;
      const entry = withoutUndefined({ ...data, id, actor, severity, session, at }) as AuditEntry;
      const record = withoutUndefined({ entries: number + 1, session, updatedAt: at });
      const changes: StoreChange[] = [
        { kind: "set", key: log, value: record as JsonValue, ifVersion: found?.version ?? 0 },
        { kind: "append", log, at: number, entries: [entry as unknown as JsonValue] },
      ];
      if (marker !== undefined) {
        const value = withoutUndefined({ session, updatedAt: at }) as JsonValue;
        changes.push({ kind: "set", key: marker, value, ifVersion: 0 });
      }
      await store.commit(changes);
      return entry;
    });
  }

  /**
   * Lists entries, the oldest first.
   *
   * @param filter Narrows them.
   */
  async list(filter: AuditFilter = {}): Promise<AuditEntry[]> {
    const { limit = 100 } = filter;
    const all: AuditEntry[] = [];
    for (const log of await this.#logs(filter.session)) all.push(...await this.#read(log));
    const resolved = new Set(all.map(({ resolves }) => resolves));
    const wanted = all.filter((entry) => isWanted(entry, { filter, resolved }))
      .sort((a, b) => a.at - b.at);
    return limit === 0 ? [] : wanted.slice(-limit);
  }

  async #logs(session: string | undefined): Promise<StoreRecord[]> {
    const { store } = this.#owner;
    if (session !== undefined) {
      const found = await store.get(this.#key(session));
      return found === undefined ? [] : [found];
    }
    const prefix = prefixOf(this.#owner, ["audit", projectOf(this.#owner)]);
    const all = await listAll(store, prefix);
    return all.filter(({ key }) => !key.slice(prefix.length).includes("/"));
  }

  async #read(log: StoreRecord): Promise<AuditEntry[]> {
    const entries: AuditEntry[] = [];
    const { entries: count } = auditLogOf(log);
    while (entries.length < count) {
      const part = await this.#owner.store.read(log.key, { from: entries.length });
      if (part.entries.length === 0) break;
      entries.push(...part.entries.map(({ value }) => value as unknown as AuditEntry));
    }
    return entries;
  }

  /** Returns the key of the log of a session. */
  #key(session: string | undefined): string {
    const part = session === undefined ? "-" : keyPart(`=${session}`);
    return `${prefixOf(this.#owner, ["audit", projectOf(this.#owner)])}${part}`;
  }
}

function auditLogOf({ key, value }: StoreRecord): AuditLog {
  const log = value as unknown as AuditLog | null;
  if (Number.isInteger(log?.entries)) return log!;
  throw new TypeError(`Cannot read the audit log ${key}: its record is something else`);
}

function isWanted(
  { id, type, run, severity, at }: AuditEntry,
  { filter, resolved }: {
    readonly filter: AuditFilter;
    readonly resolved: ReadonlySet<string | undefined>;
  },
): boolean {
  const { types, since = 0, until = Infinity } = filter;
  const rank = (name: AuditSeverity) => SEVERITIES.indexOf(name);
  return (types === undefined || types.includes(type)) &&
    (filter.run === undefined || filter.run === run) &&
    (filter.severity === undefined || rank(severity) >= rank(filter.severity)) &&
    (filter.resolved === undefined || filter.resolved === resolved.has(id)) &&
    at >= since && at < until;
}
