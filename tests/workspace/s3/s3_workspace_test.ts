import { assert, assertEquals } from "@std/assert";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { S3Workspace, type S3WorkspaceOptions } from "../../../src/workspace/s3/s3_workspace.ts";
import { workspaceContract } from "../../../src/workspace/testing/workspace_contract.ts";

const KEYS = { accessKeyId: "key", secretAccessKey: "secret", region: "us-east-1" };

/** Starts one server for all tests of this file. */
const server: Promise<FauxqsServer> = startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
let opened = 0;

async function open(options: Partial<S3WorkspaceOptions> = {}): Promise<S3Workspace> {
  const { port, createBucket } = await server;
  createBucket("bucket");
  return new S3Workspace({
    ...KEYS,
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "bucket",
    prefix: `w${++opened}/`,
    canRemove: true,
    ...options,
  });
}

// The client of the server's own language keeps timers and connections, of which the sanitizers know nothing.
const sanitizers = { sanitizeOps: false, sanitizeResources: false };

for (const { name, fn } of workspaceContract({ open, hasDirectories: false })) {
  Deno.test({ name: `S3Workspace ${name}`, ...sanitizers, fn });
}

Deno.test({
  name: "S3Workspace lists over pages, and leaves out what is skipped",
  ...sanitizers,
  async fn() {
    const workspace = await open();
    await Promise.all(Array.from({ length: 40 }, async (_, part) => {
      for (let i = 0; i < 30; i++) await workspace.write(`many/${part}-${i}`, "");
    }));
    const all = await workspace.list("many", { limit: 5_000 });
    assertEquals([all.entries.length, all.truncated], [1_200, false]);
    const part = await workspace.list(".", { recursive: true, limit: 1_100 });
    assertEquals([part.entries.length, part.truncated], [1_100, true]);
    const rest = await workspace.list(".", { recursive: true, skip: (path) => path === "many" });
    assertEquals(rest.entries.map(({ path }) => path), ["many"]);
  },
});

Deno.test({
  name: "S3Workspace writes large files in parts, and reads them back",
  ...sanitizers,
  async fn() {
    const workspace = await open({ partBytes: 5 << 20 });
    const bytes = new Uint8Array(12_000_001).map((_, i) => i * 31 + (i >> 8));
    await workspace.write("large.bin", bytes);
    assertEquals((await workspace.info("large.bin"))?.size, bytes.length);
    const back = await workspace.readBytes("large.bin");
    assertEquals(back.length, bytes.length);
    assert(back.every((byte, i) => byte === bytes[i]));
  },
});

Deno.test({
  name: "S3Workspace refuses keys that its storage cannot hold",
  ...sanitizers,
  async fn() {
    const workspace = await open();
    for (const path of ["a\nb", "a\u0007", "a ", "x/ b ", `${"d/".repeat(600)}a`]) {
      const error = await workspace.write(path, "1").catch((error) => error);
      assertEquals([path, error.code], [path, "path"]);
    }
  },
});

Deno.test({
  name: "the server of these tests ends",
  ...sanitizers,
  fn: async () => await (await server).stop(),
});
