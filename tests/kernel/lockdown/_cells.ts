/** Cells that assign to names of built-ins: on objects of their own, which works, and on the built-ins, which does not. */

/** Cells, and their values. */
export const KEPT: readonly (readonly [source: string, value: string])[] = [
  [`const next = (n) => next; next.toString = () => "3"; String(next)`, `"3"`],
  [`const cmd = () => 1; cmd.bind = (k) => "bound " + k; cmd.bind("b")`, `"bound b"`],
  [`class Door { static bind(x) { return "static " + x } } Door.bind("a")`, `"static a"`],
  [
    `const due = new Date(0); due.toJSON = () => "1970"; JSON.stringify({ due })`,
    `'{"due":"1970"}'`,
  ],
  [
    `class Days extends Date { toString() { return "days" } } new Days(0).toString()`,
    `"days"`,
  ],
  [
    `function Registry() {} Registry.prototype = Object.create(Map.prototype); Registry.prototype.constructor = Registry;
     Registry.prototype.get = (k) => "got " + k; [new Registry().get("x"), new Registry().constructor === Registry]`,
    `[ "got x", true ]`,
  ],
  [
    `class Table extends Map { constructor() { super(); this.set = (k) => "set " + k } } new Table().set("a")`,
    `"set a"`,
  ],
  [`class Vec extends Array {} Vec.from = (list) => list.length; Vec.from([1, 2])`, "2"],
  [
    `const p = Promise.resolve(1); p.finally = () => "patched"; p.then = () => "then"; [p.finally(), p.then()]`,
    `[ "patched", "then" ]`,
  ],
  [`const buf = new Uint8Array(2); buf.slice = () => "mine"; buf.slice()`, `"mine"`],
  [
    `class Cents extends Number {} Cents.prototype.toFixed = () => "fixed"; new Cents(1).toFixed()`,
    `"fixed"`,
  ],
  [
    `const list = [1]; list.push = (x) => "pushed " + x; list.toString = () => "list"; [list.push(2), String(list)]`,
    `[ "pushed 2", "list" ]`,
  ],
  [`const list = [3]; list[Symbol.iterator] = function* () { yield 7 }; [...list]`, "[ 7 ]"],
  [`const e = new TypeError("x"); e.name = "Mine"; e.message = "y"; e.toString()`, `"Mine: y"`],
  [
    `function Own(m) { this.message = m } Own.prototype = Object.create(Error.prototype); Own.prototype.name = "Own"; String(new Own("z"))`,
    `"Own: z"`,
  ],
  [
    `const o = {}; o.toString = () => "o"; o.hasOwnProperty = () => "own"; o.constructor = 1; [String(o), o.hasOwnProperty(), o.constructor]`,
    `[ "o", "own", 1 ]`,
  ],
  [
    `const o = Object.create(null); o.toString = 1; o.__proto__ = 2; Object.keys(o).join()`,
    `"toString,__proto__"`,
  ],
  [
    `const o = { a: 1 }; o.then = 5; o.data = 6; o.value = 7; o.get = 8; Object.keys(o).join()`,
    `"a,then,data,value,get"`,
  ],
  [
    `const s = Object.assign(() => {}, { call: 1, apply: 2 }); [s.call, s.apply, Object.keys(s).join()]`,
    `[ 1, 2, "call,apply" ]`,
  ],
  [
    `class Bus extends EventTarget { constructor() { super(); this.dispatchEvent = () => "sent" } } new Bus().dispatchEvent()`,
    `"sent"`,
  ],
  [
    `const u = new URL("https://a.b/c"); u.toString = () => "url"; [String(u), u.pathname]`,
    `[ "url", "/c" ]`,
  ],
  [
    `const m = new Map(); let thrown; try { m.size = 3 } catch (e) { thrown = e.name } thrown`,
    `"TypeError"`,
  ],
  [
    `const frozen = Object.freeze([]); let thrown; try { frozen.push = 1 } catch (e) { thrown = e.name } thrown`,
    `"TypeError"`,
  ],
  [
    `const sealed = Object.preventExtensions({}); let thrown; try { sealed.toString = 1 } catch (e) { thrown = e.name } thrown`,
    `"TypeError"`,
  ],
  [
    `let seen; const p = new Proxy({}, { defineProperty(t, k, d) { seen = [k, d.value]; return Reflect.defineProperty(t, k, d) } }); p.toString = 5; seen`,
    `[ "toString", 5 ]`,
  ],
  [
    `const inherits = (A, B) => { A.prototype = Object.create(B.prototype, { constructor: { value: A } }) }; function A() {} function B() {} inherits(A, B); new A() instanceof B`,
    "true",
  ],
  [
    `const t = setTimeout(() => {}, 1e6); t.unref(); t.ref(); const n = +t; clearTimeout(n); [typeof t, n > 0, t.hasRef()]`,
    `[ "object", true, true ]`,
  ],
  [
    `const s = AbortSignal.timeout(1); await new Promise((r) => s.addEventListener("abort", r)); [s.aborted, s.reason.name]`,
    `[ true, "TimeoutError" ]`,
  ],
  [
    `const seen = []; const t = new EventTarget(); const f = (e) => seen.push(e.type); t.addEventListener("a", f); t.dispatchEvent(new Event("a")); t.removeEventListener("a", f); t.dispatchEvent(new Event("a")); seen`,
    `[ "a" ]`,
  ],
  [`const d = Object.getOwnPropertyDescriptor([1], "0"); [d.value, d.writable]`, "[ 1, true ]"],
  [
    `class Stack extends Array { push(...x) { return super.push(...x) + 100 } } const s = new Stack(); [s.push(1), s.length, s.map((x) => x) instanceof Stack]`,
    "[ 101, 1, true ]",
  ],
  [`Object.setPrototypeOf({ a: 1 }, { b: 2 }).b + Reflect.setPrototypeOf([], null)`, `3`],
];

/** Cells that throw a TypeError. */
export const REFUSED: readonly string[] = [
  `Array.prototype.push = () => 0`,
  `delete Array.prototype.map`,
  `Object.defineProperty(Array.prototype, "push", { value: 1 })`,
  `Object.defineProperty(Array.prototype, "0", { set() {}, configurable: true })`,
  `Array.prototype[3] = 1`,
  `Array.prototype.length = 5`,
  `Array.prototype.toJSON = () => 0`,
  `Array.prototype.then = (resolve) => resolve(1)`,
  `Object.prototype.toJSON = () => 0`,
  `Object.prototype.get = () => 0`,
  `Object.defineProperty(Object.prototype, "data", { set() {} })`,
  `Object.defineProperty(Object.prototype, "then", { get() {} })`,
  `Object.prototype[Symbol.toPrimitive] = () => 0`,
  `({}).__proto__.polluted = 1`,
  `Object.setPrototypeOf(Array.prototype, { set 0(v) {} })`,
  `Object.setPrototypeOf(Promise.prototype, null)`,
  `Array.prototype.__proto__ = {}`,
  `Object.setPrototypeOf(EventTarget.prototype, {})`,
  `Object.getPrototypeOf([].values()).next = () => ({ done: true })`,
  `Object.getPrototypeOf(new Map().entries()).next = 1`,
  `Object.getPrototypeOf([].values()).return = () => ({})`,
  `Promise.prototype.then = 1`,
  `Promise.prototype.constructor = 1`,
  `Object.defineProperty(Promise, Symbol.species, { get: () => 1 })`,
  `Function.prototype.call = 1`,
  `Function.prototype.then = 1`,
  `Map.prototype.set = 1`,
  `Set.prototype.add = 1`,
  `WeakMap.prototype.get = 1`,
  `Object.getPrototypeOf(FinalizationRegistry.prototype).register = 1`,
  `Uint8Array.prototype.set = 1`,
  `Uint8Array.prototype.constructor = 1`,
  `Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), "length", { get: () => 1 })`,
  `String.prototype.slice = 1`,
  `JSON.stringify = 1`,
  `Reflect.apply = 1`,
  `Math.floor = 1`,
  `Object.keys = 1`,
  `Array.isArray = 1`,
  `Error.prototype.toString = 1`,
  `Object.defineProperty(Error, Symbol.hasInstance, { value: 1 })`,
  `EventTarget.prototype.dispatchEvent = 1`,
  `EventTarget.prototype.own = 1`,
  `Event.prototype.preventDefault = 1`,
  `Object.defineProperty(Event.prototype, "type", { get: () => 1 })`,
  `TextEncoder.prototype.encode = 1`,
  `TextDecoder.prototype.decode = 1`,
  `AbortSignal.prototype.throwIfAborted = 1`,
  `Object.getPrototypeOf(async () => {}).then = 1`,
];
