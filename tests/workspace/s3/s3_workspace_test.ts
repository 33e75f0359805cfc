import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { S3Workspace, type S3WorkspaceOptions } from "../../../src/workspace/s3/s3_workspace.ts";
import { WorkspaceError } from "../../../src/workspace/workspace.ts";
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

/** Serves what a function answers, and counts. */
function serve(answer: (request: Request, count: number) => Response | Promise<Response>) {
  let count = 0;
  const listener = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(request, ++count),
  );
  return {
    endpoint: `http://127.0.0.1:${listener.addr.port}`,
    count: () => count,
    [Symbol.asyncDispose]: () => listener.shutdown(),
  };
}

Deno.test("S3Workspace makes requests again that failed in passing, and gives up in the end", async () => {
  await using flaky = serve((_, count) =>
    count < 3 ? new Response("busy", { status: 503 }) : new Response("hello")
  );
  const workspace = new S3Workspace({ ...KEYS, endpoint: flaky.endpoint, bucket: "bucket" });
  assertEquals(await workspace.readText("a.md"), "hello");
  assertEquals(flaky.count(), 3);

  await using broken = serve(() => new Response("no", { status: 500 }));
  const other = new S3Workspace({
    ...KEYS,
    endpoint: broken.endpoint,
    bucket: "bucket",
    retries: 1,
  });
  const error = await other.readText("a.md").catch((error) => error);
  assertEquals([error.code, broken.count()], ["unavailable", 2]);

  await using strict = serve(() => new Response("no", { status: 403 }));
  const third = new S3Workspace({ ...KEYS, endpoint: strict.endpoint, bucket: "bucket" });
  assertEquals((await third.readText("a.md").catch((error) => error)).code, "denied");
  assertEquals(strict.count(), 1);
});

Deno.test("S3Workspace stops at a signal, and at its time limit", async () => {
  const asked = Promise.withResolvers<void>();
  const end = new AbortController();
  await using slow = serve((_) => {
    asked.resolve();
    return new Promise<Response>((resolve) =>
      end.signal.addEventListener("abort", () => resolve(new Response("late")))
    );
  });
  const stop = new AbortController();
  const workspace = new S3Workspace({ ...KEYS, endpoint: slow.endpoint, bucket: "bucket" });
  const reading = workspace.readText("a.md", { signal: stop.signal });
  await asked.promise;
  stop.abort(new Error("stopped"));
  await assertRejects(() => reading, Error, "stopped");
  const hasty = new S3Workspace({
    ...KEYS,
    endpoint: slow.endpoint,
    bucket: "bucket",
    timeoutMs: 20,
    retries: 0,
  });
  assertEquals((await hasty.readText("a.md").catch((error) => error)).code, "unavailable");
  end.abort();
});

Deno.test("S3Workspace reads no more than it may, whatever the storage sends", async () => {
  await using flood = serve(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)),
      }),
    )
  );
  const workspace = new S3Workspace({ ...KEYS, endpoint: flood.endpoint, bucket: "bucket" });
  const error = await workspace.readBytes("a", { maxBytes: 1 << 20 }).catch((error) => error);
  assert(error instanceof WorkspaceError);
  assertEquals(error.code, "too_large");
});

Deno.test("S3Workspace puts the bucket into the path or into the host", async () => {
  const seen: string[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = (input) => {
    seen.push(String(input));
    return Promise.resolve(new Response("x"));
  };
  try {
    for (const addressing of ["path", "virtual"] as const) {
      const workspace = new S3Workspace({
        ...KEYS,
        endpoint: "https://s3.example.com",
        bucket: "bucket",
        prefix: "p/",
        addressing,
      });
      await workspace.readText("a b/ü+.md");
    }
  } finally {
    globalThis.fetch = fetch;
  }
  assertEquals(seen, [
    "https://s3.example.com/bucket/p/a%20b/%C3%BC%2B.md",
    "https://bucket.s3.example.com/p/a%20b/%C3%BC%2B.md",
  ]);
});

Deno.test("S3Workspace refuses options that make no sense", () => {
  const good = { ...KEYS, endpoint: "https://s3.example.com", bucket: "bucket" };
  const cases: [options: Record<string, unknown>, message: string][] = [
    [{ ...good, endpoint: "s3.example.com" }, "endpoint"],
    [{ ...good, bucket: "" }, "bucket is missing"],
    [{ ...good, bucket: "a/b" }, "no name of a bucket"],
    [{ ...good, prefix: "/a" }, "prefix"],
    [{ ...good, prefix: "../" }, "prefix"],
    [{ ...good, adressing: "path" }, 'did you mean "addressing"?'],
    [{ ...good, addressing: "dns" }, "addressing"],
    [{ ...good, partBytes: 1_000 }, "partBytes"],
  ];
  for (const [options, message] of cases) {
    assertThrows(
      () => new S3Workspace(options as unknown as S3WorkspaceOptions),
      Error,
      message,
    );
  }
});

Deno.test({
  name: "the server of these tests ends",
  ...sanitizers,
  fn: async () => await (await server).stop(),
});
