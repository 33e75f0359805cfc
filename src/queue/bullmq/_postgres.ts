/**
 * The connections of BullMQ to PostgreSQL, whose loss is reported by their queries alone.
 *
 * @module
 */

import {
  type BackendFactory,
  PostgresConnection,
  PostgresQueueBackend,
  quoteSchemaName,
  runMigrations,
} from "bullmq";
import type { EventEmitter } from "node:events";
import pg from "pg";

/** A schema on a server. */
export interface PostgresPlace {
  /** The address. */
  readonly url: string;
  /** The schema, which is made if it is not there. */
  readonly schema: string;
  /** Maximum number of connections for each queue, without the one that waits for jobs. */
  readonly connections: number;
}

/**
 * A client for which nobody has to listen: each of its queries rejects when its connection is lost.
 *
 * `pg` tells of the loss by an event, which ends the process if nobody listens, and BullMQ does not listen
 * yet when a client has just connected, nor any more while it closes one.
 */
class PatientClient extends pg.Client {
  /** Emits an event, but no error that nobody listens to. */
  emit(event: string | symbol, ...args: unknown[]): boolean {
    const listeners = (this as unknown as EventEmitter).listenerCount(event);
    return event === "error" && listeners === 0 ? false : super.emit(event, ...args);
  }
}

/** A connection of BullMQ that is made of patient clients, and that makes its tables. */
class PatientConnection extends PostgresConnection {
  override readonly schema: string;
  readonly #pool: pg.Pool;
  #ready: Promise<void> | undefined;

  constructor({ url, schema, connections }: PostgresPlace) {
    const pool = new pg.Pool({
      connectionString: url,
      max: connections,
      options: `-c search_path=${quoteSchemaName(schema)}`,
      keepAlive: true,
      Client: PatientClient,
    });
    super(pool);
    this.#pool = pool;
    this.schema = schema;
  }

  /** Makes the tables, once. If that fails, it is tried again for the next command. */
  override waitUntilReady(): Promise<void> {
    return this.#ready ??= this.#migrate().catch((error) => {
      this.#ready = undefined;
      throw error;
    });
  }

  override async close(): Promise<void> {
    await super.close();
    if (!this.#pool.ending) await this.#pool.end();
  }

  async #migrate(): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await runMigrations(client, this.schema);
    } finally {
      client.release();
    }
  }
}

/** Opens a queue of BullMQ in a place. A worker has one connection more, on which it waits for jobs. */
export const openPostgres: BackendFactory<PostgresQueueBackend, PostgresPlace> = (
  name,
  options,
  { withBlockingConnection = false } = {},
) => {
  const { connection: place, ...rest } = options;
  const connections = place.connections + (withBlockingConnection ? 1 : 0);
  const connection = new PatientConnection({ ...place, connections });
  const listening = withBlockingConnection ? name : undefined;
  const bull = { ...rest, connection: place.url };
  return new PostgresQueueBackend(connection, name, bull, true, listening);
};
