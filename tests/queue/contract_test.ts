/** The contract of queues, on each of those that need no server. */

import { MemoryQueue } from "../../src/queue/memory_queue.ts";
import type { Queue } from "../../src/queue/queue.ts";
import { SqliteQueue } from "../../src/queue/sqlite/sqlite_queue.ts";
import { queueContract } from "../../src/queue/testing/queue_contract.ts";

const memories = new Map<string, MemoryQueue>();
const FOLDER = Deno.makeTempDirSync({ prefix: "cave-queue-" });

const QUEUES: Readonly<Record<string, (place: string) => Queue>> = {
  MemoryQueue: (place) => memories.getOrInsertComputed(place, () => new MemoryQueue()),
  SqliteQueue: (place) => new SqliteQueue({ path: `${FOLDER}/${place}.db`, pollMs: 5 }),
};

for (const [queue, open] of Object.entries(QUEUES)) {
  const tests = queueContract({ open: (place) => Promise.resolve(open(place)) });
  for (const { name, fn } of tests) Deno.test(`${queue} ${name}`, fn);
}

Deno.test.afterAll(() => Deno.remove(FOLDER, { recursive: true }));
