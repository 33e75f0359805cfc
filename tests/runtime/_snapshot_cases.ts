/** Values that a snapshot keeps: cells that define names, an expression, and its value before and after. */

/** Cells, an expression, and its value as text. */
export type KeptCase = readonly [cells: string | readonly string[], value: string, text: string];

/** The cases by subject. Those of one subject share a namespace. */
export const KEPT: Readonly<Record<string, readonly KeptCase[]>> = {
  "primitives": [
    [
      `const s = "t\\u{1F600}\\ud800", yes = true, nothing = null, missing = undefined;`,
      `[s === "t\\u{1F600}\\ud800", yes, nothing, missing]`,
      `[ true, true, null, undefined ]`,
    ],
    [
      `const zero = -0, nan = NaN, low = -Infinity, high = Infinity, third = 1 / 3, big = 2 ** 70;`,
      `[Object.is(zero, -0), nan, low, high, third === 1 / 3, big === 2 ** 70]`,
      `[ true, NaN, -Infinity, Infinity, true, true ]`,
    ],
    [`const large = 2n ** 100n, small = -5n`, `[large - 2n ** 100n, small]`, `[ 0n, -5n ]`],
  ],

  "plain data": [
    [
      `const plain = { a: [1, { b: null }], "": "x", "a b": [[]], "ü": {} }`,
      `plain`,
      `{ a: [ 1, { b: null } ], "": "x", "a b": [ [] ], "ü": {} }`,
    ],
    [
      `const holes = { a: undefined, b: [undefined, , 3] }`,
      `["a" in holes, 0 in holes.b, 1 in holes.b, holes.b]`,
      `[ true, true, false, [ undefined, <1 empty item>, 3 ] ]`,
    ],
    [
      `const sparse = []; sparse[1_000_000] = 1; const match = "abc".match(/b/);
      const extra = Object.assign([1, 2], { x: { y: 1 } })`,
      `[sparse.length, sparse[1_000_000], match[0], match.index, match.input, extra, extra.x.y]`,
      `[ 1000001, 1, "b", 1, "abc", [ 1, 2, x: { y: 1 } ], 1 ]`,
    ],
    [
      `const tagged = { $: ["date", 0] }, dated = { $: ["date", 0], d: new Date(0) }`,
      `[tagged, dated.$]`,
      `[ { "$": [ "date", 0 ] }, [ "date", 0 ] ]`,
    ],
    [
      `const odd = JSON.parse('{"__proto__":{"x":1},"constructor":2,"toString":3}');
      const odder = JSON.parse('{"__proto__":{"x":1}}'); odder.d = new Date(0)`,
      `[Object.keys(odd).join(), Object.keys(odder).join(), odd.x, odder.x,
        Object.getPrototypeOf(odder) === Object.prototype]`,
      `[ "__proto__,constructor,toString", "__proto__,d", undefined, undefined, true ]`,
    ],
    [
      `const groups = Object.groupBy([1, 2, 3], (n) => n % 2 ? "odd" : "even");
      const deeper = { bare: Object.assign(Object.create(null), { $: 1n }) }`,
      `[groups.odd, "toString" in groups, deeper.bare.$, Object.getPrototypeOf(deeper.bare)]`,
      `[ [ 1, 3 ], false, 1n, null ]`,
    ],
    [
      `const computing = { a: 1, get b() { return this.a + 1 }, get c() { return new Date(7) } }`,
      `[computing.b, computing.c.getTime()]`,
      `[ 2, 7 ]`,
    ],
  ],

  "attributes of properties": [
    [
      `const frozen = Object.freeze({ rate: 0.2, deep: Object.freeze(["mon", "tue"]) });
      const sealed = Object.seal({ a: 1 }), closed = Object.preventExtensions([1]);
      const cycle = { name: "c", self: undefined }; cycle.self = cycle; Object.freeze(cycle)`,
      `[Object.isFrozen(frozen), Object.isFrozen(frozen.deep), Object.isSealed(sealed), Object.isFrozen(sealed),
        Object.isExtensible(closed), frozen, cycle.self === cycle, Object.isFrozen(cycle)]`,
      `[ true, true, true, false, false, { rate: 0.2, deep: [ "mon", "tue" ] }, true, true ]`,
    ],
    [
      `const hidden = Object.defineProperty({ a: 1 }, "secret", { value: new Map([["k", 2]]) });
      const ordered = { first: 1 }; Object.defineProperty(ordered, "second", { value: 2, enumerable: true }); ordered.third = 3;
      class Kept { constructor(meta) { Object.defineProperty(this, "meta", { value: meta }); this.a = 1 } }
      const kept = Object.freeze(new Kept({ src: "db" }))`,
      `[Object.keys(hidden), hidden.secret.get("k"), Object.getOwnPropertyDescriptor(hidden, "secret").writable,
        Object.keys(ordered).join(), Object.getOwnPropertyDescriptor(ordered, "second").writable,
        kept instanceof Kept, kept.meta.src, Object.keys(kept).join(), Object.isFrozen(kept)]`,
      `[ [ "a" ], 2, false, "first,second,third", false, true, "db", "a", true ]`,
    ],
    [
      `const account = { cents: 150, get euros() { return this.cents / 100 }, set euros(value) { this.cents = value * 100 } };
      const list = [1, 2]; Object.defineProperty(list, "last", { get() { return this.at(-1) } })`,
      `(() => { account.euros = 3; list.push(9); return [account.cents, list.last, Object.keys(account).join()] })()`,
      `[ 300, 9, "cents,euros" ]`,
    ],
    [
      `const range = { from: 1, to: 3, *[Symbol.iterator]() { for (let i = this.from; i <= this.to; i++) yield i } };
      const named = { [Symbol.for("app.id")]: 7, get [Symbol.toStringTag]() { return "Named" } }`,
      `[[...range], named[Symbol.for("app.id")], String(named)]`,
      `[ [ 1, 2, 3 ], 7, "[object Named]" ]`,
    ],
    [
      `const pattern = /a/g; pattern.lastIndex = 3; const labelled = new Map([[1, 2]]); labelled.label = "x";
      const day = Object.freeze(Object.assign(new Date(5), { zone: "UTC" })); const long = Array(2_000).fill(0); long.label = "y"`,
      `[pattern.lastIndex, labelled.label, labelled.get(1), day.zone, day.getTime(), Object.isFrozen(day), long.label]`,
      `[ 3, "x", 2, "UTC", 5, true, "y" ]`,
    ],
    [
      `const far = []; far[4e9] = 1; far.label = "x"; Object.freeze(far); const empty = new Array(3e8);
      const many = Object.freeze(Array.from({ length: 150_000 }, (_, i) => i))`,
      `[far.length, far[4e9], far.label, Object.isFrozen(far), empty.length, many.at(-1), Object.isFrozen(many)]`,
      `[ 4000000001, 1, "x", true, 300000000, 149999, true ]`,
    ],
    [
      `class Counted { static count = 0; static up() { return ++Counted.count } get double() { return 2 } } Counted.up();
      Counted.up = function up() { return "mine" }; Object.defineProperty(Counted.prototype, "double", { get() { return 4 } });
      function tagged() { return 1 } Object.defineProperty(tagged, "meta", { value: { a: 1 } }); Object.freeze(Counted)`,
      `[Counted.count, Counted.up(), new Counted().double, tagged(), tagged.meta.a, Object.keys(tagged).length, Object.isFrozen(Counted)]`,
      `[ 1, "mine", 4, 1, 1, 0, true ]`,
    ],
  ],

  "built-in objects": [
    [
      `const d = new Date(5), never = new Date(NaN), r = /a\\/b/giu, u = new URL("https://x.y/z?q#h")`,
      `[d.getTime(), never.getTime(), String(r), u.href, u instanceof URL]`,
      `[ 5, NaN, "/a\\\\/b/giu", "https://x.y/z?q#h", true ]`,
    ],
    [
      `const query = new URLSearchParams("a=1&a=2"), heads = new Headers({ a: "1" });
      const stop = new DOMException("no", "AbortError"); class Own extends Headers { b = 2 } const own = new Own([["c", "3"]])`,
      `[query.getAll("a"), heads.get("a"), stop instanceof DOMException, stop.code, own instanceof Own, own.get("c"), own.b]`,
      `[ [ "1", "2" ], "1", true, 20, true, "3", 2 ]`,
    ],
    [
      `const boxes = [Object(1), Object("s"), Object(true), Object(2n)]`,
      `boxes.map((box) => typeof box + box)`,
      `[ "object1", "objects", "objecttrue", "object2" ]`,
    ],
    [
      `const map = new Map([[{ a: 1 }, new Set([1, "x"])], ["k", new Map()]]), set = new Set([map])`,
      `[map, set.has(map)]`,
      `[ Map(2) { { a: 1 } => Set(2) { 1, "x" }, "k" => Map(0) {} }, true ]`,
    ],
    [
      `const far = Object.assign(new RangeError("far", { cause: new Error("deep") }), { code: 7 });
      const all = new AggregateError([new TypeError("x")], "all")`,
      `[far instanceof RangeError, far.message, far.code, far.cause.message, Object.keys(far).join(),
        all instanceof AggregateError, all.errors[0] instanceof TypeError]`,
      `[ true, "far", 7, "deep", "code", true, true ]`,
    ],
    [
      `const views = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Float16Array,
        Int32Array, Uint32Array, Float32Array, Float64Array].map((View) => new View([1, 2]));
      const long = new BigInt64Array([-5n]), longs = new BigUint64Array([5n]), none = new Uint8Array()`,
      `[views.map((view) => view.constructor.name + view).join(), long[0], longs[0], none.length]`,
      `[ "Int8Array1,2,Uint8Array1,2,Uint8ClampedArray1,2,Int16Array1,2,Uint16Array1,2,` +
      `Float16Array1,2,Int32Array1,2,Uint32Array1,2,Float32Array1,2,Float64Array1,2", -5n, 5n, 0 ]`,
    ],
    [
      `const buffer = new Uint8Array([1, 2, 3]).buffer, within = new DataView(buffer, 1, 2)`,
      `[new Uint8Array(buffer), within.getUint8(0), within.byteLength, within.buffer === buffer]`,
      `[ Uint8Array(3) [ 1, 2, 3 ], 2, 2, true ]`,
    ],
  ],

  "identity": [
    [
      `const o = { n: 1 }; o.self = o; const list = [o]; list.push(list)`,
      `[o.self === o, list[0] === o, list[1] === list]`,
      `[ true, true, true ]`,
    ],
    [
      `const m = new Map(), s = new Set([m]); m.set(m, s)`,
      `[m.get(m) === s, s.has(m)]`,
      `[ true, true ]`,
    ],
    [
      `const a = { n: 1 }, b = { a }; let c = a`,
      `[a === b.a, a === c, (c.n = 5, b.a.n)]`,
      `[ true, true, 5 ]`,
    ],
    [
      `const before = [], inner = {}; before.push(inner); const after = { before, inner }`,
      `[before[0] === inner, after.before === before, after.inner === inner]`,
      `[ true, true, true ]`,
    ],
    [
      `const rows = Array.from({ length: 2_000 }, (_, i) => ({ i })), first = rows[0];
      const index = new Map(rows.map((row) => [row.i, row]))`,
      `[rows.length, rows[0] === first, index.get(1_999) === rows[1_999]]`,
      `[ 2000, true, true ]`,
    ],
    [
      `const p = { n: 1 }, q = { n: 2 }, r = { n: 3 }, every = [p, q, r], when = [new Date(0), r]`,
      `[every[0] === p, every[1] === q, every[2] === r, when[1] === r]`,
      `[ true, true, true, true ]`,
    ],
    [
      `const whole = new ArrayBuffer(16), x = new Uint8Array(whole, 3, 2), y = new Uint16Array(whole, 8, 1)`,
      `[x.buffer === whole, y.buffer === whole, (y[0] = 513, new Uint8Array(whole)[8])]`,
      `[ true, true, 1 ]`,
    ],
    [
      `const [v, w] = (() => { const bytes = new ArrayBuffer(64);
        return [new Uint8Array(bytes, 19, 4), new Uint8Array(bytes, 21, 4)] })(); v[2] = 9`,
      `[w[0], v.buffer === w.buffer, (w[1] = 7, v[3])]`,
      `[ 9, true, 7 ]`,
    ],
  ],

  "functions": [
    [
      `function add(a: number, b = a) { return a + b } const inc = (x: number): number => x + 1;
      const pick = ({ a = 1, b: [c] = [2] } = {}, ...rest) => [a, c, rest.length]`,
      `[add(1), add(1, 2), add.name, add.length, inc(1), inc.name, pick(undefined, 3)]`,
      `[ 2, 3, "add", 1, 2, "inc", [ 1, 2, 1 ] ]`,
    ],
    [
      `const twice = async (x) => 2 * await x; async function later() { return 3 }
      function* count(n) { yield n; yield* [n + 1] } async function* ticks() { yield 1 }
      const lazy = async function* (n) { for (let i = 0; i < n; i++) { await null; yield i } }`,
      `[await twice(2), await later(), [...count(1)], await Array.fromAsync(ticks()),
        await Array.fromAsync(lazy(2))]`,
      `[ 4, 3, [ 1, 2 ], [ 1 ], [ 0, 1 ] ]`,
    ],
    [
      `const factorial = function f(n) { return n < 2 ? 1 : n * f(n - 1) }`,
      `[factorial(5), factorial.name]`,
      `[ 120, "f" ]`,
    ],
    [
      `function counter() { return counter.n++ } counter.n = 1; counter.self = counter;
      const named = Object.assign(() => counter, { data: [1n], of: { counter } })`,
      `[counter(), counter.n, counter.self === counter, named() === counter, named.data, named.of.counter()]`,
      `[ 1, 2, true, true, [ 1n ], 2 ]`,
    ],
    [
      `const o = { n: 2, m() { return this.n }, async a() { return this.n }, *g() { yield this.n },
        f: (x) => x, "odd name"() { return 3 }, 5() { return 4 }, get() { return 6 }, async() { return 8 } }`,
      `[o.m(), await o.a(), [...o.g()], o.f(1), o["odd name"](), o[5](), o.get(), o.async(), o.m.name]`,
      `[ 2, 2, [ 2 ], 1, 3, 4, 6, 8, "m" ]`,
    ],
    [
      `const { get, set } = Object.getOwnPropertyDescriptor(
        { n: 0, get x() { return this.n }, set x(v) { this.n = v } }, "x"); const at = { n: 7 }`,
      `[get.call(at), (set.call(at, 8), at.n), get.name]`,
      `[ 7, 8, "get x" ]`,
    ],
    [
      [
        `const rate = 2; function base(x) { return x * rate }`,
        `const twofold = (x) => base(base(x))`,
      ],
      `twofold(3)`,
      `12`,
    ],
    [
      `let total = 40; function sum(n) { return total += n }`,
      `[sum(1), sum(1), total]`,
      `[ 41, 42, 42 ]`,
    ],
    [
      `function even(n) { return n === 0 || odd(n - 1) } function odd(n) { return n > 0 && even(n - 1) }`,
      `[even(10), odd(10)]`,
      `[ true, false ]`,
    ],
    [
      [
        `function f(n) { return n ? f(0) : "old" } const old = f, through = () => f(0)`,
        `function f(n) { return n ? f(0) : "new" }`,
      ],
      `[f(1), f(0), old(1), old(0), through()]`,
      `[ "new", "new", "new", "old", "new" ]`,
    ],
    [
      "const shown = (x) => `a${x}b`, quoted = () => '/*$cell:x*/ $cell_f[0]&&1', " +
      "parsed = () => /[/]\\/(?<n>x)/u.source, comment = (x) => x // the end\n",
      `[shown(1), quoted(), parsed(), comment(2)]`,
      `[ "a1b", "/*$cell:x*/ $cell_f[0]&&1", "[/]\\\\/(?<n>x)", 2 ]`,
    ],
    [
      `const classes = ["x"], classify = classes => classes.length, sorted = { classify() { return 1 } };
      const { classify: alone } = sorted`,
      `[classify(classes), sorted.classify(), alone()]`,
      `[ 1, 1, 1 ]`,
    ],
    [`function nested() { const f = (x) => () => x; return f(5)() }`, `nested()`, `5`],
  ],

  "classes": [
    [
      `class Point { n = 1; constructor(public m: number, readonly k = 3) {} sum() { return this.n + this.m }
        get twice() { return 2 * this.sum() } set twice(v) { this.m = v / 2 - this.n }
        static count = 0; static one() { return new Point(1) } static get zero() { return 0 }
        toString() { return "P" } *[Symbol.iterator]() { yield this.m } ["a b"]() { return 4 } }
      Point.count = 5; const point = new Point(2)`,
      `[point.sum(), point.twice, (point.twice = 8, point.m), Point.count, Point.one().sum(), Point.zero,
        String(point), [...point], point["a b"](), point.k, point instanceof Point, point.constructor === Point,
        Object.keys(Point).join(), Object.keys(point).join()]`,
      `[ 3, 6, 3, 5, 2, 0, "P", [ 3 ], 4, 3, true, true, "count", "m,k,n" ]`,
    ],
    [
      `class A { a = 1; hi() { return "A" } static make() { return new this() } }
      class B extends A { b = 2; hi() { return super.hi() + "B" } } const made = B.make(), base = new A()`,
      `[made.hi(), made.a, made.b, made instanceof A, made instanceof B, base instanceof B,
        Object.getPrototypeOf(B) === A]`,
      `[ "AB", 1, 2, true, true, false, true ]`,
    ],
    [
      `class Dictionary extends Map { extra = 1; half() { return this.size / 2 } }
      class Sum extends Array { total() { return this.reduce((a, b) => a + b, 0) } }
      class Failure extends TypeError { name = "Failure"; constructor(message, code) { super(message); this.code = code } }
      const words = new Dictionary([[1, 2]]), sum = Object.assign(Sum.from([1, 2, 3]), { of: "x" });
      const failure = new Failure("m", 5); words.own = sum`,
      `[words.get(1), words.extra, words.half(), words.own === sum, sum.total(), sum.of, sum.length, Array.isArray(sum),
        sum instanceof Sum, String(failure), failure.code, failure instanceof Failure, failure instanceof TypeError]`,
      `[ 2, 1, 0.5, true, 6, "x", 3, true, true, "Failure: m", 5, true, true ]`,
    ],
    [
      `class Bag extends Set { x = 1 } class Day extends Date { y = { z: 2 } } class Bytes extends Uint8Array { w = 3 }
      class Text extends String { v = 4 } const bag = new Bag([1]), day = new Day(5), bytes = new Bytes([9]), text = new Text("hi")`,
      `[bag.has(1), bag.x, day.getTime(), day.y.z, bytes[0], bytes.length, bytes.w, String(text), text.v, text.length]`,
      `[ true, 1, 5, 2, 9, 1, 3, "hi", 4, 2 ]`,
    ],
    [
      `class Item { constructor(n) { this.n = n } } const items = new Map([[1, new Item(1)], [2, new Item(2)]]), one = items.get(1)`,
      `[items.get(1) === one, one instanceof Item, items.get(2).n]`,
      `[ true, true, 2 ]`,
    ],
    [
      `class Node { constructor(up) { this.up = up; this.down = []; up?.down.push(this) } }
      const root = new Node(null), leaf = new Node(root); Node.root = root`,
      `[leaf.up === root, root.down[0] === leaf, Node.root === root, root instanceof Node]`,
      `[ true, true, true, true ]`,
    ],
    [
      [
        `class Model { v() { return 1 } static make() { return new Model() } } const older = new Model(), Older = Model`,
        `class Model { v() { return 2 } } const newer = new Model()`,
      ],
      `[older.v(), newer.v(), older instanceof Model, older instanceof Older, older.constructor.name, Older.make().v()]`,
      `[ 1, 2, false, true, "Model", 1 ]`,
    ],
    [
      [
        `const config = { size: 3 }`,
        `class Sized { static all = Array.from({ length: config.size }, (_, i) => i) }`,
      ],
      `[Sized.all, config.size]`,
      `[ [ 0, 1, 2 ], 3 ]`,
    ],
    [
      [`let inst`, `class K { k = 1; static first = inst } inst = new K()`],
      `[inst instanceof K, inst.k, K.first]`,
      `[ true, 1, undefined ]`,
    ],
    [
      `function Old(n) { this.n = n } Old.prototype.get = function () { return this.n }; Old.of = (n) => new Old(n);
      const ancient = new Old(4)`,
      `[ancient.get(), Old.of(5).get(), ancient instanceof Old, ancient.constructor === Old]`,
      `[ 4, 5, true, true ]`,
    ],
    [
      `function Older2(n) { this.n = n } Older2.prototype = { constructor: Older2, get() { return this.n } }; const elder = new Older2(4)`,
      `[elder.get(), new Older2(5).get(), elder instanceof Older2]`,
      `[ 4, 5, true ]`,
    ],
    [
      `const Plain = class { v() { return 1 } }, Sub = class Named extends Plain { w() { return 2 } }, kinds = [class { x = 1 }]`,
      `[new Plain().v(), Plain.name, new Sub().w(), Sub.name, new Sub().v(), new kinds[0]().x]`,
      `[ 1, "Plain", 2, "Named", 1, 1 ]`,
    ],
    [
      `class Late {} Late.prototype.added = function () { return this.data }; Late.prototype.data = [1]; const late = new Late()`,
      `[late.added(), Object.hasOwn(late, "data")]`,
      `[ [ 1 ], false ]`,
    ],
    [
      `class Bare extends Object { n = 1 } const bare = new Bare(), bares = { bare }`,
      `[bare instanceof Bare, bares.bare === bare, bare.n]`,
      `[ true, true, 1 ]`,
    ],
    [
      `class Hidden { #n = 1; get() { return this.#n } static #new() { return new Hidden() } static make() { return Hidden.#new() } }`,
      `[new Hidden().get(), Hidden.make().get()]`,
      `[ 1, 1 ]`,
    ],
  ],

  "classes that do something while they are made": [
    [
      `const registry = new Map(), names = [], stats = { made: 0 }; let count = 0, last;
      class Left { static { registry.set("left", this); names.push(this.name); count++; stats.made++; last = this } }
      class Right { static { registry.set("right", Right); names.push("Right"); count++; stats.made++; last = Right } }`,
      `[registry.size, registry.get("left") === Left, registry.get("right") === Right, names, count, stats.made, last === Right]`,
      `[ 2, true, true, [ "Left", "Right" ], 2, 2, true ]`,
    ],
    [
      `const list = []; class P { static { list.push(this) } } class Q { static { list.push(this, P) } }`,
      `[list.length, list[0] === P, list[1] === Q, list[2] === P]`,
      `[ 3, true, true, true ]`,
    ],
    [
      `const all = []; class U { static n = all.length; static { all.push("U") } } class V { static n = U.n + all.length; static u = new U() }
      const both = [V, U]`,
      `[U.n, V.n, V.u instanceof U, both[0] === V, all]`,
      `[ 0, 1, true, true, [ "U" ] ]`,
    ],
  ],

  "built-ins by their name": [
    [
      `const { floor } = Math, { log, error } = console, M = Math, Table = Map, proto = Array.prototype;
      const used = { stringify: JSON.stringify, Array, map: [].map, has: Object.prototype.hasOwnProperty, g: globalThis }`,
      `[floor === Math.floor, log === console.log, error === console.error, M === Math, Table === Map,
        proto === Array.prototype, used.stringify === JSON.stringify, used.Array === Array, used.map === proto.map,
        used.has === Object.prototype.hasOwnProperty, used.g === globalThis]`,
      `[ true, true, true, true, true, true, true, true, true, true, true ]`,
    ],
    [
      `const out = console, wait = setTimeout, web = [Headers, TextEncoder, atob, crypto, performance, queueMicrotask];
      class Head extends Headers {} const inspect = Deno.inspect, Format = Intl.NumberFormat`,
      `[out === console, wait === setTimeout,
        web.every((it, i) => it === [Headers, TextEncoder, atob, crypto, performance, queueMicrotask][i]),
        new Head([["a", "b"]]).get("a"), inspect === Deno.inspect, Format === Intl.NumberFormat]`,
      `[ true, true, true, "b", true, true ]`,
    ],
    [
      `const tools = new Map([["max", Math.max], ["Set", Set]]); class Own extends Map {} const MapOf = Own`,
      `[tools.get("max")(1, 2), new (tools.get("Set"))([1]).size, MapOf === Own, Object.getPrototypeOf(Own) === Map]`,
      `[ 2, 1, true, true ]`,
    ],
  ],

  "host functions": [
    [
      `const other = host, inside = { run: host, list: [host] }, wrap = async (x) => await host(x)`,
      `[await other(1), inside.run === host, inside.list[0] === host, await wrap(2), host.name]`,
      `[ 10, true, true, 20, "host" ]`,
    ],
  ],

  "names that stand for globals elsewhere": [
    [
      `const real = new Map([[1, 2]]), Real = Map, address = new URL("https://a.b/");
      class Map extends Real { extra = 1 } class URL { constructor(x) { this.x = x } }
      const mine = new Map([[3, 4]]), url = new URL("a"), Date = 5`,
      `[real.get(1), real instanceof Real, real instanceof Map, address.href, mine.get(3), mine.extra,
        mine instanceof Real, url.x, url instanceof URL, Date]`,
      `[ 2, true, false, "https://a.b/", 4, 1, true, "a", true, 5 ]`,
    ],
  ],

  "what only TypeScript has": [
    [
      `enum Level { Low = 1, High, Max = "max" } namespace Shapes { export const sides = 4; export const deep = { list: [1] };
        export function area(a: number) { return a * a } }`,
      `[Level.Low, Level[2], Level.Max, Shapes.sides, Shapes.deep.list, Shapes.area(3)]`,
      `[ 1, "High", "max", 4, [ 1 ], 9 ]`,
    ],
    [
      `export const exported = 1; export default function main() { return exported }
      abstract class Shape { abstract area(): number } class Square extends Shape { constructor(private a = 2) { super() } area() { return this.a ** 2 } }
      const square: Shape = new Square()`,
      `[main(), square.area(), square instanceof Shape]`,
      `[ 1, 4, true ]`,
    ],
  ],

  "names of all alphabets": [
    [
      `const größe = 1, 名 = { ключ: "ß" }, $ = 2, _ = 3, \\u0061bc = 4; function ünï() { return größe } class Ключ { é = 名 }
      const 鍵 = new Ключ()`,
      `[größe, 名.ключ, $, _, abc, ünï(), 鍵.é === 名, ünï.name, Ключ.name]`,
      `[ 1, "ß", 2, 3, 4, 1, true, "ünï", "Ключ" ]`,
    ],
    [
      `const __proto__ = { x: 1 }, constructor = [2], toString = () => "t"`,
      `[__proto__, constructor, toString()]`,
      `[ { x: 1 }, [ 2 ], "t" ]`,
    ],
  ],
};
