/** The process of the kernel: ending it, stalling it, outliving the cell. */

export const LIFE: Readonly<Record<string, string>> = {
  "life-deno-exit": `Deno.exit(0);`,
  "life-deno-exit-alias": `const { exit } = Deno; exit(3);`,
  "life-process-kill": `process.kill(process.pid, "SIGKILL");`,
  "life-process-really-exit": `process.reallyExit(0);`,
  "life-process-exit-computed": `globalThis["pro" + "cess"]["ex" + "it"](1);`,
  "life-signal-listener-computed": `Deno["addSignalListener"]("SIGINT", () => {}); return "deaf";`,
  "life-before-unload": `addEventListener("beforeunload", (e) => e.preventDefault()); return "ok";`,
  "life-unload": `addEventListener("unload", () => { for (;;); }); return "ok";`,
  "life-error-listener":
    `addEventListener("error", (e) => e.stopImmediatePropagation()); setTimeout(() => { throw new Error("late"); }, 1); return "ok";`,
  "life-rejection-listener":
    `addEventListener("unhandledrejection", (e) => e.stopImmediatePropagation()); Promise.reject(new Error("late")); return "ok";`,
  "life-listener-loops":
    `addEventListener("unhandledrejection", () => { for (;;); }); Promise.reject(1); await new Promise((r) => setTimeout(r, 5)); return "ok";`,
  "life-dispatch-error":
    `dispatchEvent(new ErrorEvent("error", { error: new Error("x") })); return "ok";`,
  "life-onerror":
    `globalThis.onerror = () => { throw new Error("again"); }; setTimeout(() => { throw 1; }, 0); await new Promise((r) => setTimeout(r, 5)); return "ok";`,
  "life-catch-stop": `for (;;) { try { for (;;); } catch {} }`,
  "life-catch-stop-finally": `for (;;) { try { await 0; } finally { continue; } }`,
  "life-promise-chain": `const f = () => Promise.resolve().then(f); f(); return "ok";`,
  "life-async-recursion": `const f = async () => { await 0; return f(); }; await f();`,
  "life-proxy-loop": `return new Proxy({}, { get() { for (;;); }, ownKeys() { for (;;); } });`,
  "life-to-string-loop": `\`\${{ toString() { for (;;); } }}\`;`,
  "life-sort-loop": `[3, 1, 2].sort(() => { for (;;); });`,
  "life-regexp": `return /^(a+)+$/.test("a".repeat(40) + "!");`,
  "life-message-channel":
    `const { port1, port2 } = new MessageChannel(); port1.onmessage = () => port2.postMessage(0); port2.onmessage = () => port1.postMessage(0); port1.postMessage(0); return "ok";`,
  "life-abort-signal":
    `AbortSignal.timeout(1).addEventListener("abort", () => { throw new Error("late"); }); await new Promise((r) => setTimeout(r, 10)); return "ok";`,
};
