// A cell that spies on whatever is not fixed: it replaces every method and accessor within reach, gives names that machinery
// may ask for to all objects, and records who comes by. Everything that it uses itself is captured first.
const spy = (() => {
  const {
    apply,
    construct,
    defineProperty,
    get,
    getOwnPropertyDescriptor,
    getPrototypeOf,
    ownKeys,
    set,
  } = Reflect;
  const { setPrototypeOf, hasOwn } = Object;
  const { has: hasSeen, add: addSeen } = WeakSet.prototype;
  const { includes, slice } = String.prototype;
  const { decode } = TextDecoder.prototype;
  const { isView } = ArrayBuffer;
  const text = String;
  const decoder = new TextDecoder();
  const records = { __proto__: null };
  const seen = new WeakSet();
  const own = new WeakSet();
  const queue = { __proto__: null };
  let size = 0, length = 0, replaced = 0, isOn = false, isBusy = false;

  const WIRE = ["jsonrpc", "Content-Length", "Attachment-Lengths"];
  const isWire = (value) =>
    apply(includes, value, [WIRE[0]]) || apply(includes, value, [WIRE[1]]) ||
    apply(includes, value, [WIRE[2]]);
  const nameOf = (fn) => text(getOwnPropertyDescriptor(fn, "name")?.value);
  const keyOf = (key) => typeof key === "symbol" ? `[${key.description}]` : key;
  const classOf = (value) => {
    for (let at = getPrototypeOf(value); at !== null; at = getPrototypeOf(at)) {
      const made = getOwnPropertyDescriptor(at, "constructor")?.value;
      if (typeof made === "function") return nameOf(made);
    }
    return "null";
  };
  const describe = (value, depth) => {
    if (typeof value === "string") {
      return isWire(value) ? "WIRE TEXT" : `'${apply(slice, value, [0, 40])}'`;
    }
    if (typeof value === "function") return `function ${nameOf(value)}`;
    if (typeof value !== "object" || value === null) return typeof value;
    if (isView(value)) {
      return `${classOf(value)} ${isWire(apply(decode, decoder, [value])) ? "WIRE BYTES" : ""}`;
    }
    let line = `${classOf(value)}{`;
    const keys = depth > 0 ? ownKeys(value) : [];
    for (let i = 0; i < keys.length && i < 8; i++) {
      const property = getOwnPropertyDescriptor(value, keys[i]);
      line += `${keyOf(keys[i])}:${
        hasOwn(property, "value") ? describe(property.value, depth - 1) : "?"
      },`;
    }
    return line + "}";
  };
  const record = (label, receiver, args) => {
    if (!isOn || isBusy || size >= 5_000) return;
    isBusy = true;
    try {
      let line = `${label} | ${describe(receiver, 2)}`;
      for (let i = 0; i < args.length && i < 4; i++) line += ` | ${describe(args[i], 2)}`;
      if (!hasOwn(records, line)) size++, records[line] = 1;
    } catch {
      records[`${label} | cannot be described`] = 1;
    } finally {
      isBusy = false;
    }
  };
  const spyOn = (label, fn) => {
    const wrapper = function (...args) {
      record(label, this, args);
      if (!new.target) return apply(fn, this, args);
      return construct(fn, args, new.target === wrapper ? fn : new.target);
    };
    setPrototypeOf(wrapper, fn);
    apply(addSeen, own, [wrapper]);
    return wrapper;
  };
  const accessor = (label, { read, write }) => ({
    __proto__: null,
    configurable: true,
    get() {
      record(`${label} (get)`, this, []);
      return apply(read, this, []);
    },
    set(value) {
      record(`${label} (set)`, this, [value]);
      apply(write, this, [value]);
    },
  });
  const attempt = (action) => {
    try {
      if (action() !== false) replaced++;
    } catch { /* It is fixed. */ }
  };
  const reach = (value, path) => {
    const isObject = typeof value === "object" && value !== null || typeof value === "function";
    if (!isObject || apply(hasSeen, seen, [value]) || apply(hasSeen, own, [value])) return;
    apply(addSeen, seen, [value]);
    queue[length++] = { __proto__: null, value, path };
  };
  const crawl = () => {
    for (let i = 0; i < length; i++) {
      const { value, path } = queue[i];
      reach(getPrototypeOf(value), `${path}.__proto__`);
      const keys = ownKeys(value);
      for (let k = 0; k < keys.length; k++) {
        if (value === globalThis && keys[k] === "spy") continue;
        const property = getOwnPropertyDescriptor(value, keys[k]);
        const label = `${path}.${text(keyOf(keys[k]))}`;
        // Globals are loaded when they are asked for.
        if (value === globalThis && property.get) attempt(() => reach(value[keys[k]], label));
        reach(property.value, label);
        reach(property.get, label);
        reach(property.set, label);
      }
    }
  };
  const LEFT = { __proto__: null, spy: 1, globalThis: 1, self: 1 };
  const replace = (holder, key, label) => {
    const property = getOwnPropertyDescriptor(holder, key);
    if (property === undefined || holder === globalThis && key in LEFT) return;
    if (!property.configurable) {
      if (property.writable && typeof property.value === "function") {
        attempt(() => void (holder[key] = spyOn(label, property.value)));
      }
    } else if (!hasOwn(property, "value")) {
      const { get: read = () => undefined, set: write = () => {} } = property;
      attempt(() => defineProperty(holder, key, accessor(label, { read, write })));
    } else if (typeof property.value === "function" && key !== "constructor") {
      const value = spyOn(label, property.value);
      attempt(() => defineProperty(holder, key, { __proto__: null, ...property, value }));
    } else if (holder !== globalThis) {
      let { value } = property;
      const read = () => value;
      attempt(() =>
        defineProperty(holder, key, accessor(label, { read, write: (x) => void (value = x) }))
      );
    }
  };
  const plant = (holder, key, label) => {
    if (hasOwn(holder, key)) return;
    const write = function (value) {
      defineProperty(this, key, {
        __proto__: null,
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    };
    attempt(() => defineProperty(holder, key, accessor(label, { read: () => undefined, write })));
  };
  const NAMES = [
    ..."0123456789",
    "then",
    "data",
    "type",
    "value",
    "done",
    "get",
    "set",
    "next",
    "return",
    "throw",
    "toJSON",
    "text",
    "attachments",
    "id",
    "method",
    "params",
    "result",
    "error",
    "message",
    "writable",
    "enumerable",
    "configurable",
    "cell",
    "stream",
    "signal",
    "resolve",
    "reject",
    "listeners",
    "callback",
    "options",
    "once",
    "detail",
    "ports",
    "code",
    "name",
    "cause",
    "with",
    "index",
    "groups",
    "unsent",
    "receive",
    "tree",
    "plain",
    "ref",
    "path",
    "how",
    "args",
    "count",
    "size",
    Symbol.iterator,
    Symbol.asyncIterator,
    Symbol.toPrimitive,
    Symbol.toStringTag,
    Symbol.species,
    Symbol.hasInstance,
    Symbol.isConcatSpreadable,
    Symbol.match,
    Symbol.replace,
    Symbol.split,
    Symbol.dispose,
    ...Object.getOwnPropertySymbols(globalThis),
    ...Object.getOwnPropertySymbols(new Event("x")),
    ...Object.getOwnPropertySymbols(new AbortController().signal),
  ];
  const PLACES = {
    __proto__: null,
    Object,
    Array,
    Function,
    Map,
    Set,
    WeakMap,
    Promise,
    Error,
    TypeError,
    String,
    Number,
    Uint8Array,
    Iterator,
    ArrayBuffer,
    RegExp,
    Date,
    EventTarget,
    Event,
    MessageEvent,
    ErrorEvent,
    AbortSignal,
    MessagePort,
    FinalizationRegistry,
    TypedArray: getPrototypeOf(Uint8Array),
    NativeRegistry: getPrototypeOf(FinalizationRegistry),
    AsyncFunction: { prototype: getPrototypeOf(async () => {}) },
    AsyncGenerator: { prototype: getPrototypeOf((async function* () {})()) },
  };
  /** Members to replace again in each cell, because the kernel restores them. */
  const OPEN = [
    ...ownKeys(RegExp.prototype).map((key) => [RegExp.prototype, key, "RegExp.prototype"]),
    [Array.prototype, Symbol.iterator, "Array.prototype"],
    [Array.prototype, "constructor", "Array.prototype"],
    [Array, Symbol.species, "Array"],
    [Map.prototype, Symbol.iterator, "Map.prototype"],
    [Set.prototype, Symbol.iterator, "Set.prototype"],
    [String.prototype, Symbol.iterator, "String.prototype"],
    [PLACES.TypedArray.prototype, Symbol.iterator, "TypedArray.prototype"],
  ];
  const START = {
    __proto__: null,
    globalThis,
    list: [].values(),
    map: new Map().entries(),
    set: new Set().values(),
    text: ""[Symbol.iterator](),
    matches: "".matchAll(/x/g),
    match: /x/.exec("x"),
    generator: (function* () {})(),
    asyncGenerator: (async function* () {})(),
    asyncFunction: async () => {},
    event: new Event("x"),
    abort: new AbortController(),
    signal: AbortSignal.timeout(1e6),
    error: new Error("x"),
    promise: Promise.resolve(),
    channel: new MessageChannel(),
    timeout: setTimeout(() => {}, 1e6),
    interval: setInterval(() => {}, 1e6),
    registry: new FinalizationRegistry(() => {}),
    url: new URL("https://a.b"),
    blob: new Blob([]),
    encoder: new TextEncoder(),
    decoder: new TextDecoder(),
    segment: new Intl.Segmenter(),
  };
  const between = (holder, label) => {
    const proxy = new Proxy(getPrototypeOf(holder), {
      __proto__: null,
      get: (
        target,
        key,
        receiver,
      ) => (record(`${label} asks ${text(keyOf(key))}`, receiver, []), get(target, key, receiver)),
      set: (
        target,
        key,
        value,
        receiver,
      ) => (record(`${label} sets ${text(keyOf(key))}`, receiver, [value]),
        set(target, key, value, receiver)),
    });
    apply(addSeen, own, [proxy]);
    attempt(() => void setPrototypeOf(holder, proxy));
  };
  return {
    __proto__: null,
    arm() {
      for (const name in START) reach(START[name], name);
      crawl();
      for (const name in PLACES) {
        for (let i = 0; i < NAMES.length; i++) {
          const key = NAMES[i];
          if (hasOwn(PLACES[name], "prototype")) {
            plant(PLACES[name].prototype, key, `${name}.prototype.${text(keyOf(key))}`);
          }
          if (typeof PLACES[name] === "function") {
            plant(PLACES[name], key, `${name}.${text(keyOf(key))}`);
          }
        }
      }
      for (
        const name of [
          "Array",
          "Map",
          "Set",
          "Promise",
          "Uint8Array",
          "Function",
          "RegExp",
          "EventTarget",
          "Error",
        ]
      ) {
        between(PLACES[name].prototype, `between ${name}`);
      }
      for (let i = 0; i < length; i++) {
        const { value, path } = queue[i];
        const keys = ownKeys(value);
        for (let k = 0; k < keys.length; k++) {
          replace(value, keys[k], `${path}.${text(keyOf(keys[k]))}`);
        }
      }
      isOn = true;
      return replaced;
    },
    again() {
      for (let i = 0; i < OPEN.length; i++) {
        replace(OPEN[i][0], OPEN[i][1], `${OPEN[i][2]}.${text(keyOf(OPEN[i][1]))}`);
      }
      isOn = true;
      // The engine may have ended a cell in the middle of a record.
      isBusy = false;
    },
    tell() {
      isOn = false;
      const lines = ownKeys(records);
      let all = "";
      for (let i = 0; i < lines.length; i++) all += lines[i] + "\n";
      return all;
    },
  };
})();
spy.arm();
