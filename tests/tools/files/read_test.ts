import { assert, assertEquals } from "@std/assert";
import { fileTools } from "../../../src/tools/files/file_tools.ts";
import { MemoryWorkspace } from "../../../src/workspace/memory_workspace.ts";
import { asCell, asTool, messageOf } from "../_use.ts";

const LINES = Array.from({ length: 2_001 }, (_, i) => `line ${i + 1}`).join("\n");

const workspace = new MemoryWorkspace({
  files: {
    "a.md": "one\ntwo\nthree\n",
    "empty.md": "",
    "many.txt": LINES,
    "fits.txt": LINES.slice(0, LINES.lastIndexOf("\n")),
    "wide.txt": "x".repeat(50_001),
    "broken.txt": new Uint8Array([0x61, 0xff, 0x62]),
    "binary.dat": new Uint8Array([0x61, 0, 0x62]),
    "src/main.ts": "export const a = 1;\n",
  },
});

Deno.test("files.read reads lines, with their numbers, and says what to read where there are too many", async () => {
  const files = fileTools(workspace);
  const [cell, tool] = [asCell(files), asTool(files)];
  const cases: [args: unknown[], input: object, expected: string][] = [
    [["a.md"], { path: "a.md" }, "one\ntwo\nthree\n"],
    [["a.md", 2], { path: "a.md", startLine: 2 }, "two\nthree\n"],
    [["a.md", 2, 2], { path: "a.md", startLine: 2, endLine: 2 }, "two"],
    [["a.md", 1, 99], { path: "a.md", endLine: 99 }, "one\ntwo\nthree\n"],
    [["a.md", 9], { path: "a.md", startLine: 9 }, ""],
    [
      ["a.md", { lineNumbers: true }],
      { path: "a.md", lineNumbers: true },
      "1: one\n2: two\n3: three",
    ],
    [[{ path: "a.md", startLine: 3, lineNumbers: true }], {
      path: "./a.md",
      startLine: 3,
      lineNumbers: true,
    }, "3: three"],
    [["empty.md"], { path: "empty.md" }, ""],
    [["fits.txt"], { path: "fits.txt" }, LINES.slice(0, LINES.lastIndexOf("\n"))],
    [["many.txt", { maxLines: 3_000 }], { path: "many.txt", maxLines: 3_000 }, LINES],
  ];
  for (const [args, input, expected] of cases) {
    assertEquals(await cell("read", ...args), expected);
    assertEquals(await tool("read_file", input), expected);
  }
  const refused: [args: unknown[], message: string][] = [
    [["many.txt"], 'Cannot read "many.txt": it has 2001 lines and'],
    [["many.txt"], "read a part: startLine: 1, endLine: 2000"],
    [["wide.txt"], "line 1 alone is longer; give maxChars: 50002"],
    [["broken.txt"], 'Cannot read "broken.txt": it is not text in UTF-8, but 3 bytes'],
    [["binary.dat"], "but 3 bytes of something else"],
    [["missing.md"], 'Cannot read "missing.md": there is nothing'],
    [["src"], "it is a directory"],
    [["../a.md"], "it leads out of the workspace"],
    [["/a.md"], 'write "a.md"'],
    [["a.md", { startline: 2 }], "startline"],
    [["a.md", 1, 2, 3], "argument 4 is too many"],
    [["a.md", 1, { startLine: 2 }], "startLine is given twice"],
    [[], "path"],
    [["a.md", -1], "startLine"],
  ];
  for (const [args, message] of refused) {
    const found = await messageOf(cell("read", ...args));
    assert(found.includes(message), `${JSON.stringify(args)}: ${found}`);
  }
});

Deno.test("files.list shows dependency and hidden folders only if asked", async () => {
  const many = new MemoryWorkspace({
    files: {
      "README.md": "",
      ".env": "",
      ".git/HEAD": "",
      "node_modules/a/index.js": "",
      "dist/out.js": "",
      "src/dist/kept.ts": "",
      "src/b.ts": "",
      "src/.hidden/c.ts": "",
      "src/node_modules/d.js": "",
    },
  });
  const files = fileTools(many);
  const cell = asCell(files);
  assertEquals(await cell("list"), {
    files: ["README.md", "dist/", "node_modules/", "src/"],
    truncated: false,
  });
  assertEquals(await cell("list", ".", { recursive: true }), {
    files: ["README.md", "src/b.ts", "src/dist/kept.ts"],
    truncated: false,
    notExpanded: [".git", "dist", "node_modules", "src/node_modules"],
  });
  assertEquals(await cell("list", "node_modules", { recursive: true }), {
    files: ["node_modules/a/index.js"],
    truncated: false,
  });
  const all = await cell("list", ".", {
    recursive: true,
    includeHidden: true,
    includeIgnored: true,
  });
  assertEquals(all.files.length, 9);
  assertEquals((await cell("glob", "**/*.ts")).files, ["src/b.ts", "src/dist/kept.ts"]);
  assertEquals((await cell("glob", "*.{md,js}", "dist")).files, ["dist/out.js"]);
  assertEquals((await cell("glob", "**/c.ts", { includeHidden: true })).files, [
    "src/.hidden/c.ts",
  ]);
  assertEquals(await cell("info", "src/b.ts").then(({ modifiedAt: _, ...info }) => info), {
    path: "src/b.ts",
    exists: true,
    kind: "file",
    size: 0,
    extension: ".ts",
  });
  assertEquals(await cell("info", "nothing"), { path: "nothing", exists: false });
});

Deno.test("files.list counts what it leaves out, and says where it has stopped", async () => {
  const names = Array.from({ length: 620 }, (_, i) => [`f/${String(i).padStart(3, "0")}`, ""]);
  const cell = asCell(fileTools(new MemoryWorkspace({ files: Object.fromEntries(names) })));
  const shown = await cell("list", "f");
  assertEquals([shown.files.length, shown.truncated, shown.remaining], [500, true, 120]);
  const part = await cell("list", ".", { recursive: true, scanLimit: 100 });
  assertEquals([part.files.length, part.isEstimate], [99, true]);
  const most = await cell("list", "f", { maxResults: 1_000_000 });
  assertEquals(most.files.length, 620);
});

Deno.test("files.readImage knows images by their content", async () => {
  const png = Uint8Array.fromBase64(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  );
  const header = (width: number) => {
    const bytes = png.slice();
    new DataView(bytes.buffer).setUint32(16, width);
    new DataView(bytes.buffer).setUint32(20, width);
    return bytes;
  };
  const jpeg = new Uint8Array(32);
  jpeg.set([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 5, 0, 7]);
  const gif = new Uint8Array([...new TextEncoder().encode("GIF89a"), 3, 0, 2, 0, 0]);
  const files = fileTools(
    new MemoryWorkspace({
      files: {
        "a.png": png,
        "b.jpg": jpeg,
        "c.gif": gif,
        "named.png": "not an image",
        "bomb.png": header(100_000),
        "zero.png": header(0),
        "cut.png": png.slice(0, 20),
        "large.png": new Uint8Array((5 << 20) + 1),
        "endless.jpg": new Uint8Array(1_000).fill(0xff).with(1, 0xd8),
      },
    }),
  );
  const tool = asTool(files);
  const sizes: [string, string, number, number][] = [
    ["a.png", "image/png", 1, 1],
    ["b.jpg", "image/jpeg", 7, 5],
    ["c.gif", "image/gif", 3, 2],
  ];
  for (const [path, mediaType, width, height] of sizes) {
    const result = await tool("read_image", { path });
    assertEquals([result.mediaType, result.width, result.height], [mediaType, width, height]);
    const bundle = result[Symbol.for("Jupyter.display")]();
    assert(bundle[mediaType] instanceof Uint8Array);
  }
  for (const path of ["named.png", "bomb.png", "zero.png", "cut.png", "endless.jpg"]) {
    assertEquals(
      await messageOf(tool("read_image", { path })),
      `Cannot show "${path}": its content is no PNG, JPEG, GIF or WebP image`,
    );
  }
  assert((await messageOf(tool("read_image", { path: "large.png" }))).includes("at most"));
});
