import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { S3Workspace, type S3WorkspaceOptions } from "../../../src/workspace/s3/s3_workspace.ts";
import { WorkspaceError } from "../../../src/workspace/workspace.ts";

const KEYS = { accessKeyId: "key", secretAccessKey: "secret", region: "us-east-1" };

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
