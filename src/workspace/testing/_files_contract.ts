/** The contract of workspaces on files. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { refuses, type WorkspaceClaim } from "./_claim.ts";

/** Names that are odd, and names all the same. */
const ODD_NAMES = [
  "a b.md",
  "ä ö ü ß.md",
  "日本語.txt",
  "👩‍👩‍👧.png",
  "100%.md",
  "%2e%2e%2fup.md",
  "a+b&c=d.md",
  "#a;b,c@d!e$f'(g).md",
  "[x]{y}^z`.md",
  ".hidden",
  "...",
  "e\u0301.md",
  "\u00e9.md",
];

/** The claims on files. */
export const FILES: readonly WorkspaceClaim[] = [
  ["reads what was written, as text and as bytes", async (workspace) => {
    const text = "# A\r\n\u{feff}ü 👍\n\u0000end";
    await workspace.write("a.md", text);
    assertEquals(await workspace.readText("a.md"), text);
    assertEquals(await workspace.readBytes("a.md"), new TextEncoder().encode(text));
    const bytes = new Uint8Array(300_000).map((_, i) => i * 7);
    await workspace.write("deep/er/b.bin", bytes.subarray(5));
    assertEquals(await workspace.readBytes("deep/er/b.bin"), bytes.slice(5));
    await workspace.write("a.md", "");
    assertEquals(await workspace.readText("a.md"), "");
    const view = bytes.slice();
    await workspace.write("copy.bin", view);
    view.fill(0);
    assertEquals(await workspace.readBytes("copy.bin"), bytes);
  }],
  ["keeps a byte order mark", async (workspace) => {
    await workspace.write("bom.txt", "\u{feff}a");
    assertEquals(await workspace.readText("bom.txt"), "\u{feff}a");
  }],
  ["keeps odd names apart", async (workspace) => {
    for (const [i, name] of ODD_NAMES.entries()) await workspace.write(`odd/${name}`, `${i}`);
    for (const [i, name] of ODD_NAMES.entries()) {
      assertEquals(await workspace.readText(`odd/${name}`), `${i}`);
    }
    const { entries } = await workspace.list("odd");
    assertEquals(
      entries.map(({ path }) => path).sort(),
      ODD_NAMES.map((name) => `odd/${name}`).sort(),
    );
  }],
  ["appends, and makes what is not there", async (workspace) => {
    await workspace.append("logs/a.log", "one\n");
    await workspace.append("logs/a.log", "two\n");
    await workspace.append("logs/a.log", "");
    assertEquals(await workspace.readText("logs/a.log"), "one\ntwo\n");
  }],
  ["does not replace a file that has to be new", async (workspace) => {
    await workspace.write("new.md", "1", { createNew: true });
    await refuses("exists", () => workspace.write("new.md", "2", { createNew: true }));
    assertEquals(await workspace.readText("new.md"), "1");
  }],
  ["describes files", async (workspace) => {
    const before = Date.now() - 3_600_000;
    await workspace.write("x/a.md", "1234");
    const info = await workspace.info("x/./a.md");
    assertEquals([info?.path, info?.kind, info?.size], ["x/a.md", "file", 4]);
    assert(info?.modifiedAt === undefined || info.modifiedAt > before);
    assertEquals(await workspace.exists("x/a.md"), true);
    assertEquals(await workspace.exists("x/b.md"), false);
    assertEquals(await workspace.info("x/b.md"), undefined);
    assertEquals(await workspace.info("x/a.md/b"), undefined);
  }],
  ["says what is wrong with a file", async (workspace) => {
    await workspace.write("a/b.md", "text");
    await workspace.write("latin1.txt", new Uint8Array([0x61, 0xe4, 0x62]));
    await refuses("not_found", () => workspace.readText("missing.md"));
    await refuses("not_found", () => workspace.readBytes("no/such/dir.md"));
    await refuses("too_large", () => workspace.readText("a/b.md", { maxBytes: 3 }));
    assertEquals(await workspace.readText("a/b.md", { maxBytes: 4 }), "text");
    await refuses("text", () => workspace.readText("latin1.txt"));
    assertEquals(await workspace.readText("latin1.txt", { replaceInvalid: true }), "a\u{fffd}b");
    await refuses("text", () => workspace.write("half.txt", "\ud83d"));
    await assertRejects(() => workspace.write("a.txt", 5 as unknown as string), TypeError);
  }],
  ["stops with the reason of a signal", async (workspace) => {
    await workspace.write("a.md", "1");
    const signal = AbortSignal.abort(new Error("stopped"));
    const operations = [
      () => workspace.list(".", { signal }),
      () => workspace.readText("a.md", { signal }),
      () => workspace.write("a.md", "2", { signal }),
      () => workspace.append("a.md", "2", { signal }),
      () => workspace.info("a.md", { signal }),
      () => workspace.makeDirectory("d", { signal }),
    ];
    for (const operation of operations) await assertRejects(operation, Error, "stopped");
    assertEquals(await workspace.readText("a.md"), "1");
  }],
  ["shows readers the old content or the new one", async (workspace) => {
    const [a, b] = ["a", "b"].map((letter) => letter.repeat(200_000));
    await workspace.write("a.md", a!);
    const writing = (async () => {
      for (let i = 0; i < 10; i++) await workspace.write("a.md", i % 2 === 0 ? b! : a!);
    })();
    for (let i = 0; i < 10; i++) {
      const seen = await workspace.readText("a.md");
      assert(seen === a || seen === b, "a reader saw a part of a file");
    }
    await writing;
  }],
];
