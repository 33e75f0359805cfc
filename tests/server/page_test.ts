/** The page, in a real browser. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { chromium, type Page } from "playwright-core";
import { defineFunction } from "../../src/inject/host_function.ts";
import { hindranceOf, unless } from "../programs.ts";
import { ANN, cell, serve } from "./setup.ts";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const hindrance = Deno.build.os === "linux" ? hindranceOf("chromium") : "it needs Linux";

const HOSTILE =
  "<img src=x onerror='parent.document.title=\"owned\"'><script>parent.document.title='owned'</script><b>framed</b>";

const SHOW = `const rows = [{ city: "Oslo", mm: 12 }, { city: "<b>Rome</b>", mm: 3 }];
display(rows);
display({ $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar", data: { values: rows },
  encoding: { x: { field: "city" }, y: { field: "mm", type: "quantitative" } } });
display.html(${JSON.stringify(HOSTILE)});
display(Uint8Array.fromBase64("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="));
console.log("printed <i>as it is</i>");
await pay("ann")`;

/** Opens the page with a token, in a browser of its own. */
async function withPage(address: string, action: (page: Page) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGS });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(address);
    await action(page);
    assertEquals(problems, []);
  } finally {
    await browser.close();
  }
}

Deno.test(unless(hindrance, {
  name:
    "the page shows text, cells, displays and names, asks for approvals, and runs nothing of them",
  async fn() {
    const paid: unknown[] = [];
    const pay = defineFunction((to: string) => void paid.push(to), { approval: true });
    await using all = serve([
      `I look <script>document.title = "owned"</script>.\n\n${cell(SHOW)}`,
      "All **done**, `as it is`.\n\n```text\nlet x = '<b>';\n```\n",
      cell("throw new Error('broken <b>thing</b>')"),
      "It failed.",
    ], { injects: { functions: { pay } }, server: { page: true } });
    await withPage(`${all.url}/#token=${ANN}`, async (page) => {
      const log = page.locator("#log");
      await page.fill("#query", "Show me");
      await page.press("#query", "Enter");
      await log.getByText("pay needs your approval").waitFor();
      await page.getByRole("button", { name: "Allow" }).click();
      await log.locator("strong").getByText("done").waitFor();
      assertEquals(paid, ["ann"]);

      const cells = await log.locator("td").allTextContents();
      assertEquals(cells, ["Oslo", "12", "<b>Rome</b>", "3"]);
      assertEquals(await log.locator("svg rect").count(), 2);
      assertEquals(
        await log.locator("img").evaluate((image) =>
          (image as unknown as { naturalWidth: number }).naturalWidth
        ),
        1,
      );
      assertEquals(await page.frameLocator("iframe").locator("b").textContent(), "framed");
      assertEquals(await log.locator("iframe").getAttribute("sandbox"), "");
      assertStringIncludes(
        await log.locator("pre.output").first().innerText(),
        "printed <i>as it is</i>",
      );
      assertStringIncludes(
        await log.locator(".text").first().innerText(),
        "<script>document.title",
      );
      assertEquals(await log.locator(".text code").innerText(), "as it is");
      assertEquals(await log.locator(".text pre").innerText(), "let x = '<b>';");
      assertEquals(await page.title(), "CaveAgent");
      await page.locator("#names td").getByText("rows").waitFor();
      assertStringIncludes(await page.locator("#names").innerText(), "Array(2)");
      assert(!page.url().includes("token"));

      await page.fill("#query", "Fail");
      await page.press("#query", "Enter");
      await log.getByText("It failed.").waitFor();
      assertStringIncludes(await log.locator(".error").innerText(), "broken <b>thing</b>");

      // Everything is there again after a reload, and the token as well.
      const before = await log.innerText();
      await page.reload();
      await page.locator("#sessions button").first().click();
      await log.getByText("It failed.").waitFor();
      assertEquals(await log.innerText(), before);
      const picture = Deno.env.get("CAVE_SCREENSHOT");
      if (picture !== undefined) await page.screenshot({ path: picture, fullPage: true });
    });
  },
}));

Deno.test(unless(hindrance, {
  name: "the page connects again without a loss, stops a run, and says what is wrong",
  async fn() {
    const held = Promise.withResolvers<void>();
    const hold = defineFunction(() => held.promise);
    await using all = serve([
      `First.\n\n${cell("await hold(); console.log('after')")}`,
      "Second.",
      { content: "Never ", stall: true },
    ], { injects: { functions: { hold } }, server: { page: true } });
    await withPage(`${all.url}/#token=${ANN}`, async (page) => {
      const log = page.locator("#log");
      await page.fill("#query", "Hold");
      await page.press("#query", "Enter");
      await log.locator("pre.code").waitFor();
      await page.context().setOffline(true);
      // A connection that is open stays open offline; the page is made to lose it.
      await page.route("**/events*", (route) => route.abort());
      held.resolve();
      await page.unroute("**/events*");
      await page.context().setOffline(false);
      await log.getByText("Second.").waitFor();
      assertEquals(await log.getByText("First.").count(), 1);
      assertEquals(await log.getByText("after", { exact: true }).count(), 1);

      await page.fill("#query", "Stall");
      await page.press("#query", "Enter");
      await log.getByText("Never").waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      await log.getByText("cancelled: Stopped on the page").waitFor();
    });
    await withPage(`${all.url}/#token=wrong`, async (page) => {
      await page.getByText("lacks credentials").waitFor();
    });
    await withPage(`${all.url}/`, async (page) => {
      await page.getByText("it has a token").waitFor();
    });
  },
}));

Deno.test("the page is served with a policy that lets no other script run, and only on request", async () => {
  await using all = serve([], { server: { page: true } });
  for (
    const path of [
      "/",
      "/page/page.js",
      "/page/api.js",
      "/page/displays.js",
      "/page/run_view.js",
      "/page/page.css",
    ]
  ) {
    const response = await fetch(`${all.url}${path}`);
    assertEquals(response.status, 200, path);
    const policy = response.headers.get("content-security-policy")!;
    assertStringIncludes(policy, "default-src 'none'");
    assertStringIncludes(policy, "script-src 'self';");
    assertStringIncludes(policy, "frame-ancestors 'none'");
    assert(!(await response.text()).includes(ANN));
  }
  await using without = serve([]);
  const response = await fetch(`${without.url}/`);
  assertEquals(response.status, 401);
  await response.body?.cancel();
});
