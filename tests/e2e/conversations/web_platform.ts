import type { Conversation } from "../_conversation.ts";

/** Typed arrays and the web platform. */
export const WEB_PLATFORM: Conversation = {
  title: "Typed arrays and the web platform",
  cells: [
    {
      source: `const url = new URL("/search?q=deno%20kernel&page=2", "https://example.com");
url.searchParams.set("page", String(Number(url.searchParams.get("page")) + 1));
url.searchParams.append("tag", "a&b");
console.log([...url.searchParams].map(([k, v]) => \`\${k}=\${v}\`));
url.href`,
      value: '"https://example.com/search?q=deno+kernel&page=3&tag=a%26b"',
      output: `[ "q=deno kernel", "page=3", "tag=a&b" ]
`,
      changed: "url",
    },
    {
      source: `const bytes = new TextEncoder().encode("héllo");
const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const back = new TextDecoder().decode(Uint8Array.from(hex.match(/../g)!, (h) => parseInt(h, 16)));
[hex, back, btoa("hi"), bytes.toBase64?.() ?? ""]`,
      value: '[ "68c3a96c6c6f", "héllo", "aGk=", "aMOpbGxv" ]',
      changed: "bytes hex back",
    },
    {
      source:
        `const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc"));
new Uint8Array(digest).slice(0, 4)`,
      value: "Uint8Array(4) [ 186, 120, 22, 191 ]",
      changed: "digest",
    },
    {
      source: `const original = { when: new Date(0), list: new Set([1]), self: null as unknown };
original.self = original;
const copy = structuredClone(original);
[copy !== original, copy.self === copy, copy.list.has(1)]`,
      value: "[ true, true, true ]",
      changed: "original copy",
    },
    {
      source: `structuredClone(() => 1)`,
      error: {
        name: "DataCloneError",
        message: "() => 1 could not be cloned.",
        at: "cell-5.ts:1:1",
      },
    },
    {
      source: `const pixels = new Uint8ClampedArray([300, -5, 128.6]);
const view = new DataView(new ArrayBuffer(8));
view.setFloat32(0, Math.PI);
view.setInt16(4, -2, true);
const matrix = [[1, 2], [3, 4]];
const transpose = (m: number[][]) => m[0]!.map((_, i) => m.map((r) => r[i]!));
[[...pixels], view.getUint16(4, true), view.getFloat32(0).toFixed(4), transpose(matrix)]`,
      value: '[ [ 255, 0, 129 ], 65534, "3.1416", [ [ 1, 3 ], [ 2, 4 ] ] ]',
      changed: "pixels view matrix transpose",
    },
    {
      source: `const { readable, writable } = new TransformStream<string, string>({
  transform: (chunk, c) => c.enqueue(chunk.toUpperCase()),
});
const writer = writable.getWriter();
void writer.write("a").then(() => writer.write("b")).then(() => writer.close());
console.log((await Array.fromAsync(readable)).join(""));
const gz = new Blob(["x".repeat(1000)]).stream().pipeThrough(new CompressionStream("gzip"));
(await new Response(gz).arrayBuffer()).byteLength < 100`,
      value: "true",
      output: "AB\n",
      changed: "readable writable writer gz",
    },
    {
      source: `await fetch("https://example.com/")`,
      error: {
        name: "NotCapable",
        message: 'Requires net access to "example.com:443", run again with the --allow-net flag',
        at: "cell-8.ts:1:7",
      },
    },
  ],
};
