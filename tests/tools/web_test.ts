import { assert, assertEquals, assertThrows } from "@std/assert";
import { isPrivateAddress } from "../../src/tools/web/_addresses.ts";
import { toMarkdown } from "../../src/tools/web/_readable.ts";
import { webTools, type WebToolsOptions } from "../../src/tools/web/web_tools.ts";
import { asCell, asTool, messageOf } from "./_use.ts";

function serve(answer: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  const { port } = server.addr;
  return {
    port,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const html = { "content-type": "text/html; charset=utf-8" };

Deno.test("web.fetch returns pages as Markdown, and texts as they are", async () => {
  await using server = serve(({ url }) => {
    switch (new URL(url).pathname) {
      case "/page":
        return new Response(
          `<html><head><title>A &amp; B</title><script>evil()</script></head><body><nav>menu</nav>
<main><h1>Hello</h1><p>See <a href="/x">this</a>.</p><pre><code>a &lt; b</code></pre></main></body></html>`,
          { headers: html },
        );
      case "/json":
        return Response.json({ a: 1 });
      case "/latin1":
        return new Response(new Uint8Array([0xe4]), {
          headers: { "content-type": "text/plain; charset=iso-8859-1" },
        });
      case "/zip":
        return new Response(new Uint8Array([1, 0, 2]), {
          headers: { "content-type": "application/zip" },
        });
      case "/to":
        return new Response(null, { status: 302, headers: { location: "/json" } });
      case "/long":
        return new Response("x".repeat(120));
      default:
        return new Response("nothing", { status: 404 });
    }
  });
  const web = webTools({ allow: [server.host], allowPrivate: true, maxChars: 100 });
  const [cell, tool] = [asCell(web), asTool(web)];
  const page = await cell("fetch", `${server.url}page`);
  assertEquals([page.title, page.text], [
    "A & B",
    "# Hello\n\nSee [this](/x).\n\n```\na < b\n```",
  ]);
  assertEquals((await tool("fetch_page", { url: `${server.url}to` })).text, '{"a":1}');
  assertEquals((await cell("fetch", `${server.url}to`)).url, `${server.url}json`);
  assertEquals((await cell("fetch", `${server.url}latin1`)).text, "ä");
  assertEquals((await cell("fetch", `${server.url}none`)).status, 404);
  const long = await cell("fetch", `${server.url}long`);
  assertEquals([long.text.length, long.chars, long.truncated], [100, 120, true]);
  assertEquals((await cell("fetch", `${server.url}long`, { from: 100 })).text.length, 20);
  assert((await messageOf(cell("fetch", `${server.url}zip`))).includes("and not text"));
  assert((await cell("fetch", `${server.url}page`, { raw: true })).text.startsWith("<html>"));
});

Deno.test("web.fetch reaches nothing that is not allowed, whatever the spelling", async () => {
  let reached = 0;
  await using inner = serve(() => {
    reached++;
    return new Response("SECRET");
  });
  const port = inner.port;
  await using outer = serve(({ url }) => {
    const to = new URL(url).searchParams.get("to");
    return new Response(null, { status: 302, headers: { location: to ?? "/" } });
  });
  const some: WebToolsOptions = { allow: ["example.com", "*.example.org"] };
  const every: WebToolsOptions = { allow: ["*", `*:${port}`] };
  const cases: [options: WebToolsOptions, url: string, message: string][] = [
    [some, "https://evil.com/", "the host allows example.com, *.example.org"],
    [some, "https://example.com.evil.com/", "the host allows"],
    [some, "https://evilexample.com/", "the host allows"],
    [some, "https://example.org/", "the host allows"],
    [some, "https://evil-example.org/", "the host allows"],
    [some, "https://example.com:8443/", "the host allows"],
    [some, "https://example.com@evil.com/", "a name or a password"],
    [some, "https://evil.com#@example.com/", "the host allows"],
    [some, "https://evil.com\\@example.com/", "the host allows"],
    [some, "file:///etc/passwd", "only http and https"],
    [some, "ftp://example.com/", "only http and https"],
    [some, "data:text/plain,x", "only http and https"],
    [some, "javascript:1", "only http and https"],
    [some, "example.com", "it is no address"],
    ...[
      ...["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "0", "[::1]"],
      ...["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::]", "127.0.0.1."],
      ...["①②⑦.0.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"],
    ].map((host): [WebToolsOptions, string, string] => [
      every,
      `http://${host}:${port}/`,
      "not public",
    ]),
    // A name that leads to this machine: it is looked up, and the address refused.
    [every, `http://localhost:${port}/`, "is not public"],
    [every, "http://169.254.169.254/latest/meta-data", "not public"],
    [every, "http://10.0.0.1/", "not public"],
    [every, "http://192.168.1.1/", "not public"],
    [every, "http://[fd00::1]/", "not public"],
  ];
  for (const [options, url, message] of cases) {
    const found = await messageOf(asCell(webTools(options))("fetch", url));
    assert(found.includes(message), `${url}: ${found}`);
  }
  // A redirection is checked like an address.
  const open = asCell(webTools({ allow: [outer.host], allowPrivate: true }));
  for (const to of [inner.url, `//${inner.host}/`, "file:///etc/passwd"]) {
    const found = await messageOf(open("fetch", `${outer.url}?to=${encodeURIComponent(to)}`));
    assert(/the host allows|only http/.test(found), `${to}: ${found}`);
  }
  assert((await messageOf(open("fetch", outer.url))).includes("redirections"));
  assertEquals(reached, 0);
});

Deno.test("isPrivateAddress() knows public addresses", () => {
  for (const address of ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "2606:4700::1111"]) {
    assertEquals([address, isPrivateAddress(address)], [address, false]);
  }
  for (
    const address of [
      ...["172.16.0.1", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "fe80::1%eth0"],
      ...["ff02::1", "2001:db8::1", "2001::1", "::ffff:8.8.8.8", "", "localhost", "1.2.3"],
    ]
  ) {
    assertEquals([address, isPrivateAddress(address)], [address, true]);
  }
});

Deno.test("web.fetch is bounded in size and time", async () => {
  const bomb = await new Response(
    new Blob([new Uint8Array(50_000_000)]).stream().pipeThrough(new CompressionStream("gzip")),
  ).bytes();
  const late = new AbortController();
  await using server = serve(({ url }) => {
    switch (new URL(url).pathname) {
      case "/bomb":
        return new Response(bomb, {
          headers: { "content-type": "text/plain", "content-encoding": "gzip" },
        });
      case "/endless":
        return new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(97)),
          }),
        );
      default:
        return new Promise((resolve) =>
          late.signal.addEventListener("abort", () => resolve(new Response("late")), { once: true })
        );
    }
  });
  // Ends before the server does.
  using _ = { [Symbol.dispose]: () => late.abort() };
  const options = { allow: [server.host], allowPrivate: true, maxBytes: 200_000 };
  const cell = asCell(webTools(options));
  assert((await messageOf(cell("fetch", `${server.url}bomb`))).includes("and not text"));
  const endless = await cell("fetch", `${server.url}endless`);
  assertEquals([endless.chars, endless.truncated], [200_000, true]);
  const hasty = asCell(webTools({ ...options, timeoutMs: 50 }));
  assert((await messageOf(hasty("fetch", `${server.url}never`))).includes("timeout"));
});

Deno.test("toMarkdown() is quick for pages that are nested without an end", async () => {
  for (
    const page of [
      "<div>".repeat(100_000) + "text",
      "<b>".repeat(100_000) + "text",
      "<a href=".repeat(50_000) + "text",
      "<".repeat(500_000) + "text",
      "<main>".repeat(300) + "text",
      `<p title="${"x".repeat(500_000)}">text`,
      "<!--".repeat(50_000) + "text",
    ]
  ) {
    const { text } = await toMarkdown(page);
    assert(text.length < 4_000_000, page.slice(0, 20));
  }
});

Deno.test("web.search asks the engine of the host", async () => {
  assertEquals(Object.keys(webTools({ allow: [] }).tools), ["fetch_page"]);
  const web = webTools({
    allow: [],
    search: (query, { limit }) =>
      Promise.resolve(
        Array.from(
          { length: limit + 5 },
          (_, i) => ({ title: `${query} ${i}`, url: `https://a/${i}` }),
        ),
      ),
  });
  const results = await asCell(web)("search", "deno", { limit: 2 });
  assertEquals(results, [
    { title: "deno 0", url: "https://a/0" },
    { title: "deno 1", url: "https://a/1" },
  ]);
  for (const allow of [["a b"], ["https://a"], ["*.*"], [""]]) {
    assertThrows(() => webTools({ allow }), TypeError, "is no host");
  }
});
