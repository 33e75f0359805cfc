/** Values that a snapshot cannot keep: cells, with the reason for each lost name. */

/** A cell, and the names that are lost. */
export type RefusedCase = readonly [
  cell: string,
  ...lost: (readonly [name: string, reason: string])[],
];

const COMPUTED = "a method that cannot stand alone";
const NO_CLASS = "it is an object whose prototype is that of no class";
const NAMELESS = "it is a bound function, or a built-in one without a name";
const SYMBOL_KEY = "an object with a symbol as a key that exists only here";
const STATIC_PRIVATE = "a class with static private fields, whose values cannot be read";
const PROXY = "it is a Proxy, whose handler cannot be read";
const TOO_DEEP = "it is nested more than 1000 levels deep";

/** Returns the reason for a function that captures something. */
function uses(name: string, kind = "function"): string {
  return `a ${kind} that uses ${name} of the scope in which it was made`;
}

/** The cases, all in one namespace. */
export const REFUSED: readonly RefusedCase[] = [
  [
    `const make = (x) => () => x, closure = make(1), inside = { list: [1, { "a b": closure }] }, caller = () => closure()`,
    ["closure", `it is ${uses("x")}`],
    ["inside", `inside.list[1]["a b"] is ${uses("x")}`],
  ],
  [
    `let blocked, looped; { const y = 1; blocked = () => y } for (const z of [1]) looped = async () => z;
    const build = (Base) => class extends Base {}, Built = build(Object), built = new Built()`,
    ["blocked", `it is ${uses("y")}`],
    ["looped", `it is ${uses("z")}`],
    ["Built", `it is ${uses("Base", "class")}`],
    ["built", `built.constructor is ${uses("Base", "class")}`],
  ],
  [
    `class Arrow { f = () => this } const arrow = new Arrow(), key = "k";
    const methods = { m() { return super.toString() } }, computed = { [key]() {} }`,
    ["arrow", `arrow.f is ${uses("this")}`],
    ["methods", `methods.m is ${uses("super")}`],
    ["computed", `computed.k is ${COMPUTED}`],
  ],
  [
    `const promise = Promise.resolve(1), promises = new Map([["k", [promise]]]), keyed = new Set([promise])`,
    ["promise", "it is a Promise"],
    ["promises", `promises["value 0"][0] is a Promise`],
    ["keyed", `keyed["item 0"] is a Promise`],
  ],
  [
    `const bound = Math.max.bind(null, 1), { get: native } = Object.getOwnPropertyDescriptor(Map.prototype, "size")`,
    ["bound", NAMELESS],
    ["native", NAMELESS],
  ],
  [
    `class Secret { #n = 1 } const secret = new Secret(); class Sub extends Secret {} const secrets = { list: [new Sub()] }`,
    ["secret", "it is an instance of a class with private members"],
    ["secrets", "secrets.list[0] is an instance of a class with private members"],
  ],
  [
    `class Registry { static #all = []; static add(x) { Registry.#all.push(x) } } const { add } = Registry`,
    ["Registry", `it is ${STATIC_PRIVATE}`],
    ["add", `it is ${uses("#all")}`],
  ],
  [
    `const symbol = Symbol("x"), symbols = { a: { b: Symbol.iterator } }`,
    ["symbol", "it is a symbol"],
    ["symbols", "symbols.a.b is a symbol"],
  ],
  [
    `const marked = { a: 1, [Symbol("x")]: 1 }, markedDate = Object.assign(new Date(0), { [Symbol("x")]: 1 });
    const markedList = { deep: [Object.assign([1], { [Symbol("x")]: null })] }`,
    ["marked", `it is ${SYMBOL_KEY}`],
    ["markedDate", `it is ${SYMBOL_KEY}`],
    ["markedList", `markedList.deep[0] is ${SYMBOL_KEY}`],
  ],
  [
    `const weakMap = new WeakMap(), weakSet = new WeakSet(), weakRef = new WeakRef({}), finals = new FinalizationRegistry(() => {})`,
    ["weakMap", "it is a WeakMap"],
    ["weakSet", "it is a WeakSet"],
    ["weakRef", "it is a WeakRef"],
    ["finals", "it is a FinalizationRegistry"],
  ],
  [
    `function* generate() { yield 1 } const generator = generate(), later = (async function* () {})(), iterator = [1].values()`,
    ["generator", "it is a Generator"],
    ["later", "it is an AsyncGenerator"],
    ["iterator", "it is an instance of Iterator, which is no plain data"],
  ],
  [
    `const prototype = { hi() { return 1 } }, derived = Object.create(prototype);
    function Super() {} function Derived() {} Derived.prototype = Object.create(Super.prototype); const old = new Derived()`,
    ["Derived", "it is a function with a prototype of its own"],
    ["derived", NO_CLASS],
    ["old", NO_CLASS],
  ],
  [
    `const target = new EventTarget(), blob = new Blob(["x"]), abort = new AbortController(), format = new Intl.NumberFormat();
    class Extended extends EventTarget {} const extended = new Extended(); class Own extends Promise {} const own = new Own(() => {})`,
    ["target", "it is an instance of EventTarget, which is no plain data"],
    ["blob", "it is a Blob, whose contents have to be waited for"],
    ["abort", "it is an instance of AbortController, which is no plain data"],
    ["format", "it is an instance of NumberFormat, which is no plain data"],
    ["extended", "it is an instance of a class that extends EventTarget"],
    ["own", "it is an instance of a class that extends Promise"],
  ],
  [
    `const memory = new SharedArrayBuffer(8), shared = new Uint8Array(memory), gone = new ArrayBuffer(8);
    const seen = new Uint8Array(gone); structuredClone(gone, { transfer: [gone] })`,
    ["memory", "it is a SharedArrayBuffer"],
    ["shared", "it is a view of shared memory"],
    ["gone", "it is a detached ArrayBuffer"],
    ["seen", "it is a view of a detached ArrayBuffer"],
  ],
  [
    `let reads = 0; class Bad { [Symbol.for("cave.state")]() { throw new TypeError("no") } static [Symbol.for("cave.revive")]() {} }
    class Odd { [Symbol.for("cave.state")]() { throw null } static [Symbol.for("cave.revive")]() {} }
    const throwing = new Bad(), odd = { b: new Odd() }, outer = 1;
    const trap = new Proxy({}, { ownKeys() { throw new Error("trap") } }), wrapped = [new Proxy({ a: 1 }, {})];
    const local = ((n) => ({ get n() { return n } }))(1)`,
    ["throwing", "something in it throws: no"],
    ["odd", "something in it throws"],
    ["trap", PROXY],
    ["wrapped", `wrapped[0] ${PROXY.slice(3)}`],
    ["local", `local.n is ${uses("n")}`],
  ],
  [
    `let deep = [], deeper = {}; for (let i = 0; i < 1_500; i++) { deep = [deep]; deeper = { a: deeper, n: 1n } }`,
    ["deep", TOO_DEEP],
    ["deeper", TOO_DEEP],
  ],
  [
    `class Static { static p = Promise.resolve() } const instance = new Static(), instances = [instance]`,
    ["Static", "Static.p is a Promise"],
    ["instance", "instance.constructor.p is a Promise"],
    ["instances", "instances[0].constructor.p is a Promise"],
  ],
];
