/**
 * Stores: records with versions, numbered logs, and blobs, in memory or in a SQLite file, encrypted or not.
 *
 * @module
 */

export type {
  AppendToLog,
  BlobInfo,
  DeleteLog,
  DeleteRecord,
  FollowOptions,
  JsonValue,
  ListOptions,
  LogEntry,
  LogPart,
  ReadOptions,
  SetRecord,
  Store,
  StoreChange,
  StoreRecord,
} from "./store.ts";
export { StoreConflictError, storeKey } from "./store.ts";
export { type EncryptionOptions, withEncryption } from "./encrypted_store.ts";
export { type BlobFiles, withBlobsIn } from "./blobs_in_files.ts";
export { MemoryStore } from "./memory_store.ts";
export { SqliteStore, type SqliteStoreOptions } from "./sqlite/sqlite_store.ts";
export type { SqliteSync } from "./sqlite/database.ts";
