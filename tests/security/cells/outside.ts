/** Files, sockets, programs, and what else lies outside of the process. */

export const OUTSIDE: Readonly<Record<string, string>> = {
  "out-read": `return await Deno.readTextFile("{{SECRET}}");`,
  "out-read-sync": `return Deno.readTextFileSync("{{SECRET}}");`,
  "out-read-open": `const f = await Deno.open("{{SECRET}}"); return "PWNED " + f;`,
  "out-read-node": `return process.getBuiltinModule("fs").readFileSync("{{SECRET}}", "utf8");`,
  "out-read-node-promises":
    `return await process.getBuiltinModule("fs/promises").readFile("{{SECRET}}", "utf8");`,
  "out-read-fetch": `return await (await fetch("file://{{SECRET}}")).text();`,
  "out-read-xhr":
    `const x = new XMLHttpRequest(); x.open("GET", "file://{{SECRET}}", false); x.send(); return x.responseText;`,
  "out-read-import-text":
    `return (await import("{{SECRET}}", { with: { type: "text" } })).default;`,
  "out-read-proc": `return "PWNED " + await Deno.readTextFile("/proc/self/environ");`,
  "out-read-proc-maps":
    `return "PWNED " + (await Deno.readTextFile("/proc/self/maps")).slice(0, 40);`,
  "out-read-fd": `return "PWNED " + (await Deno.readTextFile("/dev/fd/0")).slice(0, 10);`,
  "out-read-dir": `return "PWNED " + [...Deno.readDirSync("{{DIR}}")].map((e) => e.name);`,
  "out-stat": `return "PWNED " + Deno.statSync("{{SECRET}}").size;`,
  "out-lstat": `return "PWNED " + Deno.lstatSync("{{SECRET}}").size;`,
  "out-real-path": `return "PWNED " + Deno.realPathSync("{{SECRET}}");`,
  "out-cwd": `return "PWNED " + Deno.cwd();`,
  "out-chdir": `Deno.chdir("{{DIR}}"); return "PWNED";`,
  "out-exec-path": `return "PWNED " + Deno.execPath();`,
  "out-exists-by-error":
    `let a, b; try { Deno.statSync("{{SECRET}}") } catch (e) { a = e.name } try { Deno.statSync("{{DIR}}/none") } catch (e) { b = e.name } return a === b ? "no oracle" : "PWNED " + a + b;`,
  "out-write": `await Deno.writeTextFile("{{DIR}}/written", "x"); return "PWNED";`,
  "out-write-append":
    `Deno.writeTextFileSync("{{SECRET}}", "x", { append: true }); return "PWNED";`,
  "out-write-node":
    `process.getBuiltinModule("fs").writeFileSync("{{DIR}}/written", "x"); return "PWNED";`,
  "out-write-temp": `return "PWNED " + await Deno.makeTempFile();`,
  "out-write-mkdir": `Deno.mkdirSync("{{DIR}}/made"); return "PWNED";`,
  "out-write-symlink": `Deno.symlinkSync("/etc/passwd", "{{DIR}}/link"); return "PWNED";`,
  "out-write-remove": `Deno.removeSync("{{SECRET}}"); return "PWNED";`,
  "out-write-rename": `Deno.renameSync("{{SECRET}}", "{{DIR}}/moved"); return "PWNED";`,
  "out-write-truncate": `Deno.truncateSync("{{SECRET}}"); return "PWNED";`,
  "out-write-chmod": `Deno.chmodSync("{{SECRET}}", 0o777); return "PWNED";`,
  "out-write-kv":
    `const kv = await Deno.openKv("{{DIR}}/kv"); await kv.set(["a"], 1); return "PWNED";`,
  "out-write-storage":
    `localStorage.setItem("a", "b"); return "PWNED " + localStorage.getItem("a");`,
  "out-write-session-storage":
    `sessionStorage.setItem("a", "b"); return typeof sessionStorage.getItem("a");`,
  "out-write-cache":
    `const c = await caches.open("x"); await c.put("http://a/1", new Response("x")); return "PWNED";`,
  "out-write-coverage":
    `process.takeCoverage?.(); process.getBuiltinModule("v8").writeHeapSnapshot("{{DIR}}/heap"); return "PWNED";`,
  "out-write-report": `process.report.writeReport("{{DIR}}/report"); return "PWNED";`,
  "out-net-fetch":
    `const r = await fetch("http://127.0.0.1:{{PORT}}/"); return "PWNED " + r.status;`,
  "out-net-fetch-localhost":
    `const r = await fetch("http://localhost:{{PORT}}/"); return "PWNED " + r.status;`,
  "out-net-fetch-decimal":
    `const r = await fetch("http://2130706433:{{PORT}}/"); return "PWNED " + r.status;`,
  "out-net-fetch-ipv6":
    `const r = await fetch("http://[::ffff:127.0.0.1]:{{PORT}}/"); return "PWNED " + r.status;`,
  "out-net-client":
    `const c = Deno.createHttpClient({ proxy: { url: "http://127.0.0.1:{{PORT}}" } }); const r = await fetch("http://example.com/", { client: c }); return "PWNED " + r.status;`,
  "out-net-connect":
    `const c = await Deno.connect({ hostname: "127.0.0.1", port: {{PORT}} }); return "PWNED " + c.localAddr.transport;`,
  "out-net-socket":
    `const s = process.getBuiltinModule("net").connect({{PORT}}, "127.0.0.1"); await new Promise((r, j) => { s.on("connect", r); s.on("error", j); }); return "PWNED";`,
  "out-net-http":
    `const q = process.getBuiltinModule("http").get("http://127.0.0.1:{{PORT}}/"); await new Promise((r, j) => { q.on("response", r); q.on("error", j); }); return "PWNED";`,
  "out-net-dns":
    `const r = await process.getBuiltinModule("dns").promises.lookup("localhost"); return "PWNED " + r.address;`,
  "out-net-web-socket":
    `const w = new WebSocket("ws://127.0.0.1:{{PORT}}/"); await new Promise((r, j) => { w.onopen = r; w.onerror = () => j(new Error("refused")); }); return "PWNED";`,
  "out-net-event-source":
    `const e = new EventSource("http://127.0.0.1:{{PORT}}/"); await new Promise((r, j) => { e.onopen = r; e.onerror = () => j(new Error("refused")); }); return "PWNED";`,
  "out-net-beacon": `return "PWNED " + navigator.sendBeacon("http://127.0.0.1:{{PORT}}/", "x");`,
  "out-net-web-transport":
    `const t = new WebTransport("https://127.0.0.1:{{PORT}}/"); await t.ready; return "PWNED";`,
  "out-net-udp":
    `const s = Deno.listenDatagram({ port: 0, transport: "udp" }); await s.send(new Uint8Array(1), { transport: "udp", hostname: "127.0.0.1", port: {{PORT}} }); return "PWNED";`,
  "out-net-listen": `const l = Deno.listen({ port: 0 }); return "PWNED " + l.addr.port;`,
  "out-net-serve":
    `const s = Deno.serve({ port: 0 }, () => new Response("x")); return "PWNED " + s.addr.port;`,
  "out-net-inspector": `process.getBuiltinModule("inspector").open(0); return "PWNED";`,
  "out-run":
    `const p = new Deno.Command("touch", { args: ["{{DIR}}/started"] }); return "PWNED " + p.outputSync().code;`,
  "out-run-spawn":
    `const p = new Deno.Command("sleep", { args: ["{{TOKEN}}"] }).spawn(); return "PWNED " + p.pid;`,
  "out-run-node":
    `const o = process.getBuiltinModule("child_process").execSync("touch {{DIR}}/started"); return "PWNED " + o;`,
  "out-run-fork":
    `const o = process.getBuiltinModule("child_process").fork("{{DIR}}/x.js"); return "PWNED " + o.pid;`,
  "out-run-cluster":
    `const o = process.getBuiltinModule("cluster").fork(); return "PWNED " + o.process.pid;`,
  "out-kill-parent": `Deno.kill(Deno.ppid, "SIGTERM"); return "PWNED";`,
  "out-kill-group": `process.kill(0, "SIGTERM"); return "PWNED";`,
  "out-ffi":
    `const l = Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } }); return "PWNED " + l.symbols.getpid();`,
  "out-addon": `process.dlopen({ exports: {} }, "{{DIR}}/x.node"); return "PWNED";`,
  "out-env-all": `return "PWNED " + Object.keys(Deno.env.toObject());`,
  "out-env-process":
    `const k = Object.keys(process.env); return k.length ? "PWNED " + k : "empty";`,
  "out-env-set": `Deno.env.set("A", "b"); return "PWNED";`,
  "out-env-file": `process.loadEnvFile("{{SECRET}}"); return "PWNED";`,
  "out-sys": `return "PWNED " + process.getBuiltinModule("os").hostname();`,
  "out-sys-user": `return "PWNED " + JSON.stringify(process.getBuiltinModule("os").userInfo());`,
  "out-sys-memory": `return "PWNED " + JSON.stringify(Deno.systemMemoryInfo());`,
  "out-permission-request":
    `const p = await Deno.permissions.request({ name: "read" }); return p.state === "granted" ? "PWNED" : p.state;`,
  "out-permission-query":
    `const p = await Deno.permissions.query({ name: "net" }); return p.state === "granted" ? "PWNED" : p.state;`,
  "out-arguments": `return Deno.args === undefined ? "none" : "PWNED " + Deno.args;`,
  "out-gpu": `return "PWNED " + await navigator.gpu.requestAdapter();`,
  "out-sqlite-attach":
    `const { DatabaseSync } = process.getBuiltinModule("sqlite"); new DatabaseSync(":memory:").exec("ATTACH '{{DIR}}/db' AS x"); return "PWNED";`,
  "out-wasi":
    `const { WASI } = process.getBuiltinModule("wasi"); return "PWNED " + new WASI({ version: "preview1", preopens: { "/": "/" } });`,
};
