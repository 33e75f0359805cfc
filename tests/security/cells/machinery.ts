/** Cells that lie in wait for the machinery: on the prototypes that the kernel and Deno's own code use. */

/** Collects the objects that pass a trap, and reports those of the machinery. */
const TRAP = `
const caught = [], keep = (...all) => { for (let i = 0; i < all.length; i++) caught[caught.length] = all[i]; };
const tag = Object.prototype.toString, own = Object.getOwnPropertyDescriptor, stringOf = String;
const decode = TextDecoder.prototype.decode.bind(new TextDecoder()), isView = ArrayBuffer.isView;
const trap = (holder, key, value) => {
  const before = own(holder, key);
  const accessor = { configurable: true, get() { keep(this); return before?.get ? before.get.call(this) : before?.value }, set(v) { keep(this, v) } };
  const method = function (...args) { keep(this, ...args); return Reflect.apply(before?.value ?? (() => {}), this, args) };
  try { Object.defineProperty(holder, key, value === "method" ? { configurable: true, writable: true, value: method } : accessor) } catch (e) { return e.name }
};
const isPrize = (x, depth = 2) => {
  if (typeof x === "string") return /jsonrpc|Content-Length|Attachment-Lengths|\\/src\\/kernel\\//.test(x);
  if (typeof x !== "object" && typeof x !== "function" || x === null) return false;
  if (/Worker|MessagePort|MessageEvent|ErrorEvent|CallSite/.test(tag.call(x))) return true;
  if (isView(x)) return isPrize(decode(x));
  const keys = Reflect.ownKeys(x);
  if (keys.includes("jsonrpc") || keys.includes("attachments") || keys.includes("ref") && keys.includes("path")) return true;
  if (keys.includes("id") && keys.includes("count") && keys.length === 2) return true;
  if (keys.includes("_idleNext") || keys.includes("priorityQueuePosition")) return true;
  return depth > 0 && keys.some((key) => { const p = own(x, key); return p && "value" in p && isPrize(p.value, depth - 1) });
};
`;

/** Makes the machinery work, and looks at what was caught. */
const SPRING = `
console.log("x".repeat(50)); console.error("e");
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
try { await add(1, 2); await echo({ bytes: new Uint8Array(70000), map: new Map([[1, 2]]) }); await acct.owner; await wait(30) } catch {}
Promise.reject(new Error("late")); setTimeout(() => { throw new Error("later") }); await wait(5);
return caught.some((x) => isPrize(x)) ? "PWNED" : "nothing";`;

/** The members that are trapped. */
const TRAPS: Readonly<Record<string, string>> = {
  "dispatch": `trap(EventTarget.prototype, "dispatchEvent", "method")`,
  "global-dispatch": `globalThis.dispatchEvent = keep`,
  "data-setter":
    `trap(Object.prototype, "data"); trap(EventTarget.prototype, "data"); trap(Event.prototype, "data")`,
  "onmessage":
    `for (const key of ["onmessage", "onerror", "onmessageerror"]) { trap(Object.prototype, key); trap(EventTarget.prototype, key) }`,
  "event-symbols":
    `for (const key of Object.getOwnPropertySymbols(new Event("x"))) { trap(Event.prototype, key); trap(MessageEvent.prototype, key); trap(Object.prototype, key) }`,
  "target-symbols":
    `for (const key of Object.getOwnPropertySymbols(globalThis)) { trap(EventTarget.prototype, key); trap(Object.prototype, key); trap(MessagePort.prototype, key) }`,
  "event-accessors":
    `for (const C of [Event, MessageEvent, ErrorEvent, PromiseRejectionEvent]) for (const key of Reflect.ownKeys(C.prototype)) trap(C.prototype, key)`,
  "event-classes":
    `for (const name of ["Event", "MessageEvent", "ErrorEvent", "PromiseRejectionEvent", "EventTarget", "AbortController"]) { const C = globalThis[name]; globalThis[name] = new Proxy(C, { construct(t, a, n) { const e = Reflect.construct(t, a, n); keep(e); return e } }) }`,
  "array-index": `for (let i = 0; i < 10; i++) trap(Array.prototype, stringOf(i))`,
  "array-between":
    `try { Object.setPrototypeOf(Array.prototype, new Proxy(Object.prototype, { set(t, k, v, r) { keep(r, v); return Reflect.set(t, k, v, r) }, get(t, k, r) { keep(r); return Reflect.get(t, k, r) } })) } catch {}`,
  "array-class": `trap(Array.prototype, "constructor"); trap(Array, Symbol.species)`,
  "array-methods":
    `for (const key of Reflect.ownKeys(Array.prototype)) if (typeof Array.prototype[key] === "function") trap(Array.prototype, key, "method")`,
  "iterators":
    `for (const P of [Array, Map, Set, String, Object.getPrototypeOf(Uint8Array)]) trap(P.prototype, Symbol.iterator, "method");
     for (const it of [[].values(), new Map().values(), new Set().values(), ""[Symbol.iterator]()]) { trap(Object.getPrototypeOf(it), "next", "method"); trap(Object.getPrototypeOf(it), "return", "method") }
     trap(Iterator.prototype, "return", "method")`,
  "thenables":
    `for (const P of [Object, Array, Function, Uint8Array, Object.getPrototypeOf(Uint8Array), Map, Error, Promise, ArrayBuffer]) trap(P.prototype, "then")`,
  "promise-class":
    `trap(Promise.prototype, "constructor"); trap(Promise, Symbol.species); trap(Promise.prototype, "then", "method")`,
  "promise-statics":
    `for (const key of ["resolve", "reject", "withResolvers", "all", "race"]) trap(Promise, key, "method")`,
  "to-json":
    `trap(Object.prototype, "toJSON"); trap(Array.prototype, "toJSON"); trap(String.prototype, "toJSON"); trap(Uint8Array.prototype, "toJSON")`,
  "primitive":
    `for (const P of [Object, Function, Error, Array]) { trap(P.prototype, Symbol.toPrimitive); trap(P.prototype, "toString", "method"); trap(P.prototype, Symbol.toStringTag) }; null?.x; try { null.x } catch (e) { e.stack }`,
  "instance":
    `for (const C of [Error, RangeError, TypeError, Map, Set, Promise, Array, Uint8Array, Function]) trap(C, Symbol.hasInstance, "method")`,
  "bytes":
    `for (const P of [Uint8Array.prototype, Object.getPrototypeOf(Uint8Array.prototype)]) for (const key of ["set", "subarray", "slice", "length", "byteLength", "buffer", "copyWithin", "fill"]) trap(P, key, typeof own(P, key)?.value === "function" ? "method" : undefined)`,
  "bytes-class":
    `trap(Uint8Array, Symbol.species); trap(Uint8Array.prototype, "constructor"); trap(Object.getPrototypeOf(Uint8Array), Symbol.species); trap(ArrayBuffer.prototype, "constructor")`,
  "bytes-shadow":
    `Object.defineProperty(Uint8Array.prototype, "set", { configurable: true, value(...a) { keep(this, ...a) } })`,
  "text-codecs":
    `trap(TextEncoder.prototype, "encode", "method"); trap(TextEncoder.prototype, "encodeInto", "method"); trap(TextDecoder.prototype, "decode", "method"); globalThis.TextEncoder = class {}`,
  "strings":
    `for (const key of Reflect.ownKeys(String.prototype)) if (typeof String.prototype[key] === "function") trap(String.prototype, key, "method"); for (const s of [Symbol.split, Symbol.replace, Symbol.match]) trap(String.prototype, s, "method")`,
  "patterns":
    `for (const key of Reflect.ownKeys(RegExp.prototype)) { const p = own(RegExp.prototype, key); if (key !== "constructor") trap(RegExp.prototype, key, typeof p.value === "function" ? "method" : undefined) }; try { null.x } catch (e) { e.stack }`,
  "maps":
    `for (const C of [Map, Set, WeakMap, WeakSet]) for (const key of Reflect.ownKeys(C.prototype)) trap(C.prototype, key, typeof own(C.prototype, key).value === "function" ? "method" : undefined)`,
  "registry":
    `trap(FinalizationRegistry.prototype, "register", "method"); trap(Object.getPrototypeOf(FinalizationRegistry.prototype), "register", "method"); trap(WeakRef.prototype, "deref", "method")`,
  "descriptors":
    `for (const key of ["get", "set", "value", "writable", "enumerable", "configurable"]) { trap(Object.prototype, key); trap(Array.prototype, key); trap(Function.prototype, key) }`,
  "reflect":
    `for (const N of [Reflect, Object, JSON, Atomics]) for (const key of Reflect.ownKeys(N)) if (typeof N[key] === "function") trap(N, key, "method")`,
  "functions":
    `for (const key of ["call", "apply", "bind", "toString"]) trap(Function.prototype, key, "method"); for (const f of [async () => {}, function* () {}, async function* () {}]) { trap(Object.getPrototypeOf(f), "then"); trap(Object.getPrototypeOf(f), "call", "method") }`,
  "globals":
    `for (const name of ["Array", "Object", "Map", "Set", "Promise", "Symbol", "Uint8Array", "Int32Array", "Error", "JSON", "queueMicrotask", "setTimeout"]) { const G = globalThis[name]; globalThis[name] = typeof G === "function" ? new Proxy(G, { apply(t, r, a) { keep(r, ...a); return Reflect.apply(t, r, a) }, construct(t, a, n) { const x = Reflect.construct(t, a, n); keep(x); return x } }) : G }`,
  "prepare":
    `try { Object.defineProperty(Error, "prepareStackTrace", { value: (e, sites) => { keep(...sites); return "" } }) } catch {}; Error.prepareStackTrace = (e, sites) => { keep(...sites) }; new Error().stack`,
};

/** Cells that look for what they could get hold of. */
export const SEARCHES: Readonly<Record<string, string>> = {
  "mach-timer-list":
    `const t = setTimeout(() => {}, 10000), i = setInterval(() => {}, 10000); const seen = []; for (let at of [t, i]) for (; at; at = Object.getPrototypeOf(at)) for (const k of Reflect.ownKeys(at)) seen.push(String(k));
     return seen.some((k) => k.includes("idle") || k.includes("onTimeout")) ? "PWNED" : "nothing";`,
  "mach-signal-timer":
    `const s = AbortSignal.timeout(10000); return Reflect.ownKeys(s).some((k) => s[k] && typeof s[k] === "object" && ("_idleNext" in s[k] || "_onTimeout" in s[k])) ? "PWNED" : "nothing";`,
  "mach-listener-list":
    `for (const k of Object.getOwnPropertySymbols(globalThis)) { const l = globalThis[k]?.listeners; if (l && Object.values(l).flat().length > 0) return "PWNED " + Object.keys(l); } return "nothing";`,
  "mach-graph-worker":
    `const seen = new Set(), queue = [globalThis]; while (queue.length) { const o = queue.pop(); for (const k of Reflect.ownKeys(o)) { let d; try { d = Object.getOwnPropertyDescriptor(o, k) } catch { continue } for (const v of [d.value, d.get, d.set, Object.getPrototypeOf(o)]) if (v !== null && (typeof v === "object" || typeof v === "function") && !seen.has(v)) { seen.add(v); queue.push(v) } } }
     return [...seen].some((x) => x !== acct && (x.name === "Worker" || Object.prototype.toString.call(x) === "[object Worker]" || x.postMessage && x.terminate)) ? "PWNED" : "nothing";`,
  "mach-guard-name-escaped":
    `return typeof $c\\u0065ll === "undefined" && typeof $c\\u{65}ll_f === "undefined" ? "nothing" : "PWNED";`,
  "mach-guard-name-many":
    `const found = []; for (const f of [() => $cell, () => $c\\u0065ll1, () => $cel\\u006c2, () => \\u0024cell3, () => $cell4_f, () => $c\\u0065ll_f]) try { found.push(f()) } catch {} return found.length ? "PWNED" : "nothing";`,
  "mach-stack-paths":
    `const stacks = [new Error("x").stack]; const o = {}; Error.captureStackTrace(o); stacks.push(o.stack); for (const f of [() => null.x, () => setTimeout(1), () => structuredClone(() => {}), () => new URL("x"), () => display.image(1)]) try { await f() } catch (e) { stacks.push(e.stack) }
     return stacks.some((s) => /file:|\\/src\\/|ext:|node:/.test(s)) ? "PWNED" : "nothing";`,
  "mach-prepare-call":
    `const prepare = Error.prepareStackTrace; const seen = []; try { seen.push(prepare(new Error("x"), [{ getFileName() { return "x" }, toString() { return "y" } }])) } catch (e) { seen.push(e.stack) } return Reflect.ownKeys(prepare).length > 2 || seen.some((s) => /file:|\\/src\\//.test(s)) ? "PWNED" : "nothing";`,
};

/** Cells that would run on if a guard could be talked out of its flag. */
export const UNGUARDED: Readonly<Record<string, string>> = {
  "mach-guard-shadowed": `((($c\\u0065ll_f) => { for (;;); })([0]));`,
  "mach-guard-declared": `const $c\\u0065ll = { g() {} }, $c\\u0065ll_f = [0]; for (;;);`,
  "mach-guard-atomics": `Atomics.load = () => 0; Atomics.compareExchange = () => 0; for (;;);`,
  "mach-guard-function": `function $c\\u0065ll_f() {} $c\\u0065ll_f[0] = 0; while (true) {}`,
};

/** All traps. */
export const TRAPPERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TRAPS).map(([id, trap]) => [`mach-trap-${id}`, `${TRAP}${trap};${SPRING}`]),
);

/** Plain JavaScript that looks like it. */
export const PLAIN: Readonly<Record<string, string>> = {
  "ok-own-to-string": `const f = (n) => f; f.toString = () => "6"; return \`\${f(1)}\`;`,
  "ok-days":
    `class Days extends Date { toString() { return "day " + this.getUTCDate() } } return String(new Days(0));`,
  "ok-own-set":
    `class Scores extends Map { constructor() { super(); this.set = (k) => k } } return new Scores().set("a");`,
  "ok-vec": `class Vec extends Array {} Vec.from = (list) => list.length; return Vec.from([1, 2]);`,
  "ok-old-class":
    `function Shape() {} Shape.prototype = Object.create(Map.prototype); Shape.prototype.constructor = Shape; Shape.prototype.get = (k) => k; return new Shape().get(1);`,
  "ok-own-error": `const e = new Error("a"); e.name = "Own"; e.message = "b"; return String(e);`,
  "ok-iterable":
    `const list = [1]; list[Symbol.iterator] = function* () { yield 2 }; return [...list][0];`,
  "ok-data-field":
    `const o = { data: 1, type: 2, then: 3, get: 4, value: 5 }; o.data++; return Object.values(o).join();`,
  "ok-emitter":
    `class Bus extends EventTarget {} const bus = new Bus(); let n = 0; bus.addEventListener("x", () => n++); bus.dispatchEvent(new CustomEvent("x", { detail: 1 })); return n;`,
  "ok-added-methods":
    `String.prototype.shout = function () { return this.toUpperCase() }; Promise.prototype.tap = function (f) { return this.then((v) => (f(v), v)) }; return await Promise.resolve("a".shout()).tap(() => {});`,
};
