/** The pipes to the host, and the built-ins that the kernel stands on. */

/** Overrides of built-ins: none of them may change what the kernel says, `PWNED` least of all. */
const OVERRIDES = [
  `Promise.prototype.then = function () { return "PWNED"; }`,
  `Promise.prototype.finally = () => "PWNED"`,
  `Promise.resolve = () => "PWNED"`,
  `JSON.stringify = () => '{"value":{"text":"PWNED"}}'`,
  `JSON.parse = () => ({ name: "PWNED" })`,
  `Array.prototype.map = () => ["PWNED"]`,
  `Array.prototype.join = () => "PWNED"`,
  `Array.isArray = () => true`,
  `Array.from = () => ["PWNED"]`,
  `Map.prototype.get = () => () => "PWNED"`,
  `Map.prototype.set = () => "PWNED"`,
  `WeakMap.prototype.get = () => "PWNED"`,
  `WeakRef.prototype.deref = () => "PWNED"`,
  `Set.prototype.has = () => true`,
  `Object.keys = () => ["PWNED"]`,
  `Object.entries = () => [["PWNED", 1]]`,
  `Object.defineProperty = () => "PWNED"`,
  `Object.prototype.hasOwnProperty = () => true`,
  `Object.prototype.toString = () => "PWNED"`,
  `Object.prototype.value = "PWNED"`,
  `Object.prototype.error = { name: "PWNED", message: "PWNED", stack: "PWNED", frames: [] }`,
  `Object.prototype.then = function (r) { r("PWNED"); }`,
  `Object.prototype.get = () => "PWNED"`,
  `Object.prototype.$ = ["PWNED"]`,
  `Object.prototype.toJSON = () => "PWNED"`,
  `Array.prototype.toJSON = () => "PWNED"`,
  `Object.prototype[0] = "PWNED"`,
  `Array.prototype[0] = "PWNED"`,
  `Reflect.apply = () => "PWNED"`,
  `Reflect.get = () => "PWNED"`,
  `Function.prototype.call = () => "PWNED"`,
  `Function.prototype.apply = () => "PWNED"`,
  `Function.prototype.bind = () => () => "PWNED"`,
  `Function.prototype.toString = () => "PWNED"`,
  `String.prototype.replace = () => "PWNED"`,
  `String.prototype.split = () => ["PWNED"]`,
  `RegExp.prototype.exec = () => ["PWNED", "PWNED"]`,
  `RegExp.prototype[Symbol.replace] = () => "PWNED"`,
  `Symbol.iterator.description; Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: false, value: "PWNED" })`,
  `Uint8Array.prototype.subarray = () => new Uint8Array(9)`,
  `Uint8Array.prototype.set = () => {}`,
  `Error.prototype.toString = () => "PWNED"`,
  `Error.captureStackTrace = () => "PWNED"`,
  `Number.isSafeInteger = () => true`,
  `globalThis.Error = class extends Error { constructor() { super("PWNED"); } }`,
  `globalThis.Promise = class { static resolve() { return "PWNED"; } }`,
  `globalThis.setTimeout = () => "PWNED"`,
  `globalThis.queueMicrotask = () => "PWNED"`,
  `globalThis.console = { log: () => "PWNED" }`,
];

export const CHANNEL: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    OVERRIDES.map((code, index) => [`chan-override-${index + 1}`, `${code}; return "real";`]),
  ),
  "chan-stdout-node":
    `process.getBuiltinModule("fs").writeSync(1, '{"jsonrpc":"2.0","id":1,"result":"PWNED"}\\n'); return "real";`,
  "chan-stderr-node": `process.getBuiltinModule("fs").writeSync(2, "PWNED"); return "real";`,
  "chan-stderr": `Deno.stderr.writeSync(new TextEncoder().encode("PWNED")); return "real";`,
  "chan-stdout-stream":
    `await new Response("PWNED").body.pipeTo(Deno.stdout.writable); return "real";`,
  "chan-console-error": `console.error("fine"); console.log("fine"); return "real";`,
  "chan-console-hook": `console.log = () => "PWNED"; console.log("x"); return "real";`,
  "chan-print": `Deno[Deno.internal].core.print("PWNED"); return "real";`,
  "chan-stdin": `const b = new Uint8Array(64); return "PWNED " + await Deno.stdin.read(b);`,
  "chan-stdin-sync": `const b = new Uint8Array(64); return "PWNED " + Deno.stdin.readSync(b);`,
  "chan-stdin-node":
    `return "PWNED " + process.getBuiltinModule("fs").readSync(0, new Uint8Array(64));`,
  "chan-stdin-stream":
    `const r = Deno.stdin.readable.getReader(); return "PWNED " + (await r.read()).value;`,
  "chan-prompt": `return "PWNED " + prompt("Name?");`,
  "chan-alert": `alert("x"); return "PWNED";`,
  "chan-confirm": `return "PWNED " + confirm("x");`,
  "chan-worker-stdout":
    `new Worker("data:text/javascript,Deno.stdout.writeSync(new TextEncoder().encode('PWNED'))", { type: "module" }); return "real";`,
  "chan-frame-in-output":
    `console.log('Content-Length: 9\\r\\n\\r\\n{"jsonrpc":"2.0","id":1,"result":{"value":{"text":"PWNED"}}}'.replace("PWNED", "x")); return "real";`,
  "chan-frame-in-name": `globalThis['{"jsonrpc":"2.0"}\\n'] = 1; return "real";`,
  "chan-name-proto":
    `Object.defineProperty(globalThis, "__proto__", { value: 1, enumerable: true, configurable: true }); return "real";`,
  "chan-name-getter-throws":
    `Object.defineProperty(globalThis, "bad", { get() { throw new Error("PWNED".length); }, enumerable: true, configurable: true }); return "real";`,
  "chan-name-getter-loops":
    `Object.defineProperty(globalThis, "bad", { get() { for (;;); }, enumerable: true, configurable: true }); return "real";`,
  "chan-many-names": `for (let i = 0; i < 20000; i++) globalThis["n" + i] = i; return "real";`,
  "chan-display-hostile":
    `display({ [Symbol.for("Jupyter.display")]: () => { throw new Error("x"); } }); return "real";`,
  "chan-display-huge":
    `for (let i = 0; i < 50; i++) display.html("x".repeat(100000)); return "real";`,
  "chan-symbol-to-string-tag": `return { get [Symbol.toStringTag]() { throw new Error("x"); } };`,
  "chan-constructor-name": `return new (class { static get name() { throw new Error("x"); } })();`,
  "chan-proxy-of-proxy":
    `let p = {}; for (let i = 0; i < 5000; i++) p = new Proxy(p, {}); return p;`,
  "chan-proxy-prototype": `return new Proxy({}, { getPrototypeOf() { throw new Error("x"); } });`,
  "chan-deep-result": `let o = {}; for (let i = 0; i < 100000; i++) o = { o }; return o;`,
  "chan-escape-sequences": `return "\\u001b[2J\\u001b]0;title\\u0007" + "x";`,
};
