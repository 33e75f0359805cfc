// @ts-self-types="./kernel.d.ts"
// The kernel as one file, made from main.ts by `deno task kernel`. Do not edit it.
// deno-lint-ignore-file
// deno-fmt-ignore-file
// sources 544c5827efb5644c3f838a7a5fe37e8fda0c42c7cba6dfe92f0a93e96ad8064d, text 5dbb3c3fefa2521119b98bfe491fd57a679d5e92390c51e41324d473441b1bf4
// src/rpc/builtins.ts
var { AbortController, AggregateError, Array: Array2, ArrayBuffer, Atomics: Atomics2, BigInt, Boolean, DOMException, DataView, Date, Error: Error2, EvalError: EvalError2, FinalizationRegistry: FinalizationRegistry2, Float64Array: Float64Array2, Int32Array, JSON: JSON2, Map, Math: Math2, Number: Number2, Object: Object2, Promise: Promise2, Proxy, RangeError, ReferenceError: ReferenceError2, Reflect: Reflect2, RegExp, Set: Set2, SharedArrayBuffer, String, SuppressedError, Symbol, SyntaxError, TextDecoder, TextEncoder: TextEncoder2, TypeError: TypeError2, URIError: URIError2, URL: URL2, URLSearchParams, Uint32Array: Uint32Array2, Uint8Array: Uint8Array2, WeakMap, WeakRef, WeakSet } = globalThis;
var realm = globalThis;

// src/rpc/protocol.ts
var HOST_SIGNALS = {
  /** Stops the running cell. */
  order: "SIGURG",
  /** Stops what earlier cells left running. */
  nudge: "SIGUSR2",
  /** Do nothing to a kernel: a terminal sends them to the whole group of processes, and means the host. */
  ignored: [
    "SIGINT"
  ]
};
var LIMITED = "limited";
var LAST_WORDS = "cave-agent kernel: ";

// src/rpc/values/plain_json.ts
var MAX_DEPTH = 1e3;
var MAX_KEYED_ARRAY = 1e3;
var { getPrototypeOf, keys } = Object2;
var { isArray } = Array2;
var objectPrototype = Object2.prototype;
var arrayPrototype = Array2.prototype;
var LARGE_TEXT_CHARS = 1024 * 1024;
function isLargeText(text2) {
  return text2.length >= LARGE_TEXT_CHARS && text2.isWellFormed();
}
var ELEMENT_CHARS = 8;
function isPlainJson(value2, visitor = new ObjectsMet()) {
  return isPlain(value2, visitor, 0);
}
var ObjectsMet = class {
  #met = new Set2();
  isNew(value2) {
    return this.#met.size !== this.#met.add(value2).size;
  }
  spend() {
  }
  admits(text2) {
    return !isLargeText(text2);
  }
};
function isPlain(value2, visitor, depth) {
  switch (typeof value2) {
    case "string":
      visitor.spend(value2.length);
      return visitor.admits === void 0 || visitor.admits(value2);
    case "boolean":
      return true;
    case "number":
      return isPlainNumber(value2);
    case "object":
      break;
    default:
      return false;
  }
  if (value2 === null) return true;
  if (depth >= MAX_DEPTH) return false;
  const prototype = getPrototypeOf(value2);
  if (prototype === arrayPrototype && isArray(value2)) {
    if (!visitor.isNew(value2) || hasExtraKeys(value2)) return false;
    visitor.spend(ELEMENT_CHARS * value2.length);
    for (let i = 0; i < value2.length; i++) {
      if (!isPlain(value2[i], visitor, depth + 1)) return false;
    }
    return true;
  }
  if (prototype !== objectPrototype && prototype !== null) return false;
  if (!visitor.isNew(value2)) return false;
  const record = value2;
  for (const key in record) {
    visitor.spend(key.length);
    if (!isPlain(record[key], visitor, depth + 1)) return false;
  }
  return true;
}
function isPlainNumber(value2) {
  return value2 - value2 === 0 && (value2 !== 0 || 1 / value2 > 0);
}
function hasExtraKeys(array) {
  return array.length <= MAX_KEYED_ARRAY && keys(array).length !== array.length;
}

// src/rpc/utf8.ts
var decoder = new TextDecoder("utf-8", {
  ignoreBOM: true
});
var strictDecoder = new TextDecoder("utf-8", {
  ignoreBOM: true,
  fatal: true
});
var REPLACEMENT = "\uFFFD";
function decodeUtf8(bytes) {
  const text2 = decoder.decode(bytes);
  return text2.includes(REPLACEMENT) ? strictDecoder.decode(bytes) : text2;
}

// src/rpc/values/blobs.ts
var { apply } = Reflect2;
var toStringTag = Object2.prototype.toString;
var globals = {
  Blob: Object2.getOwnPropertyDescriptor(globalThis, "Blob"),
  File: Object2.getOwnPropertyDescriptor(globalThis, "File")
};
function load(name) {
  const { get: get3, value: value2 } = globals[name];
  return get3 === void 0 ? value2 : apply(get3, realm, []);
}
function isBlob(value2) {
  const tag2 = apply(toStringTag, value2, []);
  return (tag2 === "[object Blob]" || tag2 === "[object File]") && value2 instanceof load("Blob");
}
function isFile(value2) {
  return value2 instanceof load("File");
}
function makeBlob(content, type) {
  return new (load("Blob"))([
    content
  ], {
    type
  });
}
function makeFile(content, { name, type, lastModified }) {
  return new (load("File"))([
    content
  ], name, {
    type,
    lastModified
  });
}
var BlobsNotRead = class extends Error2 {
  name = "BlobsNotRead";
};
var BlobContents = class {
  #contents = new Map();
  #missing = false;
  /** Returns the contents of a Blob, or `undefined` if they were not read yet. */
  get(blob) {
    const content = this.#contents.get(blob);
    if (content === void 0) {
      this.#contents.set(blob, void 0);
      this.#missing = true;
    }
    return content;
  }
  /** Throws if the contents of a Blob were missing. To be called when the value has been written. */
  check() {
    if (this.#missing) throw new BlobsNotRead("Cannot write a Blob before it is read");
  }
  /** Reads the missing contents. */
  async read() {
    this.#missing = false;
    const { arrayBuffer } = load("Blob").prototype;
    const blobs = [];
    this.#contents.forEach((content, blob) => {
      if (content === void 0) blobs[blobs.length] = blob;
    });
    for (let i = 0; i < blobs.length; i++) {
      this.#contents.set(blobs[i], await apply(arrayBuffer, blobs[i], []));
    }
  }
};
function withBlobs(write) {
  const blobs = new BlobContents();
  try {
    return write(blobs);
  } catch (error) {
    if (!(error instanceof BlobsNotRead)) throw error;
    return writeLater(write, blobs);
  }
}
var MAX_READS = 5;
async function writeLater(write, blobs) {
  for (let reads = 0; reads < MAX_READS; reads++) {
    await blobs.read();
    try {
      return write(blobs);
    } catch (error) {
      if (!(error instanceof BlobsNotRead)) throw error;
    }
  }
  throw new TypeError2("Cannot encode a value: it has other Blobs each time it is looked at");
}

// src/rpc/values/_headers.ts
var { apply: apply2 } = Reflect2;
var toStringTag2 = Object2.prototype.toString;
var { get, value } = Object2.getOwnPropertyDescriptor(globalThis, "Headers");
var HeadersClass;
var forEach;
function load2() {
  HeadersClass ??= get === void 0 ? value : apply2(get, realm, []);
  forEach ??= HeadersClass.prototype.forEach;
  return HeadersClass;
}
function isHeaders(value2) {
  return apply2(toStringTag2, value2, []) === "[object Headers]" && value2 instanceof load2();
}
function headerEntries(headers2) {
  load2();
  const entries = [];
  apply2(forEach, headers2, [
    (value2, name) => {
      entries[entries.length] = [
        name,
        value2
      ];
    }
  ]);
  return entries;
}
function makeHeaders(entries) {
  const headers2 = new (load2())();
  for (let i = 0; i < entries.length; i++) {
    const { 0: name, 1: value2 } = entries[i];
    let end = value2.length;
    while (end > 0 && value2.endsWith(", ", end)) end -= 2;
    headers2.append(name, value2.slice(0, end));
    for (; end < value2.length; end += 2) headers2.append(name, "");
  }
  return headers2;
}

// src/rpc/lists.ts
function mapList(list, toItem) {
  const items = [];
  for (let i = 0; i < list.length; i++) items[i] = toItem(list[i]);
  return items;
}
function filterList(list, isWanted) {
  const items = [];
  for (let i = 0; i < list.length; i++) {
    if (isWanted(list[i])) items[items.length] = list[i];
  }
  return items;
}
function partOf(list, { start = 0, end = list.length } = {}) {
  const items = [];
  for (let i = start; i < end && i < list.length; i++) items[items.length] = list[i];
  return items;
}
function listOfSet(set) {
  const items = [];
  set.forEach((item) => {
    items[items.length] = item;
  });
  return items;
}
function valuesOf(map) {
  const values2 = [];
  map.forEach((value2) => {
    values2[values2.length] = value2;
  });
  return values2;
}

// src/rpc/patterns.ts
var { apply: apply3 } = Reflect2;
var { exec } = RegExp.prototype;
function matchOf(pattern, text2) {
  return apply3(exec, pattern, [
    text2
  ]);
}
function hasMatch(pattern, text2) {
  return matchOf(pattern, text2) !== null;
}
function replaceMatches(text2, { pattern, replace }) {
  let result = "";
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = matchOf(pattern, text2); match !== null; match = matchOf(pattern, text2)) {
    result += text2.slice(end, match.index) + replace(match);
    end = pattern.lastIndex;
  }
  return end === 0 ? text2 : result + text2.slice(end);
}

// src/text/truncate.ts
function headOf(text2, maxChars) {
  if (text2.length <= maxChars) return text2;
  const end = wholeLength(maxChars);
  return text2.slice(0, splitsPair(text2, end) ? end - 1 : end);
}
function tailOf(text2, maxChars) {
  if (text2.length <= maxChars) return text2;
  const start = text2.length - wholeLength(maxChars);
  return text2.slice(splitsPair(text2, start) ? start + 1 : start);
}
function truncate(text2, maxChars, options = {}) {
  if (text2.length <= maxChars) return text2;
  const { mark = "..." } = options;
  const head = headOf(text2, maxChars);
  return head + (typeof mark === "string" ? mark : mark(text2.length - head.length));
}
function wholeLength(maxChars) {
  return maxChars > 0 ? maxChars - maxChars % 1 : 0;
}
function splitsPair(text2, offset) {
  return offset > 0 && offset < text2.length && isHigh(text2.charCodeAt(offset - 1)) && isLow(text2.charCodeAt(offset));
}
function isHigh(unit) {
  return unit >= 55296 && unit <= 56319;
}
function isLow(unit) {
  return unit >= 56320 && unit <= 57343;
}

// src/rpc/values/_node_parts.ts
function text(value2) {
  if (typeof value2 !== "string") throw malformed(value2);
  return value2;
}
function number(value2) {
  if (typeof value2 !== "number") throw malformed(value2);
  return value2;
}
function bigint(digits) {
  if (!hasMatch(/^-?[\da-f]+$/, digits)) throw malformed(digits);
  return digits.startsWith("-") ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}
function regexp(source, flags) {
  try {
    return new RegExp(source, flags);
  } catch {
    throw malformed(source);
  }
}
function headers(entries, count) {
  if (!Array2.isArray(entries)) throw malformed(entries);
  const pairs = mapList(entries, (entry) => {
    if (!Array2.isArray(entry) || entry.length !== 2) throw malformed(entry);
    const pair = [
      text(entry[0]),
      text(entry[1])
    ];
    count();
    for (let end = pair[1].length; pair[1].endsWith(", ", end); end -= 2) count();
    return pair;
  });
  try {
    return makeHeaders(pairs);
  } catch {
    throw malformed(entries);
  }
}
function integer(value2) {
  if (typeof value2 !== "number" || !Number2.isSafeInteger(value2) || value2 < 0) {
    throw malformed(value2);
  }
  return value2;
}
function found(table, key) {
  const value2 = table.get(text(key));
  if (value2 === void 0) throw malformed(key);
  return value2;
}
function fail(value2) {
  throw malformed(value2);
}
function malformed(value2) {
  const shown = JSON2.stringify(value2) ?? String(value2);
  return new TypeError2(`Cannot decode a value: ${truncate(shown, 80)} is malformed`);
}
var VIEWS = new Map(Object2.entries({
  Int8Array,
  Uint8Array: Uint8Array2,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Float16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView
}));
var NUMBERS = new Map([
  [
    "NaN",
    NaN
  ],
  [
    "Infinity",
    Infinity
  ],
  [
    "-Infinity",
    -Infinity
  ],
  [
    "-0",
    -0
  ]
]);
var ERRORS = new Map(Object2.entries({
  Error: Error2,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError: TypeError2,
  URIError
}));
function toError(name, message2) {
  return name === "AggregateError" ? new AggregateError([], message2) : new (ERRORS.get(name) ?? Error2)(message2);
}
function hide(error, name) {
  if (Object2.hasOwn(error, name)) Object2.defineProperty(error, name, {
    enumerable: false
  });
}

// src/rpc/values/_attachments.ts
var AttachmentReader = class {
  #attachments;
  #buffers;
  #uses = [];
  #texts = [];
  #blobs = [];
  /**
   * @param attachments The attachments.
   * @param buffers The buffers of those that were read already. Trees that share a buffer have the same attachment.
   */
  constructor(attachments, buffers) {
    this.#attachments = attachments;
    this.#buffers = buffers;
  }
  /** Returns an attachment as an ArrayBuffer. */
  buffer(index) {
    const i = integer(index);
    const bytes = this.#use(i, "buffer");
    const known = this.#buffers.get(bytes);
    if (known !== void 0) return known;
    const buffer = wholeBuffer(bytes);
    this.#buffers.set(bytes, buffer);
    return buffer;
  }
  /** Returns the text of an attachment. */
  text(index) {
    const i = integer(index);
    const bytes = this.#use(i, "text");
    return this.#texts[i] ??= decodeUtf8(bytes);
  }
  /** Returns a Blob with the contents of an attachment. Blobs that are made of it share them. */
  blob(index) {
    const i = integer(index);
    const bytes = this.#use(i, "blob");
    return this.#blobs[i] ??= makeBlob(wholeBuffer(bytes), "");
  }
  #use(index, use) {
    const bytes = this.#attachments[index];
    if (bytes === void 0 || (this.#uses[index] ??= use) !== use) throw malformed(index);
    return bytes;
  }
};
function wholeBuffer(bytes) {
  const own = bytes.byteLength === bytes.buffer.byteLength;
  return (own ? bytes : bytes.slice()).buffer;
}

// src/rpc/values/budget/_collisions.ts
var { asUintN } = BigInt;
var MIN_KEYS = 32;
var MAX_HONEST_CHAIN = 8;
var MAX_HASHED_CHARS = 16383;
var CHARS_PER_COMPARISON = 40;
var Collisions = class {
  /** The number of keys in each bucket of the table; empty for a small one. */
  #buckets;
  #lengths;
  /** @param size The number of keys. */
  constructor(size) {
    this.#buckets = new Uint32Array2(size < MIN_KEYS ? 0 : 2 ** (Math2.ceil(Math2.log2(size)) - 1));
  }
  /** Adds a key, and returns how many comparisons beyond the usual ones that takes. */
  add(key) {
    if (typeof key === "string") return this.#addText(key);
    if (this.#buckets.length === 0 || typeof key !== "number" && typeof key !== "bigint") {
      return 0;
    }
    const bucket = hashOf(key) & this.#buckets.length - 1;
    const length = this.#buckets[bucket];
    this.#buckets[bucket] = length + 1;
    return length > MAX_HONEST_CHAIN ? length : 0;
  }
  #addText({ length }) {
    if (length <= MAX_HASHED_CHARS) return 0;
    const lengths = this.#lengths ??= new Map();
    const count = lengths.get(length) ?? 0;
    lengths.set(length, count + 1);
    return count * length / CHARS_PER_COMPARISON;
  }
};
var bits = new ArrayBuffer(8);
var float = new Float64Array2(bits);
var words = new Uint32Array2(bits);
function hashOf(key) {
  return typeof key === "number" ? hashOfNumber(key) : hashOfBigInt(key);
}
function hashOfNumber(key) {
  if (key === (key | 0)) return hashOfInteger(key);
  float[0] = key;
  return hashOfWords(words[0], words[1]);
}
function hashOfBigInt(key) {
  const digit = asUintN(64, key < 0n ? -key : key);
  return digit === 0n ? 0 : hashOfWords(Number(asUintN(32, digit)), Number(digit >> 32n));
}
function hashOfInteger(key) {
  let hash = ~key + (key << 15);
  hash ^= hash >>> 12;
  hash += hash << 2;
  hash ^= hash >>> 4;
  hash = Math2.imul(hash, 2057);
  hash ^= hash >>> 16;
  return hash & 1073741823;
}
function hashOfWords(low, high) {
  const shifted = low << 18 >>> 0;
  let sum = (~low >>> 0) + shifted;
  let h = (~high >>> 0) + ((high << 18 | low >>> 14) >>> 0) + carryOf(sum) | 0;
  let l = sum | 0;
  l ^= l >>> 31 | h << 1;
  h ^= h >>> 31;
  const product = (l >>> 0) * 21;
  h = Math2.imul(h, 21) + Math2.floor(product / 2 ** 32) | 0;
  l = product | 0;
  l ^= l >>> 11 | h << 21;
  h ^= h >>> 11;
  sum = (l >>> 0) + (l << 6 >>> 0);
  h = h + (h << 6 | l >>> 26) + carryOf(sum) | 0;
  l = sum | 0;
  l ^= l >>> 22 | h << 10;
  return l & 1073741823;
}
function carryOf(sum) {
  return sum >= 2 ** 32 ? 1 : 0;
}

// src/rpc/values/budget/budget.ts
var { now: currentTime } = Date;
var MAX_HOLES = 1e4;
var MAX_ALL_HOLES = 1e6;
var MAX_WEIGHT = 5e5;
var WEIGHTS = new Map([
  [
    "map",
    1
  ],
  [
    "set",
    1
  ],
  [
    "regexp",
    1
  ],
  [
    "url",
    1
  ],
  [
    "params",
    2
  ],
  [
    "headers",
    5
  ],
  [
    "buffer",
    1
  ],
  [
    "view",
    1
  ],
  [
    "error",
    5
  ],
  [
    "exception",
    5
  ],
  [
    "blob",
    10
  ],
  [
    "file",
    10
  ],
  // A reference is a proxy with its closures, and is registered for when it becomes garbage: 10,000 in one value.
  [
    "mine",
    50
  ]
]);
var MAX_COMPARISONS = 5e6;
var MAX_SLOW_MS = 5e3;
var KEYS_PER_MS = 500;
var KEYS_PER_LOOK = 512;
var Budget = class {
  #refuse;
  #weight = 0;
  #holes = 0;
  #comparisons = 0;
  #slowMs = 0;
  /** @param refuse Returns the error for a value that is refused for a reason, which is the end of a sentence. */
  constructor(refuse3 = refuseToDecode) {
    this.#refuse = refuse3;
  }
  /**
   * Counts an object.
   *
   * @param tag The tag of its node.
   * @param count The number of such objects. @default 1
   */
  add(tag2, count = 1) {
    this.#weight += count * (WEIGHTS.get(tag2) ?? 0);
    if (this.#weight > MAX_WEIGHT) {
      throw this.#refuse("it has too many objects that are no plain data, or references");
    }
  }
  /** Counts the missing elements of an array. */
  array(length, entries) {
    const holes = length - entries;
    if (holes > MAX_HOLES) {
      throw this.#refuse(`it has an array of length ${length} with ${entries} entries, and no more than ${MAX_HOLES} may be missing: use a Map`);
    }
    this.#holes += holes > 0 ? holes : 0;
    if (this.#holes > MAX_ALL_HOLES) {
      throw this.#refuse(`its arrays lack more than ${MAX_ALL_HOLES} elements: use Maps`);
    }
  }
  /** Counts the comparisons that the keys of a Map or Set take. */
  keys(keys8) {
    const collisions = new Collisions(keys8.length);
    for (let i = 0; i < keys8.length; i++) this.#comparisons += collisions.add(keys8[i]);
    if (this.#comparisons > MAX_COMPARISONS) throw this.#collision();
  }
  /**
   * Adds keys to a Map or Set.
   *
   * @param keys The keys.
   * @param add Adds the key with an index.
   */
  fill(keys8, add) {
    this.keys(keys8);
    let from2 = currentTime();
    for (let i = 0; i < keys8.length; i++) {
      add(i);
      if (i % KEYS_PER_LOOK !== KEYS_PER_LOOK - 1) continue;
      const now2 = currentTime();
      const slow = now2 - from2 - KEYS_PER_LOOK / KEYS_PER_MS;
      from2 = now2;
      if (slow > 0) this.#slowMs += slow;
      if (this.#slowMs > MAX_SLOW_MS) throw this.#collision();
    }
  }
  #collision() {
    return this.#refuse("the keys of its Maps or Sets have the same hash too often: use short strings");
  }
};
function refuseToDecode(reason) {
  return new RangeError(`Cannot decode a value: ${reason}`);
}

// src/rpc/values/array_index.ts
var MAX_INDICES = 2 ** 32 - 1;
function isArrayIndex(key) {
  return typeof key === "string" && hasMatch(/^(?:0|[1-9]\d{0,9})$/, key) && Number2(key) < MAX_INDICES;
}

// src/rpc/values/_hidden_methods.ts
var { getOwnPropertyNames } = Object2;
var OBJECT_NAMES = namesOf([
  Object2.prototype
], [
  "toJSON",
  "then"
]);
var ERROR_NAMES = namesOf([
  Object2.prototype,
  Error2.prototype
], [
  "toJSON",
  "then",
  "stack"
]);
var EXCEPTION_NAMES = namesOf([
  Object2.prototype,
  Error2.prototype,
  DOMException.prototype
], [
  "toJSON",
  "then",
  "stack"
]);
function namesOf(prototypes, names) {
  const all = new Set2();
  for (let i = 0; i < prototypes.length; i++) {
    const own = getOwnPropertyNames(prototypes[i]);
    for (let j = 0; j < own.length; j++) all.add(own[j]);
  }
  for (let i = 0; i < names.length; i++) all.add(names[i]);
  return all;
}
function hidesMethod(target, name) {
  if (Array2.isArray(target)) return !isArrayIndex(name);
  if (target instanceof DOMException) return EXCEPTION_NAMES.has(name);
  return (target instanceof Error2 ? ERROR_NAMES : OBJECT_NAMES).has(name);
}
function hiddenMethodReason(target, name) {
  if (name === "then") return "a function that makes what has it a promise: await that first";
  return Array2.isArray(target) ? "a function beside the elements of an array, which could hide a method: put both into an object" : `a function that would hide the built-in ${name}: rename it`;
}

// src/rpc/values/tree_decoder.ts
var MAX_SPARSE_LENGTH = 2 ** 32 - 1;
var TreeDecoder = class {
  #attachments;
  /** Objects by number, in the order in which the encoder reached them. */
  #objects;
  #extension;
  #budget;
  #next = 0;
  #depth = 0;
  /**
   * @param attachments The attachments of the message.
   * @param options The reader of other values, and the state shared with other trees.
   */
  constructor(attachments, options = {}) {
    this.#attachments = new AttachmentReader(attachments, options.buffers ?? new Map());
    this.#extension = options.extension;
    this.#objects = options.objects ?? [];
    this.#budget = options.crosses ? new Budget() : void 0;
  }
  /**
   * Reads a tree.
   *
   * @param node A node that `TreeEncoder` made.
   * @throws {TypeError} If the node is malformed.
   * @throws {RangeError} If a value from the other side exceeds its budget.
   */
  decode(node) {
    if (typeof node !== "object" || node === null) return node;
    if (this.#budget !== void 0 && this.#depth > MAX_DEPTH) {
      throw new RangeError(`Cannot decode a value: it is nested more than ${MAX_DEPTH} levels deep`);
    }
    this.#depth++;
    const value2 = this.#object(node);
    this.#depth--;
    return value2;
  }
  #object(node) {
    if (Array2.isArray(node)) return this.#array(node);
    if (Object2.hasOwn(node, "$")) {
      const list = node.$;
      if (!Array2.isArray(list) || Object2.keys(node).length > 1) throw malformed(node);
      return this.#tagged(list);
    }
    return this.#record(node);
  }
  #array(nodes) {
    const array = this.number([]);
    for (let i = 0; i < nodes.length; i++) array[i] = this.decode(nodes[i]);
    return array;
  }
  #record(node) {
    return this.assign(this.number({}), node);
  }
  number(value2) {
    this.#objects[this.#next++] = value2;
    return value2;
  }
  reserve() {
    const number2 = this.#next++;
    return (value2) => {
      this.#objects[number2] = value2;
    };
  }
  assign(target, node) {
    if (typeof node !== "object" || node === null || Array2.isArray(node)) throw malformed(node);
    const record = node;
    const names = Object2.keys(record);
    for (let i = 0; i < names.length; i++) this.#define(target, names[i], record[names[i]]);
    return target;
  }
  #define(target, name, node) {
    const value2 = this.decode(node);
    if (typeof value2 === "function" && this.#budget !== void 0 && hidesMethod(target, name)) {
      const reason = hiddenMethodReason(target, name);
      throw new TypeError2(`Cannot decode a value: ${JSON2.stringify(name)} is ${reason}`);
    }
    define(target, name, value2);
  }
  #tagged(list) {
    const { 0: tag2, 1: first, 2: second, 3: third, 4: fourth } = list;
    this.#budget?.add(tag2);
    switch (tag2) {
      case "undefined":
        return void 0;
      case "number":
        return found(NUMBERS, first);
      case "bigint":
        return bigint(text(first));
      case "ref":
        return this.#reference(list);
      case "object":
        return this.#record(first);
      case "array":
        return this.#sparse(integer(first), second);
      case "date":
        return this.number(new Date(first === null ? NaN : number(first)));
      case "regexp":
        return this.number(regexp(text(first), text(second)));
      case "url":
        return this.number(new URL2(text(first)));
      case "params":
        return this.number(new URLSearchParams(text(first)));
      case "headers":
        return this.number(headers(first, () => this.#budget?.add(tag2)));
      case "box":
        return this.#box(first);
      case "map":
        return this.#map(first);
      case "set":
        return this.#set(first);
      case "error":
        return this.#error(toError(text(first), text(second)), text(first), third);
      case "exception":
        return this.#error(new DOMException(text(second), text(first)), text(first), third);
      case "buffer":
        return this.number(this.#attachments.buffer(first));
      case "text":
        return this.#attachments.text(first);
      case "blob":
        return this.number(makeBlob(this.#attachments.blob(first), text(second)));
      case "file":
        return this.number(makeFile(this.#attachments.blob(first), {
          type: text(second),
          name: text(third),
          lastModified: number(fourth)
        }));
      case "view":
        return this.number(new (found(VIEWS, first))(this.#attachments.buffer(second), integer(third), integer(fourth)));
      default: {
        const extended = this.#extension?.decode(list, this);
        if (extended === void 0) throw malformed(list);
        return extended[0];
      }
    }
  }
  #reference(list) {
    const { 1: first, 2: tree } = list;
    const number2 = integer(first);
    if (tree !== void 0) return this.#extension?.find(number2, text(tree)) ?? fail(list);
    return this.#objects[number2] ?? this.#extension?.find(number2) ?? fail(list);
  }
  #sparse(length, entries) {
    if (length > MAX_SPARSE_LENGTH || !Array2.isArray(entries)) throw malformed(entries);
    this.#budget?.array(length, entries.length);
    const array = this.number([]);
    array.length = length;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      if (!Array2.isArray(entry)) throw malformed(entry);
      this.#define(array, text(entry[0]), entry[1]);
    }
    if (array.length !== length) throw malformed(length);
    return array;
  }
  #box(node) {
    const primitive = this.decode(node);
    if (typeof primitive === "object" || primitive === void 0) throw malformed(node);
    return this.number(Object2(primitive));
  }
  #map(nodes) {
    if (!Array2.isArray(nodes) || nodes.length % 2 !== 0) throw malformed(nodes);
    const map = this.number(new Map());
    const keys8 = [];
    const values2 = [];
    for (let i = 0; i < nodes.length; i += 2) {
      keys8[keys8.length] = this.decode(nodes[i]);
      values2[values2.length] = this.decode(nodes[i + 1]);
    }
    this.#fill(keys8, (i) => map.set(keys8[i], values2[i]));
    return map;
  }
  #set(nodes) {
    if (!Array2.isArray(nodes)) throw malformed(nodes);
    const set = this.number(new Set2());
    const items = [];
    for (let i = 0; i < nodes.length; i++) items[i] = this.decode(nodes[i]);
    this.#fill(items, (i) => set.add(items[i]));
    return set;
  }
  #fill(keys8, add) {
    if (this.#budget !== void 0) return this.#budget.fill(keys8, add);
    for (let i = 0; i < keys8.length; i++) add(i);
  }
  #error(error, name, own) {
    this.number(error);
    if (error.name !== name) {
      Object2.defineProperty(error, "name", {
        value: name,
        configurable: true,
        writable: true
      });
    }
    this.assign(error, own);
    hide(error, "cause");
    hide(error, "errors");
    return error;
  }
};
function define(target, name, value2) {
  if (name === "__proto__") {
    Object2.defineProperty(target, name, {
      value: value2,
      writable: true,
      enumerable: true,
      configurable: true
    });
  } else target[name] = value2;
}

// src/rpc/values/kinds.ts
var { getPrototypeOf: getPrototypeOf2 } = Object2;
var { isArray: isArray2 } = Array2;
var { isView } = ArrayBuffer;
var { apply: apply4 } = Reflect2;
var toStringTag3 = Object2.prototype.toString;
var objectPrototype2 = Object2.prototype;
function isInstance(value2) {
  const prototype = getPrototypeOf2(value2);
  if (prototype === null || prototype === objectPrototype2) return false;
  const kind = apply4(toStringTag3, value2, []).slice(8, -1);
  return !isClonable(value2) && !(UNCLONABLE.has(kind) && !ITERATORS.has(kind));
}
function isAwaited(value2) {
  const prototype = getPrototypeOf2(value2);
  if (prototype === null || prototype === objectPrototype2 || isArray2(value2)) return false;
  return AWAITED.has(apply4(toStringTag3, value2, []).slice(8, -1));
}
var UNCLONABLE = new Set2([
  "Promise",
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "FinalizationRegistry",
  "Generator",
  "AsyncGenerator",
  "SharedArrayBuffer",
  "Symbol"
]);
var ITERATORS = new Set2([
  "Generator",
  "AsyncGenerator"
]);
var AWAITED = new Set2([
  ...ITERATORS,
  "ReadableStream"
]);
var CLONABLE = [
  Map,
  Set2,
  Date,
  RegExp,
  Error2,
  URL2,
  URLSearchParams,
  ArrayBuffer,
  Boolean,
  Number2,
  String,
  BigInt
];
function isClonable(value2) {
  return Array2.isArray(value2) || isView(value2) || isHeaders(value2) || isBlob(value2) || CLONABLE.some((Class) => value2 instanceof Class);
}
function isObject(value2) {
  return typeof value2 === "object" && value2 !== null || typeof value2 === "function";
}

// src/rpc/values/_buffer_uses.ts
var BufferUses = class {
  #uses = new Map();
  /** The buffers of the present tree. */
  #inTree = [];
  /** The number of the present tree. */
  #tree = 0;
  /** The number of buffers before the present tree. */
  #before = 0;
  /** The indices of the attachments of the present tree. */
  get indices() {
    return mapList(this.#inTree, ({ index }) => index);
  }
  /** Begins a tree. */
  begin() {
    this.#inTree = [];
    this.#tree++;
    this.#before = this.#uses.size;
  }
  /** Returns whether a buffer was collected. */
  has(buffer) {
    return this.#uses.has(buffer);
  }
  /** Forgets the buffers, and the parts of buffers, that only the present tree has. */
  forget() {
    for (let i = 0; i < this.#inTree.length; i++) {
      const use = this.#inTree[i];
      if (use.index >= this.#before) this.#uses.delete(use.buffer);
      const { exposed, start, end, views } = use.before;
      use.exposed = exposed;
      use.start = start;
      use.end = end;
      use.views.length = views;
    }
  }
  /** Returns the index of a buffer in the present tree. */
  indexOf(buffer) {
    return this.#useOf(buffer).indexInTree;
  }
  /** Records that the buffer itself is part of the value, and returns its index in the present tree. */
  expose(buffer) {
    const use = this.#useOf(buffer);
    use.exposed = true;
    return use.indexInTree;
  }
  /** Records a view: the part that it covers, and the arguments of its tag. */
  addView(buffer, { start, end, node }) {
    const use = this.#useOf(buffer);
    use.start = Math2.min(use.start, start);
    use.end = Math2.max(use.end, end);
    use.views[use.views.length] = node;
  }
  /**
   * Returns the contents. A buffer that is visible through views only is cut to the part that they cover: the rest may
   * hold anything.
   */
  attachments() {
    const attachments = [];
    this.#uses.forEach((use, buffer) => {
      const start = use.exposed ? 0 : use.start - use.start % 8;
      const end = use.exposed ? buffer.byteLength : use.end;
      for (let i = 0; i < use.views.length; i++) {
        use.views[i][3] = use.views[i][3] - start;
      }
      attachments[use.index] = new Uint8Array2(buffer, start, end - start);
    });
    return attachments;
  }
  #useOf(buffer) {
    let use = this.#uses.get(buffer);
    if (use === void 0) {
      const index = this.#uses.size;
      const empty = {
        exposed: false,
        start: buffer.byteLength,
        end: 0
      };
      const before = {
        ...empty,
        views: 0
      };
      use = {
        buffer,
        index,
        tree: -1,
        indexInTree: 0,
        ...empty,
        views: [],
        before
      };
      this.#uses.set(buffer, use);
    }
    if (use.tree !== this.#tree) {
      use.tree = this.#tree;
      use.indexInTree = this.#inTree.length;
      const { exposed, start, end, views } = use;
      use.before = {
        exposed,
        start,
        end,
        views: views.length
      };
      this.#inTree[this.#inTree.length] = use;
    }
    return use;
  }
};

// src/rpc/values/tree.ts
function tag(name, ...rest) {
  const list = [
    name
  ];
  for (let i = 0; i < rest.length; i++) list[i + 1] = rest[i];
  return {
    $: list
  };
}

// src/rpc/values/_builtin_writer.ts
var { keys: keys2, hasOwn } = Object2;
var { isView: isView2 } = ArrayBuffer;
var { apply: apply5 } = Reflect2;
var toStringTag4 = Object2.prototype.toString;
var mapHas = Map.prototype.has;
var setHas = Set2.prototype.has;
var mapForEach = Map.prototype.forEach;
var setForEach = Set2.prototype.forEach;
var paramsToString = URLSearchParams.prototype.toString;
var dateGetTime = Date.prototype.getTime;
var encoder = new TextEncoder2();
var BuiltinWriter = class {
  buffers = new BufferUses();
  #writer;
  #blobs;
  constructor(writer, blobs) {
    this.#writer = writer;
    this.#blobs = blobs;
  }
  /**
   * Encodes a built-in. Recognises it by a method that works on the genuine kind only, so that no other object can pass
   * for one.
   */
  encode(value2) {
    const node = this.#encode(value2);
    if (node !== void 0) this.#writer.budget?.add(node.$[0]);
    return node;
  }
  #encode(value2) {
    if (isView2(value2)) return this.#view(value2);
    if (isBlob(value2)) return this.#blob(value2);
    let headers2;
    try {
      if (value2 instanceof DOMException) void value2.code;
      if (value2 instanceof URL2) return tag("url", value2.href);
      if (value2 instanceof URLSearchParams) return tag("params", apply5(paramsToString, value2, []));
      if (isHeaders(value2)) headers2 = headerEntries(value2);
      if (value2 instanceof Date) {
        const time = apply5(dateGetTime, value2, []);
        return tag("date", time === time ? time : null);
      }
      if (value2 instanceof RegExp) return tag("regexp", value2.source, value2.flags);
      if (value2 instanceof Boolean || value2 instanceof Number2 || value2 instanceof String) {
        return tag("box", this.#writer.primitive(value2.valueOf()));
      }
      if (value2 instanceof BigInt) return tag("box", this.#writer.primitive(value2.valueOf()));
      if (value2 instanceof Map) apply5(mapHas, value2, []);
      else if (value2 instanceof Set2) apply5(setHas, value2, []);
      else if (value2 instanceof ArrayBuffer) void value2.byteLength;
    } catch (cause) {
      throw this.#writer.refusal("not what its prototype says", {
        cause
      });
    }
    if (headers2 !== void 0) return this.#headers(headers2);
    if (value2 instanceof Error2) return this.#error(value2);
    if (value2 instanceof Map) return this.#map(value2);
    if (value2 instanceof Set2) return this.#set(value2);
    if (value2 instanceof ArrayBuffer) return this.#buffer(value2);
    return void 0;
  }
  /** Writes a string as bytes. */
  text(text2) {
    const bytes = encoder.encode(text2);
    const isWhole = bytes.byteLength === bytes.buffer.byteLength;
    return tag("text", this.buffers.expose((isWhole ? bytes : bytes.slice()).buffer));
  }
  #blob(blob) {
    if (this.#blobs === void 0) {
      throw this.#writer.refusal("a Blob, whose contents have to be waited for");
    }
    const content = this.#blobs.get(blob);
    if (content === void 0) return tag("undefined");
    this.#writer.spend(content.byteLength);
    const index = this.buffers.expose(content);
    if (!isFile(blob)) return tag("blob", index, blob.type);
    return tag("file", index, blob.type, blob.name, blob.lastModified);
  }
  #map(map) {
    const keys8 = [];
    const items = [];
    apply5(mapForEach, map, [
      (item, key) => {
        keys8[keys8.length] = key;
        items[items.length] = item;
      }
    ]);
    this.#writer.budget?.keys(keys8);
    const nodes = [];
    for (let i = 0; i < keys8.length; i++) {
      nodes[2 * i] = this.#writer.child(`key ${i}`, keys8[i]);
      nodes[2 * i + 1] = this.#writer.child(`value ${i}`, items[i]);
    }
    return tag("map", nodes);
  }
  #set(set) {
    const items = [];
    apply5(setForEach, set, [
      (item) => {
        items[items.length] = item;
      }
    ]);
    this.#writer.budget?.keys(items);
    const nodes = [];
    for (let i = 0; i < items.length; i++) nodes[i] = this.#writer.child(`item ${i}`, items[i]);
    return tag("set", nodes);
  }
  #error(error) {
    const own = {};
    const names = keys2(error);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (name === "stack") continue;
      const item = error[name];
      if (typeof item === "function") this.#writer.checkFunction(error, name);
      own[name] = this.#writer.child(name, item);
    }
    if (hasOwn(error, "cause")) own.cause = this.#writer.child("cause", error.cause);
    if (error instanceof AggregateError) own.errors = this.#writer.child("errors", error.errors);
    const kind = error instanceof DOMException ? "exception" : "error";
    return tag(kind, `${error.name}`, `${error.message}`, own);
  }
  #headers(entries) {
    this.#writer.budget?.add("headers", entries.length);
    for (let i = 0; i < entries.length; i++) {
      this.#writer.spend(entries[i][0].length + entries[i][1].length);
    }
    return tag("headers", entries);
  }
  #buffer(buffer) {
    if (buffer.detached) throw this.#writer.refusal("a detached ArrayBuffer");
    this.#spendBuffer(buffer);
    return tag("buffer", this.buffers.expose(buffer));
  }
  #view(view) {
    const { buffer, byteOffset, byteLength } = view;
    if (!(buffer instanceof ArrayBuffer)) throw this.#writer.refusal("a view of shared memory");
    if (buffer.detached) throw this.#writer.refusal("a view of a detached ArrayBuffer");
    this.#spendBuffer(buffer);
    const type = apply5(toStringTag4, view, []).slice(8, -1);
    const length = view instanceof DataView ? byteLength : view.length;
    const node = tag("view", type, this.buffers.indexOf(buffer), byteOffset, length);
    this.buffers.addView(buffer, {
      start: byteOffset,
      end: byteOffset + byteLength,
      node: node.$
    });
    return node;
  }
  #spendBuffer(buffer) {
    if (!this.buffers.has(buffer)) this.#writer.spend(buffer.byteLength);
  }
};

// src/rpc/values/tree_encoder.ts
var { getPrototypeOf: getPrototypeOf3, keys: keys3, hasOwn: hasOwn2 } = Object2;
var { isArray: isArray3 } = Array2;
var { apply: apply6 } = Reflect2;
var toStringTag5 = Object2.prototype.toString;
var objectPrototype3 = Object2.prototype;
var bigintToString = BigInt.prototype.toString;
var NODE_COST = 16;
var TreeEncoder = class {
  #options;
  #numbers = new Map();
  /** The objects by number. */
  #objects = [];
  #trees = [];
  /** The number of the first object of the present tree. */
  #first = 0;
  #builtins;
  #path = [];
  #maxCost;
  #budget;
  #name = "value";
  #cost = 0;
  /** @param options How to write trees. */
  constructor(options) {
    this.#options = options;
    this.#maxCost = options.maxCost ?? Infinity;
    this.#budget = options.crosses ? new Budget((reason) => new RangeError(`Cannot encode ${this.#name}: ${reason}`)) : void 0;
    this.#builtins = new BuiltinWriter({
      child: (key, value2) => this.child(key, value2),
      checkFunction: (holder, name) => this.checkFunction(holder, name),
      primitive: (value2) => this.#encode(value2),
      spend: (cost) => this.#spend(cost),
      refusal: (what, options2) => this.refusal(what, options2),
      budget: this.#budget
    }, options.blobs);
  }
  /** The attachments of the last tree: the index among all of them, for each index that stands in the tree. */
  get attachmentIndices() {
    return this.#builtins.buffers.indices;
  }
  /**
   * Encodes any value. A failed attempt leaves no trace.
   *
   * @param value Any value.
   * @param name Its name in errors and references, which no other tree of this encoder has.
   * @throws {TypeError} If something in it cannot be encoded.
   * @throws {RangeError} If it is nested too deep, or is too large.
   */
  encode(value2, name) {
    const first = this.#objects.length;
    const cost = this.#cost;
    const { buffers } = this.#builtins;
    buffers.begin();
    this.#first = first;
    this.#name = name;
    this.#path.length = 0;
    try {
      const node = this.#encode(value2);
      if (this.#objects.length > first) this.#trees[this.#trees.length] = {
        name,
        first
      };
      return node;
    } catch (error) {
      for (let i = first; i < this.#objects.length; i++) this.#numbers.delete(this.#objects[i]);
      this.#objects.length = first;
      buffers.forget();
      this.#cost = cost;
      throw error;
    }
  }
  /** Returns the bytes of all trees. To be called when the last tree is written: only then are the trees complete. */
  attachments() {
    return this.#builtins.buffers.attachments();
  }
  child(key, value2) {
    const path = this.#path;
    path[path.length] = key;
    const node = this.#encode(value2);
    path.length--;
    return node;
  }
  /** Checks the name of a property that is a function. */
  checkFunction(holder, name) {
    if (this.#budget === void 0 || !hidesMethod(holder, name)) return;
    this.#path[this.#path.length] = name;
    throw this.refusal(hiddenMethodReason(holder, name));
  }
  base(value2) {
    if (isArray3(value2)) return this.#array(value2);
    return this.#builtins.encode(value2) ?? this.#record(value2);
  }
  isBuiltin(value2) {
    return isClonable(value2);
  }
  refusal(what, options) {
    let path = this.#name;
    for (let i = 0; i < this.#path.length; i++) {
      const key = this.#path[i];
      path += typeof key === "number" || !hasMatch(/^[A-Za-z_$][\w$]*$/, key) ? `[${typeof key === "number" ? key : JSON.stringify(key)}]` : `.${key}`;
    }
    return new TypeError2(`Cannot encode ${path}: it is ${what}`, options);
  }
  #encode(value2) {
    this.#spend(NODE_COST);
    switch (typeof value2) {
      case "string":
        this.#spend(value2.length);
        return this.#options.movesText && isLargeText(value2) ? this.#builtins.text(value2) : value2;
      case "boolean":
        return value2;
      case "number":
        return isPlainNumber(value2) ? value2 : tag("number", value2 === 0 ? "-0" : `${value2}`);
      case "undefined":
        return tag("undefined");
      case "bigint":
        return tag("bigint", apply6(bigintToString, value2, [
          16
        ]));
      case "object":
        return value2 === null ? null : this.#object(value2);
      case "function":
        return this.#object(value2);
      default:
        throw this.refusal(`a ${typeof value2}`);
    }
  }
  #spend(cost) {
    this.#cost += cost;
    if (this.#cost > this.#maxCost) {
      throw new RangeError(`Cannot encode ${this.#name}: it is too large`);
    }
  }
  #object(value2) {
    const number2 = this.#numbers.get(value2);
    if (number2 !== void 0) {
      if (number2 >= this.#first) return tag("ref", number2 - this.#first);
      if (this.#options.extension?.isWrittenAgain?.(value2) !== true) return this.#elsewhere(number2);
    }
    if (this.#path.length >= MAX_DEPTH) {
      throw new RangeError(`Cannot encode ${this.#name}: it is nested more than ${MAX_DEPTH} levels deep`);
    }
    this.#numbers.set(value2, this.#objects.length);
    this.#objects[this.#objects.length] = value2;
    const extended = this.#options.extension?.encode(value2, this);
    if (extended !== void 0) {
      this.#budget?.add(extended.$[0]);
      return extended;
    }
    if (typeof value2 === "function") throw this.refusal("a function inside a value");
    if (isArray3(value2)) return this.#array(value2);
    const prototype = getPrototypeOf3(value2);
    if (prototype === objectPrototype3 || prototype === null) return this.#record(value2);
    return this.#builtins.encode(value2) ?? this.#instance(value2);
  }
  /** Writes a reference to an object of an earlier tree. */
  #elsewhere(number2) {
    let low = 0;
    let high = this.#trees.length - 1;
    while (low < high) {
      const middle = low + high + 1 >> 1;
      if (this.#trees[middle].first <= number2) low = middle;
      else high = middle - 1;
    }
    const { first, name } = this.#trees[low];
    return tag("ref", number2 - first, name);
  }
  #array(array) {
    const extra = hasExtraKeys(array);
    const items = [];
    let dense = !extra;
    for (let i = 0; dense && i < array.length; i++) {
      if (array[i] === void 0 && !hasOwn2(array, i)) dense = false;
      else items[i] = this.child(i, array[i]);
    }
    if (dense) return items;
    const entries = [];
    for (let i = 0; i < items.length; i++) entries[i] = [
      `${i}`,
      items[i]
    ];
    const names = keys3(array);
    this.#budget?.array(array.length, names.length);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const index = Number2(name);
      if (index < items.length && `${index}` === name && index in items) continue;
      const item = array[name];
      if (typeof item === "function") this.checkFunction(array, name);
      entries[entries.length] = [
        name,
        this.child(name, item)
      ];
    }
    return tag("array", array.length, entries);
  }
  #record(value2) {
    const record = value2;
    const node = {};
    const names = keys3(record);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      this.#spend(name.length);
      const item = record[name];
      if (typeof item === "function") this.checkFunction(record, name);
      const child = this.child(name, item);
      if (name === "__proto__") {
        Object2.defineProperty(node, name, {
          value: child,
          enumerable: true
        });
      } else node[name] = child;
    }
    return hasOwn2(node, "$") ? tag("object", node) : node;
  }
  #instance(value2) {
    const kind = apply6(toStringTag5, value2, []).slice(8, -1);
    if (UNCLONABLE.has(kind)) {
      throw this.refusal(`${hasMatch(/^[AEIOU]/, kind) ? "an" : "a"} ${kind}`);
    }
    if (this.#options.instances === "data") {
      if (kind !== "Object" && keys3(value2).length === 0) {
        throw this.refusal(`a ${kind}, whose data cannot be copied`);
      }
      return this.#record(value2);
    }
    const name = className(value2);
    throw this.refusal(`an instance of ${name}, which is no plain data`);
  }
};
function className(value2) {
  const { constructor } = value2;
  return typeof constructor === "function" && constructor.name !== "" ? constructor.name : "an unnamed class";
}

// src/rpc/values/codec.ts
function encode(value2, options = {}) {
  if (isPlainJson(value2)) return {
    value: {
      plain: value2
    },
    attachments: []
  };
  const { instances = "refuse", extension, blobs } = options;
  const extended = extension === void 0 ? {} : {
    extension
  };
  const encoder3 = new TreeEncoder({
    instances,
    blobs,
    crosses: true,
    movesText: true,
    ...extended
  });
  const tree = encoder3.encode(value2, options.name ?? "value");
  blobs?.check();
  return {
    value: {
      tree
    },
    attachments: encoder3.attachments()
  };
}
function decode(encoded, attachments = [], options = {}) {
  if (typeof encoded === "object" && encoded !== null) {
    if (Object2.hasOwn(encoded, "plain")) return encoded.plain;
    if (Object2.hasOwn(encoded, "tree")) {
      const decoder2 = new TreeDecoder(attachments, {
        ...options,
        crosses: true
      });
      return decoder2.decode(encoded.tree);
    }
  }
  throw new TypeError2("Cannot decode a value: it is neither plain data nor a tree");
}

// src/rpc/references/_lendings.ts
var Lendings = class {
  #lent = new Map();
  #ids = new Map();
  #members = new WeakMap();
  #writable = new WeakMap();
  #max;
  #nextId = 1;
  /** @param max Maximum number of lent objects and functions. */
  constructor(max2 = Infinity) {
    this.#max = max2;
  }
  /** The number of lent objects and functions. */
  get size() {
    return this.#lent.size;
  }
  /** Returns the lent object with a number that the peer sent, or `undefined` if there is none. */
  get(id) {
    return this.#lent.get(id);
  }
  /**
   * Lends an object or function, or counts one more sending of it.
   *
   * @param value The object or function.
   * @param name Its name, if it is not lent yet.
   * @returns Its number.
   * @throws {RangeError} If too many are lent already.
   */
  add(value2, name) {
    let id = this.#ids.get(value2);
    if (id === void 0) {
      this.checkCount(this.#lent.size, name);
      id = this.#nextId++;
      this.#ids.set(value2, id);
      this.#lent.set(id, {
        value: value2,
        name,
        count: 0
      });
    }
    this.#lent.get(id).count++;
    return id;
  }
  /**
   * Checks the number of references of one direction before one more is made.
   *
   * @param count The number so far.
   * @param name The name of the new one in the error.
   * @throws {RangeError} If there are too many.
   */
  checkCount(count, name) {
    if (count < this.#max) return;
    throw new RangeError(`Cannot lend ${name}: ${count} functions and objects are lent already, which maxReferences limits`);
  }
  /**
   * Takes back an object that is no longer used. It stays lent if it was sent more often than it had arrived: another
   * reference to it is on its way then. Ignores a count larger than was sent.
   *
   * @param id Its number.
   * @param count How often it had arrived. Both values come from the peer, and may be anything.
   */
  release(id, count) {
    const lent = this.#lent.get(id);
    if (lent === void 0 || !Number2.isSafeInteger(count)) return;
    const times = count;
    if (times < 1 || times > lent.count) return;
    lent.count -= times;
    if (lent.count > 0) return;
    this.#lent.delete(id);
    this.#ids.delete(lent.value);
  }
  /** Restricts an object to these members, in addition to those of earlier calls. */
  narrow(value2, members) {
    const named2 = this.#members.get(value2) ?? new Set2();
    for (const member of members) named2.add(member);
    this.#members.set(value2, named2);
  }
  /** Lets the other side assign to members of an object. */
  allowWrites(value2, writable) {
    if (writable === void 0) this.#writable.delete(value2);
    else this.#writable.set(value2, writable);
  }
  /** Returns the members of an object to which the other side may assign, or `undefined` if there are none. */
  writableOf(value2) {
    return this.#writable.get(value2);
  }
  /** Returns the members to which an object is restricted, or `undefined` if it is not. */
  membersOf(value2) {
    return this.#members.get(value2);
  }
};

// src/rpc/references/_lent_iterator.ts
var LentIterator = class {
  #iterator;
  /**
   * Starts to iterate.
   *
   * @param value The object to iterate.
   * @param name Its name in errors.
   * @throws {TypeError} If the object is not iterable.
   */
  constructor(value2, name) {
    const iterable = value2;
    const method = isObject(value2) || typeof value2 === "string" ? iterable[Symbol.asyncIterator] ?? iterable[Symbol.iterator] : void 0;
    if (typeof method !== "function") {
      throw new TypeError2(`Cannot iterate ${name}: it is not iterable`);
    }
    this.#iterator = Reflect2.apply(method, value2, []);
  }
  /** Returns the next result. Awaits a value that is a promise, as `for await` does. */
  async next() {
    const { done, value: value2 } = await this.#iterator.next();
    return {
      done: !!done,
      value: await value2
    };
  }
  /** Ends the iteration, if the iterator has a `return` method. */
  async return() {
    await this.#iterator.return?.();
  }
};

// src/rpc/references/_write_access.ts
function toWritable(value2) {
  if (value2 === true) return true;
  return Array2.isArray(value2) && value2.every((name) => typeof name === "string") ? value2 : void 0;
}
function mayWrite(writable, path) {
  if (writable === void 0) return false;
  for (let i = 0; i < path.length; i++) if (typeof path[i] !== "string") return false;
  return writable === true || writable.includes(path[0]);
}
function refuseChange(what) {
  return new TypeError2(`Cannot change ${what}: ${ELSEWHERE}`);
}
function refuseWrite(what) {
  return new TypeError2(`Cannot change ${what}: ${ELSEWHERE}. Assignments have to be allowed there: defineVariable(object, { writable: true })`);
}
var ELSEWHERE = "the object is on the other side, where its methods can change it";

// src/rpc/references/members.ts
var { getOwnPropertyDescriptor, getPrototypeOf: getPrototypeOf4, getOwnPropertyNames: getOwnPropertyNames2, hasOwn: hasOwn3 } = Object2;
var LANGUAGE = [
  Object2.prototype,
  Function.prototype,
  null
];
var COPIED = [
  Array2.prototype,
  Map.prototype,
  Set2.prototype,
  Promise2.prototype,
  String.prototype
];
var ROOTS = new Set2([
  ...LANGUAGE,
  ...COPIED
]);
var LENT_ROOTS = new Set2(LANGUAGE);
var CLOSED = new Set2([
  "constructor",
  "prototype",
  "__proto__",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "then"
]);
function isReachable(holder, name, { isLent = false } = {}) {
  if (CLOSED.has(name) || name.startsWith("_")) return false;
  const roots = isLent ? LENT_ROOTS : ROOTS;
  let place = holder;
  while (place !== null && !roots.has(place)) {
    if (hasOwn3(place, name)) return true;
    place = getPrototypeOf4(place);
  }
  return false;
}
async function resolvePath(root, path, { name, membersOf }) {
  let holder;
  let value2 = root;
  let walked = name;
  for (let i = 0; i < path.length; i++) {
    const member = path[i];
    holder = i === 0 ? value2 : await value2;
    value2 = Reflect2.get(reached(holder, member, {
      walked,
      membersOf,
      isLent: i === 0
    }), member);
    walked += `.${member}`;
  }
  return {
    holder,
    value: value2
  };
}
async function writePath(root, path, { value: value2, name, membersOf }) {
  const last = path.length - 1;
  const member = path[last];
  const walked = [
    name,
    ...path.slice(0, last)
  ].join(".");
  let holder = root;
  if (last > 0) {
    holder = await (await resolvePath(root, path.slice(0, last), {
      name,
      membersOf
    })).value;
  }
  const target = reached(holder, member, {
    walked,
    membersOf,
    isLent: last === 0
  });
  const reason = readOnlyReason(target, member, value2);
  if (reason === void 0 && Reflect2.set(target, member, value2)) return;
  throw new TypeError2(`Cannot change ${walked}.${member}: ${reason ?? "it is read-only"}`);
}
function readOnlyReason(holder, member, value2) {
  const property = propertyOf(holder, member);
  if (typeof property?.value === "function") return "it is a method";
  if (typeof value2 === "function" && property?.set === void 0) {
    return "a function of the other side cannot take its place";
  }
  if (member === "length" && Array2.isArray(holder)) return "it is the length of an array";
  return void 0;
}
function reached(holder, member, { walked, membersOf, isLent }) {
  const members = isObject(holder) ? membersOf(holder) : void 0;
  const isOpen = members === void 0 || members.has(member);
  if (isObject(holder) && isOpen && isReachable(holder, member, {
    isLent
  })) return holder;
  throw new TypeError2(`Cannot reach ${walked}.${member}: ${reasonFor(holder, walked, member)}`);
}
function propertyOf(holder, member) {
  for (let place = holder; place !== null; place = getPrototypeOf4(place)) {
    const property = getOwnPropertyDescriptor(place, member);
    if (property !== void 0) return property;
  }
  return void 0;
}
function reasonFor(holder, walked, member) {
  if (holder === void 0 || holder === null) return `${walked} is ${holder}`;
  const isCopied = !isObject(holder) || typeof holder !== "function" && isData(holder);
  return isCopied ? `${walked} is data: use (await ${walked}).${member}` : "there is no such member";
}
function isData(value2) {
  return getPrototypeOf4(value2) === Object2.prototype || isClonable(value2);
}

// src/rpc/references/_perform.ts
async function performUse({ how, path }, { lent, lendings, name, args }) {
  const reach = {
    name: lent.name,
    membersOf: (holder2) => lendings.membersOf(holder2)
  };
  if (how === "write") {
    if (!mayWrite(lendings.writableOf(lent.value), path)) throw refuseWrite(name);
    return await writePath(lent.value, path, {
      ...reach,
      value: args[0]
    });
  }
  const { holder, value: value2 } = await resolvePath(lent.value, path, reach);
  if (how === "read") return await value2;
  if (how === "call") {
    if (typeof value2 === "function") return await Reflect2.apply(value2, holder, args);
    throw new TypeError2(`Cannot call ${name}: it is no function`);
  }
  const iterated = await value2;
  if (!isObject(iterated) || lendings.membersOf(iterated) === void 0) {
    return new LentIterator(iterated, name);
  }
  throw new TypeError2(`Cannot iterate ${name}: only its members can be reached`);
}

// src/rpc/references/_use_params.ts
var MAX_PATH_CHARS = 1e3;
function toUseParams(value2) {
  const { how, ref, path } = value2;
  const isKnown = how === "call" || how === "read" || how === "iterate" || how === "write";
  if (!isKnown || how === "write" && path?.length === 0 || typeof ref !== "number" || !isPath(path)) {
    throw new TypeError2("Cannot use a reference: the request is malformed");
  }
  return value2;
}
function isPath(path) {
  if (!Array2.isArray(path)) return false;
  let length = 0;
  for (let i = 0; i < path.length && length <= MAX_PATH_CHARS; i++) {
    if (typeof path[i] !== "string") return false;
    length += path[i].length + 1;
  }
  return length <= MAX_PATH_CHARS;
}

// src/rpc/values/shared_types.ts
var STATE = Symbol.for("cave.state");
var REVIVE = Symbol.for("cave.revive");
var { getPrototypeOf: getPrototypeOf5, keys: keys4, defineProperty } = Object2;
var { apply: apply7 } = Reflect2;
var SharedTypes = class {
  #byName = new Map();
  #byPrototype = new WeakMap();
  /** @param types The classes known from the start. */
  constructor(types = []) {
    for (const type of types) this.add(type);
  }
  /** Adds a class. */
  add(type) {
    this.#byName.set(type.name, type);
    this.#byPrototype.set(type.Class.prototype, type);
  }
  /** Removes the class with this name, if there is one. */
  delete(name) {
    const type = this.#byName.get(name);
    if (type === void 0) return;
    this.#byName.delete(name);
    this.#byPrototype.delete(type.Class.prototype);
  }
  /** Returns the class with a name. */
  named(name) {
    return typeof name === "string" ? this.#byName.get(name) : void 0;
  }
  /** Returns the class of an object, or the nearest shared class that it extends. */
  of(value2) {
    if (this.#byName.size === 0) return void 0;
    for (let at = value2; at !== null; at = getPrototypeOf5(at)) {
      const type = this.#byPrototype.get(at);
      if (type !== void 0) return type;
    }
    return void 0;
  }
  /**
   * Returns whether an object is copied with its class. An instance of a class that merely extends a shared one is not.
   */
  copies(value2) {
    if (this.#byName.size === 0) return false;
    const prototype = getPrototypeOf5(value2);
    return prototype !== null && this.#byPrototype.get(prototype)?.copied === true;
  }
  /**
   * Writes a copied instance.
   *
   * @param value The instance.
   * @param writer Writes the parts of the instance.
   * @throws {TypeError} If it has a property that the copy could not get.
   */
  write(value2, writer) {
    const { name, Class } = this.of(value2);
    const state = stateOf(value2, Class);
    if (state !== void 0) return tag("state", name, writer.child("state", state[0]));
    const fields = {};
    const names = keys4(value2);
    for (let i = 0; i < names.length; i++) {
      const key = names[i];
      const field = value2[key];
      if (typeof field === "function") {
        throw writer.refusal(`an instance of ${name} whose ${key} is a function of its own: make it a method`);
      }
      if (key in Class.prototype) {
        throw writer.refusal(`an instance of ${name} whose own ${key} hides that of its class`);
      }
      defineProperty(fields, key, {
        value: writer.child(key, field),
        enumerable: true
      });
    }
    return tag("copy", name, fields);
  }
  /**
   * Reads a node that {@linkcode SharedTypes.write} has written on the other side.
   *
   * @param list The node, which may be any other one.
   * @param reader Reads the parts of the instance.
   * @returns The instance in a list, or `undefined` for a node of another kind.
   * @throws {TypeError} If there is no such class, or the fields cannot be those of an instance.
   */
  read(list, reader) {
    const { 0: how, 1: name, 2: content } = list;
    if (how !== "copy" && how !== "state") return void 0;
    const type = this.named(name);
    if (type === void 0 || !type.copied || hasHooks(type.Class) !== (how === "state")) {
      throw new TypeError2(`Cannot decode an instance of ${name}: no such class is copied`);
    }
    if (how === "copy") return [
      fill(type, content, reader)
    ];
    const number2 = reader.reserve();
    const value2 = revive(type.Class, reader.decode(content));
    number2(value2);
    return [
      value2
    ];
  }
};
function hasHooks(Class) {
  return typeof Class[REVIVE] === "function";
}
function stateOf(value2, Class) {
  const hook = value2[STATE];
  return hasHooks(Class) && typeof hook === "function" ? [
    apply7(hook, value2, [])
  ] : void 0;
}
function revive(Class, state) {
  const hook = Class[REVIVE];
  const value2 = apply7(hook, Class, [
    state
  ]);
  if (!isObject(value2) || getPrototypeOf5(value2) !== Class.prototype) {
    throw new TypeError2(`Cannot revive an instance of ${Class.name}: its hook has made none`);
  }
  return value2;
}
function fill({ name, Class }, fields, reader) {
  const value2 = reader.number(Object2.create(Class.prototype));
  if (!isObject(fields) || Array2.isArray(fields)) {
    throw new TypeError2(`Cannot revive an instance of ${name}: it has no fields`);
  }
  const names = keys4(fields);
  for (let i = 0; i < names.length; i++) {
    const key = names[i];
    if (key in Class.prototype) {
      throw new TypeError2(`Cannot revive an instance of ${name}: ${key} is no field of it`);
    }
  }
  reader.assign(value2, fields);
  for (let i = 0; i < names.length; i++) {
    const key = names[i];
    if (typeof value2[key] === "function") {
      throw new TypeError2(`Cannot revive an instance of ${name}: its ${key} is a function`);
    }
  }
  return value2;
}

// src/rpc/references/stand_in.ts
var { apply: apply8, get: get2 } = Reflect2;
var { asyncIterator, toPrimitive, toStringTag: toStringTag6 } = Symbol;
var OWN = new Map([
  "toString",
  "valueOf",
  "toLocaleString",
  "hasOwnProperty",
  "isPrototypeOf"
].map((name) => [
  name,
  Object2.prototype[name]
]));
var ABSENT = new Map([
  "then",
  "toJSON",
  "constructor",
  "__proto__",
  "prototype"
].map((name) => [
  name,
  void 0
]));
var StandIns = class {
  #borrower;
  #dropsRejections;
  #members = new WeakMap();
  #writable = new WeakMap();
  #prototypeOf;
  #onWrite;
  /**
   * @param borrower Performs the operations on the lent objects.
   * @param options What to do with rejected calls.
   */
  constructor(borrower, options = {}) {
    const { rejections = "reported", prototypeOf = prototypeNamed, onWrite = () => {
    } } = options;
    this.#borrower = borrower;
    this.#dropsRejections = rejections === "dropped";
    this.#prototypeOf = prototypeOf;
    this.#onWrite = onWrite;
  }
  /** Lets this side assign to members of an object. */
  allowWrites(standIn, writable) {
    this.#writable.set(standIn, writable);
  }
  /**
   * Creates a stand-in.
   *
   * @param id The number of the lent object.
   * @param options A description of the lent object.
   */
  create(id, options) {
    return options.kind === "function" ? this.#function(id, options.name) : this.#object(id, options);
  }
  /** Returns the path of a member that was not awaited yet, or `undefined` if the value is no such member. */
  memberOf(value2) {
    return this.#members.get(value2);
  }
  #function(id, name) {
    const standIn = (...args) => this.#call(id, {
      name,
      args
    });
    Object2.defineProperty(standIn, "name", {
      value: name,
      configurable: true
    });
    return standIn;
  }
  #object(id, { name, iterable, prototype, writable }) {
    const paths = new Map();
    const root = new Proxy(Object2.create(prototype ?? this.#prototypeOf(name)), {
      ...UNCHANGEABLE,
      set: (_, key, value2) => this.#write(root, {
        id,
        path: [
          key
        ],
        value: value2
      }),
      get: (_, key) => {
        if (key === asyncIterator) {
          return iterable ? () => iterate(() => this.#borrower.iterate(id, [])) : void 0;
        }
        if (typeof key === "symbol") return key === toStringTag6 ? name : void 0;
        if (OWN.has(key)) return OWN.get(key);
        if (ABSENT.has(key)) return void 0;
        let path = paths.get(key);
        if (path === void 0) paths.set(key, path = this.#path(root, id, [
          key
        ]));
        return path;
      },
      // This side does not know which members there are.
      has: (_, key) => typeof key === "string" && !ABSENT.has(key)
    });
    if (writable !== void 0) this.#writable.set(root, writable);
    return root;
  }
  /** Creates a member that was not requested yet: it can be called, awaited and iterated, and has members. */
  #path(root, id, path) {
    const read = () => this.#borrower.read(id, path);
    const walked = path.join(".");
    const shown = `${walked}, not awaited`;
    const target = Object2.defineProperty(function() {
    }, "name", {
      value: shown
    });
    const member = new Proxy(target, {
      ...UNCHANGEABLE,
      set: (_, key, value2) => {
        const longer = partOf(path);
        longer[longer.length] = key;
        return this.#write(root, {
          id,
          path: longer,
          value: value2
        });
      },
      apply: (_, __, args) => this.#call(id, {
        path,
        args
      }),
      construct: () => {
        throw new TypeError2(`Cannot make a ${String(path.at(-1))}: it is a class of the other side`);
      },
      get: (_, key) => {
        if (key === "then") return promiseMethod(read, "then");
        if (key === "catch") return promiseMethod(read, "catch");
        if (key === "finally") return promiseMethod(read, "finally");
        if (key === asyncIterator) return () => iterate(() => this.#borrower.iterate(id, path));
        if (key === toPrimitive) return () => refuseUse(walked);
        if (typeof key === "symbol" || key === "toJSON") return void 0;
        if (key === "call" || key === "apply" || key === "bind") return get2(target, key);
        const longer = partOf(path);
        longer[longer.length] = key;
        return this.#path(root, id, longer);
      }
    });
    this.#members.set(member, walked);
    return member;
  }
  #write(root, { id, path, value: value2 }) {
    if (!mayWrite(this.#writable.get(root), path)) throw refuseWrite(String(path.at(-1)));
    const writing = this.#borrower.write(id, path, value2);
    if (this.#dropsRejections) writing.catch(() => {
    });
    this.#onWrite(writing);
    return true;
  }
  #call(id, { name = "", path = [], args }) {
    const calling = this.#borrower.call(id, path, args);
    if (this.#dropsRejections) calling.catch(() => {
    });
    return callResult(calling, path.length === 0 ? name : path.join("."));
  }
};
function prototypeNamed(name) {
  return Object2.defineProperty(class {
  }, "name", {
    value: name
  }).prototype;
}
async function* iterate(start) {
  const iterator2 = await start();
  let ended = true;
  try {
    while (true) {
      const { done, value: value2 } = await iterator2.next();
      if (done) return;
      ended = false;
      yield value2;
      ended = true;
    }
  } finally {
    if (!ended) await iterator2.return?.();
  }
}
function promiseMethod(read, name) {
  return (...args) => {
    const promise = read();
    return apply8(promise[name], promise, args);
  };
}
function callResult(calling, name) {
  Object2.defineProperty(calling, toPrimitive, {
    value: () => {
      throw new TypeError2(`Cannot use ${name}() as a value: it is a promise, await it first`);
    }
  });
  if (asyncIterator in calling) return calling;
  Object2.defineProperty(calling, asyncIterator, {
    value: async function* () {
      yield* await calling;
    }
  });
  return calling;
}
var UNCHANGEABLE = {
  defineProperty: (_, key) => refuse(`${String(key)} but by an assignment`),
  deleteProperty: (_, key) => refuse(`${String(key)} by deleting it`),
  setPrototypeOf: () => refuse("its prototype"),
  preventExtensions: () => refuse("its extensibility")
};
function refuse(what) {
  throw refuseChange(what);
}
function refuseUse(walked) {
  throw new TypeError2(`Cannot use ${walked} as a value: it is on the other side, await it first`);
}

// src/rpc/references/references.ts
var MAX_NAME_CHARS = 200;
var References = class {
  #options;
  #lendings;
  #borrowed = new Map();
  #arrivals = new WeakMap();
  #standIns;
  #dropped;
  /** The classes that both sides have. */
  types = new SharedTypes();
  /** @param options Whether instances are lent, and how borrowed things are used. */
  constructor(options) {
    this.#options = options;
    this.#lendings = new Lendings(options.maxReferences);
    this.#standIns = new StandIns({
      call: (id, path, args) => this.#use({
        how: "call",
        ref: id,
        path: partOf(path)
      }, args),
      read: (id, path) => this.#use({
        how: "read",
        ref: id,
        path: partOf(path)
      }),
      iterate: (id, path) => this.#use({
        how: "iterate",
        ref: id,
        path: partOf(path)
      }),
      write: (id, path, value2) => this.#use({
        how: "write",
        ref: id,
        path: partOf(path)
      }, [
        value2
      ])
    }, options);
    this.#dropped = new FinalizationRegistry2((arrivals) => {
      if (this.#borrowed.get(arrivals.id)?.deref() === void 0) {
        this.#borrowed.delete(arrivals.id);
      }
      options.release({
        ref: arrivals.id,
        count: arrivals.count
      });
    });
  }
  /** The numbers of lent and borrowed references. */
  get counts() {
    return {
      lent: this.#lendings.size,
      borrowed: this.#borrowed.size
    };
  }
  /**
   * Restricts an object to some members, on whatever way the other side reaches it. Lists add up.
   *
   * @param value The object.
   * @param members Their names.
   */
  narrow(value2, members) {
    this.#lendings.narrow(value2, members);
  }
  /**
   * Lets the other side assign to members of an object.
   *
   * @param value The object.
   * @param writable The members: all, some, or none.
   * @returns A function that takes it back.
   */
  allowWrites(value2, writable) {
    const before = this.#lendings.writableOf(value2);
    this.#lendings.allowWrites(value2, writable);
    return () => this.#lendings.allowWrites(value2, before);
  }
  /**
   * Encodes a value, with references in it where something cannot be copied.
   *
   * @param value The value.
   * @param options The name of the value in errors, and the contents of its Blobs.
   * @throws {TypeError} If a part can be neither copied nor lent; nothing is lent then.
   */
  encodeValue(value2, { name, lentAs, blobs }) {
    const { instances } = this.#options;
    return this.#sending((lease) => encode(value2, {
      instances: instances === "copy" ? "data" : "refuse",
      name,
      blobs,
      extension: {
        encode: (part2, writer) => {
          const member = this.#standIns.memberOf(part2);
          if (member !== void 0) {
            throw writer.refusal(`the member ${member} of a reference, which was not awaited`);
          }
          const isBorrowed = this.#arrivals.has(part2);
          if (!isBorrowed && this.types.copies(part2)) return this.types.write(part2, writer);
          const isLent = isBorrowed || typeof part2 === "function" || isAwaited(part2) || instances === "lend" && isInstance(part2);
          if (!isLent) return void 0;
          return this.#encode(part2, part2 === value2 ? {
            lease,
            name,
            lentAs
          } : {
            lease
          });
        }
      }
    }));
  }
  /**
   * Encodes a reference to a value that would otherwise be copied. Primitives are encoded as they are.
   *
   * @param value The value.
   * @param options The name of the value.
   */
  encodeReference(value2, { name, lentAs }) {
    if (!isObject(value2)) return this.encodeValue(value2, {
      name
    });
    return this.#sending((lease) => ({
      value: {
        tree: this.#encode(value2, {
          lease,
          name,
          lentAs
        })
      },
      attachments: []
    }));
  }
  /** Decodes a value that the other side has encoded. */
  decodeValue(encoded, attachments = []) {
    return decode(encoded, attachments, {
      extension: this
    });
  }
  /** Decodes an answer of the other side. */
  decodeAnswer({ value: value2, attachments }) {
    return this.decodeValue(value2.value, attachments);
  }
  /**
   * Takes back a reference that the other side no longer uses. Ignores a count larger than was sent.
   *
   * @param counts The reference's number, and how often it had arrived. Comes from the peer and may be anything.
   */
  release(counts) {
    const { ref, count } = counts;
    this.#lendings.release(ref, count);
  }
  /**
   * Checks a request of the other side, and prepares the use. The lent object is kept even if it is released meanwhile.
   *
   * @param params The request, which may be anything.
   * @param attachments The attachments of the request.
   * @throws {TypeError} If it is not a request, or its object is not lent.
   */
  open(params, attachments) {
    const request = toUseParams(params);
    const { how, ref, path } = request;
    const lent = this.#lendings.get(ref);
    if (lent === void 0) throw new TypeError2(`Cannot use reference ${ref}: it is not lent`);
    const name = path.length === 0 ? lent.name : `${lent.name}.${path.join(".")}`;
    const args = request.args === void 0 ? [] : this.decodeValue(request.args, attachments);
    if (!Array2.isArray(args)) throw new TypeError2(`Cannot use ${name}: it is given no arguments`);
    return {
      name,
      perform: () => performUse(request, {
        lent,
        lendings: this.#lendings,
        name,
        args
      }),
      encode: (answer, blobs) => {
        return how === "iterate" ? this.encodeReference(answer, {
          name,
          lentAs: name
        }) : this.encodeValue(answer, {
          name: `the result of ${name}`,
          blobs
        });
      }
    };
  }
  /** Returns whether a value is a stand-in, or a member of one. */
  isStandIn(value2) {
    return isObject(value2) && (this.#arrivals.has(value2) || this.#standIns.memberOf(value2) !== void 0);
  }
  #use(request, args) {
    const { path } = request;
    return this.#options.use({
      name: path.length === 0 ? "a function" : path.join("."),
      write: (blobs) => {
        if (args === void 0) return {
          value: request
        };
        const { value: encoded, ...rest } = this.encodeValue(args, {
          name: "arguments",
          blobs
        });
        return {
          value: {
            ...request,
            args: encoded
          },
          ...rest
        };
      },
      receive: (answer) => this.decodeAnswer(answer)
    });
  }
  decode(list, reader) {
    const { 0: tag2, 1: id, 2: kind, 3: name, 4: iterable, 5: type, 6: writable } = list;
    if (typeof id !== "number") return this.types.read(list, reader);
    if (tag2 === "yours") {
      const lent = this.#lendings.get(id);
      if (lent === void 0) throw new TypeError2(`Cannot decode reference ${id}: it is not lent`);
      return [
        reader.number(lent.value)
      ];
    }
    if (tag2 !== "mine" || kind !== "function" && kind !== "object") return void 0;
    return [
      reader.number(this.#borrow(id, {
        kind,
        name: typeof name === "string" ? name : "",
        iterable: iterable === true,
        prototype: this.types.named(type)?.Class.prototype,
        writable: toWritable(writable)
      }))
    ];
  }
  find() {
  }
  /** Encodes a value, and takes the lent references back if that fails. */
  #sending(write) {
    const lease = [];
    const unsent = () => {
      for (let i = 0; i < lease.length; i++) this.#lendings.release(lease[i], 1);
    };
    try {
      return {
        ...write(lease),
        unsent
      };
    } catch (error) {
      unsent();
      throw error;
    }
  }
  #encode(value2, { lease, name = "", lentAs = "" }) {
    const arrivals = this.#arrivals.get(value2);
    if (arrivals !== void 0) return tag("yours", arrivals.id);
    const kind = typeof value2 === "function" ? "function" : "object";
    const own = kind === "function" ? nameOfFunction(value2) : nameOfClass(value2);
    const iterable = kind === "object" && isIterable(value2);
    const names = [
      lentAs,
      own,
      name,
      `unnamed ${kind}`
    ];
    const shown = names.find((it) => it !== "" && it.length <= MAX_NAME_CHARS);
    const id = this.#lendings.add(value2, shown);
    lease[lease.length] = id;
    const type = this.types.of(value2)?.name;
    const writable = this.#lendings.writableOf(value2);
    if (writable !== void 0) return tag("mine", id, kind, own, iterable, type ?? null, writable);
    return type === void 0 ? tag("mine", id, kind, own, iterable) : tag("mine", id, kind, own, iterable, type);
  }
  #borrow(id, given) {
    const known = this.#borrowed.get(id)?.deref();
    if (known !== void 0) {
      this.#arrivals.get(known).count++;
      if (given.writable !== void 0) this.#standIns.allowWrites(known, given.writable);
      return known;
    }
    if (!this.#borrowed.has(id)) this.#lendings.checkCount(this.#borrowed.size, `reference ${id}`);
    const standIn = this.#standIns.create(id, given);
    const arrivals = {
      id,
      count: 1
    };
    this.#arrivals.set(standIn, arrivals);
    this.#borrowed.set(id, new WeakRef(standIn));
    this.#dropped.register(standIn, arrivals);
    return standIn;
  }
};
function nameOfFunction({ name }) {
  return `${name}`;
}
function nameOfClass({ constructor }) {
  return typeof constructor === "function" ? `${constructor.name}` : "";
}
function isIterable(value2) {
  return Symbol.asyncIterator in value2 || Symbol.iterator in value2;
}

// src/kernel/namespace/source_text.ts
var INSERTED = [
  // Guards, with the bracket that they open.
  {
    pattern: /(?:[;{] )?\$cell\d*_f\[0\]&&\$cell\d*\.g\(\)(?:;|\|\|(?: \()?)/g,
    replace: () => ""
  },
  // The call around an `await`.
  {
    pattern: /\$cell\d*\.a\((?=await\b)/g,
    replace: () => ""
  },
  // The brackets that end both.
  {
    pattern: /\/\*\$cell\d*:[^*)]*\)\*\/[)}]/g,
    replace: () => ""
  },
  // Marks.
  {
    pattern: /\/\*\$cell\d*:[^*)]*\*\/(?=[)}])/g,
    replace: () => ""
  },
  // The name of a declared function, which calls whatever has that name.
  {
    pattern: /\/\*\$cell\d*\.([^*]*)\*\//g,
    replace: (parts) => parts[1]
  }
];
var OWN_MARK = /\/\*\$cell\d*:([^*)]*)\)?\*\/[)}]$/;
var TRACE = /(\$cell\d*)_f\[0\]&&|\/\*(\$cell\d*):[^*]*\*\/[)}]$/;
var { apply: apply9 } = Reflect2;
var { toString: native } = Function.prototype;
function withoutGuards(text2) {
  let clean = text2;
  for (let i = 0; i < INSERTED.length; i++) {
    clean = replaceMatches(clean, INSERTED[i]);
  }
  return clean;
}
function rawSource(fn) {
  return apply9(native, fn, []);
}
function captureOf(rawText) {
  return matchOf(OWN_MARK, rawText)?.[1] || void 0;
}
function helperOf(rawText) {
  const trace = matchOf(TRACE, rawText);
  return trace?.[1] ?? trace?.[2];
}
function isClassText(text2) {
  return hasMatch(/^class[\s{/]/, text2);
}
function installSourceText() {
  Object2.defineProperty(Function.prototype, "toString", {
    value: function toString() {
      return withoutGuards(apply9(native, this, []));
    },
    writable: true,
    configurable: true
  });
}

// src/kernel/namespace/describe.ts
var MAX_SUMMARY_CHARS = 1e4;
var { inspect } = Deno;
var { getPrototypeOf: getPrototypeOf6 } = Object2;
var functionToString = Function.prototype.toString;
function typeOf(value2) {
  if (value2 === null) return "null";
  try {
    if (typeof value2 === "function") return describeFunction(value2);
    if (typeof value2 !== "object") return typeof value2;
    if (Array2.isArray(value2)) return `Array(${value2.length})`;
    const prototype = getPrototypeOf6(value2);
    if (prototype === null) return "Object";
    const { constructor } = prototype;
    const name = typeof constructor === "function" ? `${constructor.name}` : "Object";
    if (value2 instanceof Map || value2 instanceof Set2) return `${name}(${value2.size})`;
    if (ArrayBuffer.isView(value2) && "length" in value2) return `${name}(${value2.length})`;
    return name === "" ? "Object" : name;
  } catch {
    return typeof value2;
  }
}
function describeFunction(value2) {
  const isClass = isClassText(Reflect2.apply(functionToString, value2, []));
  return isClass && "name" in value2 ? `class ${value2.name}` : "function";
}
function summarize(value2) {
  return {
    type: typeOf(value2),
    text: shorten(show(value2), MAX_SUMMARY_CHARS)
  };
}
function show(value2) {
  try {
    return inspect(value2, {
      depth: 4,
      iterableLimit: 100,
      strAbbreviateSize: MAX_SUMMARY_CHARS
    });
  } catch (error) {
    return `[cannot be shown: ${error instanceof Error2 ? error.name : typeof error}]`;
  }
}
function shorten(text2, maxChars) {
  if (text2.length <= maxChars) return text2;
  const length = Math2.ceil(maxChars * 2 / 3);
  const head = headOf(text2, length);
  const tail = tailOf(text2, maxChars - length);
  const cut2 = text2.length - head.length - tail.length;
  return `${head}
... ${cut2} characters left out ...
${tail}`;
}

// src/rpc/errors/packed_error.ts
var MAX_DEPTH2 = 6;
var MAX_ERRORS = 30;
var MAX_PROPERTIES = 30;
var MAX_NAME_CHARS2 = 200;
var MAX_MESSAGE_CHARS = 2e4;
var MAX_VALUE_CHARS = 1e5;
var CLASSES = new Map([
  [
    "AggregateError",
    AggregateError
  ],
  [
    "SuppressedError",
    SuppressedError
  ],
  [
    "EvalError",
    EvalError2
  ],
  [
    "RangeError",
    RangeError
  ],
  [
    "ReferenceError",
    ReferenceError2
  ],
  [
    "SyntaxError",
    SyntaxError
  ],
  [
    "TypeError",
    TypeError2
  ],
  [
    "URIError",
    URIError2
  ],
  [
    "DOMException",
    DOMException
  ]
]);
var SPECIAL = new Set2([
  "name",
  "message",
  "stack",
  "cause",
  "errors",
  "error",
  "suppressed"
]);
var { getOwnPropertyDescriptor: getOwnPropertyDescriptor2, getPrototypeOf: getPrototypeOf7, hasOwn: hasOwn4, keys: keys5 } = Object2;
function nameOfError(error) {
  const name = `${error.name}`;
  for (let holder = error; holder !== null; holder = getPrototypeOf7(holder)) {
    if (!hasOwn4(holder, "name")) continue;
    const { constructor: constructor2 } = holder;
    if (holder === error || constructor2 !== Error2 && CLASSES.get(name) !== constructor2) return name;
    break;
  }
  const { constructor } = error;
  if (typeof constructor !== "function" || constructor.name === "") return name;
  return `${constructor.name}`;
}
function packThrown(thrown) {
  try {
    return new Packer().pack(thrown, 0);
  } catch {
    return void 0;
  }
}
function unpackThrown(packed) {
  try {
    return [
      unpack(packed, 0)
    ];
  } catch {
    return void 0;
  }
}
var Packer = class {
  #left = MAX_VALUE_CHARS;
  #errorCount = 0;
  pack(thrown, depth) {
    if (!(thrown instanceof Error2)) {
      const value2 = this.#encode(thrown);
      return value2 === void 0 ? void 0 : {
        value: value2
      };
    }
    if (depth === MAX_DEPTH2 || ++this.#errorCount > MAX_ERRORS) return void 0;
    const inner = (key) => hasOwn4(thrown, key) ? this.pack(dataOf(thrown, key), depth + 1) : void 0;
    const [cause, error, suppressed] = [
      inner("cause"),
      inner("error"),
      inner("suppressed")
    ];
    const isPair = thrown instanceof SuppressedError;
    const errors = thrown instanceof AggregateError ? this.#errors(thrown, depth + 1) : void 0;
    return {
      error: {
        base: baseOf(thrown),
        name: headOf(nameOfError(thrown), MAX_NAME_CHARS2),
        message: cut(`${thrown.message}`),
        own: this.#properties(thrown, isPair),
        ...cause === void 0 ? {} : {
          cause
        },
        ...errors === void 0 ? {} : {
          errors
        },
        ...isPair && error !== void 0 ? {
          error
        } : {},
        ...isPair && suppressed !== void 0 ? {
          suppressed
        } : {}
      }
    };
  }
  #errors(aggregate, depth) {
    const errors = dataOf(aggregate, "errors");
    const packed = [];
    if (!Array2.isArray(errors)) return packed;
    for (let i = 0; i < errors.length && packed.length < MAX_ERRORS; i++) {
      const one = this.pack(errors[i], depth);
      if (one !== void 0) packed[packed.length] = one;
    }
    return packed;
  }
  #properties(error, isPair) {
    const own = [];
    const names = keys5(error);
    for (let i = 0; i < names.length && own.length < MAX_PROPERTIES; i++) {
      const name = names[i];
      const isOther = name === "error" || name === "suppressed" ? !isPair : !SPECIAL.has(name);
      if (!isOther || name.length > MAX_NAME_CHARS2) continue;
      const value2 = this.#encode(dataOf(error, name));
      if (value2 !== void 0) own[own.length] = {
        name,
        value: value2
      };
    }
    return own;
  }
  /** Returns a value as the codec writes it; `undefined` if it is no data, or too large. */
  #encode(item) {
    if (typeof item === "function") return void 0;
    try {
      const { value: value2, attachments } = encode(item);
      if (attachments.length > 0) return void 0;
      const { length } = JSON2.stringify(value2);
      if (length > this.#left) return void 0;
      this.#left -= length;
      return value2;
    } catch {
      return void 0;
    }
  }
};
function unpack(packed, depth) {
  const { error, value: value2 } = packed;
  if (error === void 0) return decode(value2);
  if (depth > MAX_DEPTH2) {
    throw new RangeError("Cannot read an error: its causes are nested too deep");
  }
  const { base, name, message: message2, own, cause, errors } = error;
  if (typeof name !== "string" || typeof message2 !== "string") throw new TypeError2("malformed");
  const made2 = construct(`${base}`, {
    ...error,
    message: cut(message2)
  }, depth);
  if (made2.name !== name) {
    define2(made2, "name", {
      value: headOf(name, MAX_NAME_CHARS2),
      hidden: true
    });
  }
  if (cause !== void 0) define2(made2, "cause", {
    value: unpack(cause, depth + 1),
    hidden: true
  });
  if (errors !== void 0 && base === "AggregateError") {
    const list = [];
    for (let i = 0; i < errors.length && i < MAX_ERRORS; i++) {
      list[i] = unpack(errors[i], depth + 1);
    }
    define2(made2, "errors", {
      value: list,
      hidden: true
    });
  }
  for (let i = 0; i < own.length && i < MAX_PROPERTIES; i++) {
    const { name: key, value: item } = own[i];
    if (typeof key === "string" && !hasOwn4(made2, key)) define2(made2, key, {
      value: decode(item)
    });
  }
  return made2;
}
function construct(base, { name, message: message2, error, suppressed }, depth) {
  if (base === "DOMException") return new DOMException(message2, name);
  if (base === "AggregateError") return new AggregateError([], message2);
  if (base === "SuppressedError") {
    const inner = (one) => one === void 0 ? one : unpack(one, depth + 1);
    return new SuppressedError(inner(error), inner(suppressed), message2);
  }
  const Class = CLASSES.get(base) ?? Error2;
  return new Class(message2);
}
function define2(target, name, { value: value2, hidden = false }) {
  Object2.defineProperty(target, name, {
    value: value2,
    writable: true,
    enumerable: !hidden,
    configurable: true
  });
}
function baseOf(error) {
  let base = "Error";
  CLASSES.forEach((Class, name) => {
    if (base === "Error" && error instanceof Class) base = name;
  });
  return base;
}
function dataOf(holder, key) {
  return getOwnPropertyDescriptor2(holder, key)?.value;
}
function cut(message2) {
  return truncate(message2, MAX_MESSAGE_CHARS);
}

// src/kernel/namespace/error_details.ts
var MAX_LINES = 40;
var MAX_LINE_CHARS = 2e3;
var MAX_DEPTH3 = 6;
var MAX_PROPERTIES2 = 20;
var SPECIAL2 = new Set2([
  "name",
  "message",
  "stack",
  "cause",
  "errors"
]);
var { getOwnPropertyDescriptor: getOwnPropertyDescriptor3, hasOwn: hasOwn5, keys: keys6 } = Object2;
function detailsOf(error, stacks) {
  const details = new Details(stacks);
  details.add(error, 0);
  return details.lines;
}
var Details = class {
  lines = [];
  #stacks;
  #seen = new Set2();
  constructor(stacks) {
    this.#stacks = stacks;
  }
  add(error, depth) {
    this.#seen.add(error);
    const properties = propertiesOf(error);
    if (properties !== void 0 && depth === 0) this.#line(depth, `With ${properties}`);
    if (error instanceof AggregateError) {
      const errors = valueOf(error, "errors");
      for (let i = 0; Array2.isArray(errors) && i < errors.length && this.#hasRoom; i++) {
        this.#part(`Error ${i + 1} of ${errors.length}: `, errors[i], depth);
      }
    }
    if (error instanceof SuppressedError) {
      this.#part("Error: ", valueOf(error, "error"), depth);
      this.#part("Suppressed: ", valueOf(error, "suppressed"), depth);
    }
    if (hasOwn5(error, "cause")) this.#part("Caused by ", valueOf(error, "cause"), depth);
  }
  get #hasRoom() {
    return this.lines.length < MAX_LINES;
  }
  #part(label, value2, depth) {
    if (value2 === void 0 || depth >= MAX_DEPTH3 || !this.#hasRoom) return;
    if (!(value2 instanceof Error2)) return this.#line(depth, label + show(value2));
    if (this.#seen.has(value2)) return this.#line(depth, `${label}an error that is listed already`);
    const { name, message: message2 } = titleOf(value2);
    const { 0: place } = this.#stacks.frames(this.#stacks.rewrite(`${value2.stack ?? ""}`));
    const at = place === void 0 ? "" : ` (cell-${place.cell}.ts:${place.line}:${place.column})`;
    const properties = propertiesOf(value2);
    const more = properties === void 0 ? "" : ` ${properties}`;
    this.#line(depth, `${label}${message2 === "" ? name : `${name}: ${message2}`}${more}${at}`);
    this.add(value2, depth + 1);
  }
  #line(depth, text2) {
    if (this.#hasRoom) this.lines.push(truncate("  ".repeat(depth) + text2, MAX_LINE_CHARS));
  }
};
function titleOf(error) {
  return {
    name: nameOfError(error),
    message: withoutGuards(truncate(`${error.message}`, MAX_TITLE_CHARS))
  };
}
var MAX_TITLE_CHARS = 1e5;
function propertiesOf(error) {
  const isPair = error instanceof SuppressedError;
  const data = {};
  const names = keys6(error);
  let count = 0;
  for (let i = 0; i < names.length && count < MAX_PROPERTIES2; i++) {
    const name = names[i];
    if (SPECIAL2.has(name) || isPair && (name === "error" || name === "suppressed")) continue;
    const property = getOwnPropertyDescriptor3(error, name);
    if (property === void 0 || !hasOwn5(property, "value")) continue;
    Object2.defineProperty(data, name, property);
    count++;
  }
  return count === 0 ? void 0 : show(data);
}
function valueOf(error, key) {
  return getOwnPropertyDescriptor3(error, key)?.value;
}

// src/kernel/namespace/describe_error.ts
var MAX_PART_CHARS = 1e5;
function describeError(thrown, stacks) {
  try {
    if (thrown instanceof Error2) {
      const title = titleOf(thrown);
      const name = truncate(title.name, MAX_PART_CHARS);
      const { message: message2 } = title;
      const stack = stacks.rewrite(named(name, withoutGuards(stackOf(thrown, {
        name,
        message: message2
      }))));
      const details = detailsOf(thrown, stacks);
      return {
        name,
        message: message2,
        ...details.length === 0 ? {} : {
          details
        },
        stack,
        frames: stacks.frames(stack)
      };
    }
  } catch {
  }
  const text2 = stacks.rewrite(truncate(show(thrown), MAX_PART_CHARS));
  return {
    name: "Uncaught",
    message: text2,
    stack: `Uncaught ${text2}`,
    frames: []
  };
}
function describedAsText({ stack, details = [] }) {
  let text2 = stack;
  for (let i = 0; i < details.length; i++) text2 += `
${details[i]}`;
  return text2;
}
function stackOf(error, { name, message: message2 }) {
  const stack = `${error.stack ?? `${name}: ${message2}`}`;
  if (stack.length <= MAX_PART_CHARS) return stack;
  const half = MAX_PART_CHARS / 2;
  return `${headOf(stack, half)}
...
${tailOf(stack, half)}`;
}
function named(name, stack) {
  const rest = stack.startsWith("Error") ? stack.slice("Error".length) : void 0;
  return rest === void 0 || name.startsWith("Error") || rest !== "" && !isEnd(rest[0]) ? stack : name + rest;
}
function isEnd(character) {
  return character === ":" || character === "\n";
}

// src/kernel/snapshot/function_source.ts
var { getOwnPropertyDescriptor: getOwnPropertyDescriptor4 } = Object2;
var FunctionSources = class {
  #compile;
  #known = new WeakMap();
  /** @param compile Compiles the text of an expression. */
  constructor(compile) {
    this.#compile = compile;
  }
  /**
   * Returns the source of a function.
   *
   * @param value The function or class.
   * @param refuse Makes the error for one that is `what`, and so cannot be made from its source again.
   * @throws What `refuse` makes.
   */
  of(value2, refuse3) {
    const known = this.#known.get(value2);
    if (known !== void 0) return known;
    const text2 = rawSource(value2);
    const kind = isClassText(text2) ? "class" : "function";
    if (helperOf(text2) === void 0) {
      throw refuse3(text2.includes("[native code]") ? "a bound function, or a built-in one without a name" : `a ${kind} of a module that does not export it`);
    }
    const captured = captureOf(text2);
    if (captured === STATIC_PRIVATE) {
      throw refuse3("a class with static private fields, whose values cannot be read");
    }
    if (captured !== void 0 && captured !== PRIVATE_MEMBERS) {
      throw refuse3(`a ${kind} that uses ${captured} of the scope in which it was made`);
    }
    const form = this.#formOf(text2);
    if (form === void 0) throw refuse3("a method that cannot stand alone");
    const name = getOwnPropertyDescriptor4(value2, "name")?.value;
    const source = {
      form,
      text: text2,
      name: typeof name === "string" ? name : ""
    };
    this.#known.set(value2, source);
    return source;
  }
  /**
   * Makes a function from its source.
   *
   * @param source The source that {@linkcode FunctionSources.of} returned.
   * @throws What the code throws: a class may have static members that compute.
   */
  make(source) {
    const { form, text: text2, name } = source;
    const helper = helperOf(text2) ?? "$cell";
    let made2;
    if (form === "method") {
      const holder = this.#compile(`{${text2}}`, helper)();
      const { value: value2, get: get3, set } = getOwnPropertyDescriptor4(holder, Reflect2.ownKeys(holder)[0]);
      made2 = value2 ?? get3 ?? set;
    } else {
      const key = name === "__proto__" ? "" : name;
      const code = `{${JSON2.stringify(key)}: (${text2})}`;
      made2 = this.#compile(code, helper)()[key];
    }
    if (typeof made2 !== "function") throw new TypeError2("The source is not that of a function");
    this.#known.set(made2, source);
    return made2;
  }
  #formOf(text2) {
    if (this.#compiles(text2)) return "expression";
    return !hasMatch(/^(?:async\s*|[gs]et\s*)?\*?\s*\[(?!Symbol\.\w+\])/, text2) && this.#compiles(`{${text2}}`) ? "method" : void 0;
  }
  #compiles(code) {
    try {
      this.#compile(code, helperOf(code) ?? "$cell");
      return true;
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }
};
var STATIC_PRIVATE = "#static";
var PRIVATE_MEMBERS = "#";

// src/kernel/lockdown/fixed_property.ts
var { defineProperty: defineProperty2, getOwnPropertyDescriptor: getOwnPropertyDescriptor5 } = Reflect2;
var made = [];
var values;
function fixValue(holder, key) {
  const property = getOwnPropertyDescriptor5(holder, key);
  if (property === void 0 || !property.configurable) return;
  property.configurable = false;
  if ("value" in property) property.writable = false;
  defineProperty2(holder, key, property);
}
function fixOverridable(holder, key) {
  const property = getOwnPropertyDescriptor5(holder, key);
  if (property === void 0 || !property.configurable) return;
  if (!("value" in property)) {
    property.configurable = false;
    defineProperty2(holder, key, property);
    return;
  }
  fix(holder, key, {
    value: property.value,
    enumerable: property.enumerable === true
  });
}
function reserve(holder, key) {
  fix(holder, key, {
    value: void 0,
    enumerable: false
  });
}
function fixedValue(property) {
  if (property.get === void 0) return property.value;
  if (values === void 0) {
    values = new Map();
    for (let i = 0; i < made.length; i += 2) values.set(made[i], made[i + 1]);
  }
  return values.get(property.get);
}
function fix(holder, key, { value: value2, enumerable }) {
  const get3 = () => value2;
  const set = {
    // A method, because an arrow function has no receiver of its own, and a function could be constructed.
    set(assigned) {
      assign(this, {
        holder,
        key,
        value: assigned
      });
    }
  }.set;
  made[made.length] = get3;
  made[made.length] = value2;
  defineProperty2(holder, key, {
    get: get3,
    set,
    enumerable,
    configurable: false
  });
}
function assign(receiver, { holder, key, value: value2 }) {
  const name = typeof key === "symbol" ? `[${key.description}]` : `'${key}'`;
  if (receiver === holder) {
    throw new TypeError2(`Cannot assign to ${name}: cells cannot replace built-ins`);
  }
  if (typeof receiver !== "object" && typeof receiver !== "function" || receiver === null) {
    throw new TypeError2(`Cannot create property ${name} on a ${typeof receiver}`);
  }
  const own = getOwnPropertyDescriptor5(receiver, key);
  const isWritable = own === void 0 || own.writable === true;
  const property = own === void 0 ? {
    value: value2,
    writable: true,
    enumerable: true,
    configurable: true
  } : {
    value: value2
  };
  if (!isWritable || !defineProperty2(receiver, key, property)) {
    throw new TypeError2(`Cannot assign to read only property ${name}`);
  }
}

// src/kernel/snapshot/intrinsics.ts
var { getOwnPropertyDescriptor: getOwnPropertyDescriptor6, getPrototypeOf: getPrototypeOf8 } = Object2;
var objectPrototype4 = Object2.prototype;
var { apply: apply10, ownKeys } = Reflect2;
var Intrinsics = class {
  #paths = new WeakMap();
  #values = new Map();
  /** Globals that are loaded on first use, which takes time. They are loaded here only if a value may be one of them. */
  #unloaded = new Map();
  /**
   * Records the globals.
   *
   * @param globals Their properties, as they were before a cell declared them anew.
   */
  constructor(globals2) {
    this.#add("globalThis", realm);
    globals2.forEach(({ value: data, get: get3 }, name) => {
      if (get3 !== void 0 && !LOADED.has(name)) this.#unloaded.set(name, get3);
      const value2 = objectOf(LOADED.has(name) && get3 !== void 0 ? apply10(get3, realm, []) : data);
      if (value2 === void 0 || !this.#add(name, value2)) return;
      this.#addMembers(name, value2);
      const prototype = getPrototypeOf8(value2);
      if (typeof value2 === "object" && prototype !== null && prototype !== objectPrototype4) {
        this.#addMembers(name, prototype);
      }
    });
  }
  /** Returns the path of a built-in, or `undefined` if the value is none. */
  pathOf(value2) {
    const path = this.#paths.get(value2);
    if (path !== void 0 || typeof value2 !== "function") return path;
    const name = getOwnPropertyDescriptor6(value2, "name")?.value;
    return typeof name === "string" && this.#load(name) === value2 ? name : void 0;
  }
  /** Returns the built-in at a path. */
  at(path) {
    return this.#values.get(path) ?? this.#load(path);
  }
  #load(name) {
    const get3 = this.#unloaded.get(name);
    return get3 === void 0 ? void 0 : objectOf(apply10(get3, realm, []));
  }
  #addMembers(path, holder) {
    const names = ownKeys(holder);
    for (let i = 0; i < names.length; i++) {
      const key = names[i];
      if (typeof key !== "string" || key === "constructor") continue;
      const value2 = dataOf2(holder, key);
      if (value2 === void 0) continue;
      if (this.#add(`${path}.${key}`, value2) && key === "prototype") {
        this.#addMembers(`${path}.prototype`, value2);
      }
    }
  }
  #add(path, value2) {
    if (typeof value2 === "function" && helperOf(rawSource(value2)) !== void 0) return false;
    if (this.#paths.has(value2)) return false;
    this.#paths.set(value2, path);
    this.#values.set(path, value2);
    return true;
  }
};
var LOADED = /* @__PURE__ */ new Set([
  "crypto"
]);
function dataOf2(holder, key) {
  const property = getOwnPropertyDescriptor6(holder, key);
  return property === void 0 ? void 0 : objectOf(fixedValue(property));
}
function objectOf(value2) {
  return typeof value2 === "function" || typeof value2 === "object" && value2 !== null ? value2 : void 0;
}

// src/rpc/outline.ts
var SAMPLED_ELEMENTS = 20;
var MAX_KEYS = 20;
var MAX_KEY_CHARS = 40;
var { getPrototypeOf: getPrototypeOf9, keys: keys7 } = Object2;
function outline(value2) {
  try {
    return outlineOf(value2);
  } catch {
    return typeof value2;
  }
}
function outlineOf(value2) {
  if (typeof value2 === "string") return `string, ${value2.length} characters`;
  if (typeof value2 !== "object" || value2 === null) return kindOf(value2);
  const kind = kindOf(value2);
  if (Array2.isArray(value2)) {
    return `${kind}${part("elements", kindsOf(partOf(value2, {
      end: SAMPLED_ELEMENTS
    })))}`;
  }
  if (value2 instanceof Map) {
    const names2 = kindsOf(sample(value2.keys()));
    return `${kind}${part("keys", names2)}${part("values", kindsOf(sample(value2.values())))}`;
  }
  if (value2 instanceof Set2) return `${kind}${part("elements", kindsOf(sample(value2.values())))}`;
  if (kind !== "object") return kind;
  const names = keys7(value2);
  return `object${part(`${names.length} keys`, names.length === 0 ? "none" : listed(names))}`;
}
function part(what, text2) {
  return text2 === "" ? "" : `, ${what}: ${text2}`;
}
function sample(values2) {
  const sampled = [];
  while (sampled.length < SAMPLED_ELEMENTS) {
    const { done, value: value2 } = values2.next();
    if (done) break;
    sampled[sampled.length] = value2;
  }
  return sampled;
}
function kindsOf(values2) {
  const kinds = new Set2();
  for (let i = 0; i < values2.length; i++) {
    const value2 = values2[i];
    const kind = kindOf(value2);
    kinds.add(kind === "object" ? `{ ${listed(keys7(value2))} }` : kind);
    if (kinds.size > 4) return "of many kinds";
  }
  return listOfSet(kinds).join(" | ");
}
function listed(names) {
  const shown = mapList(partOf(names, {
    end: MAX_KEYS
  }), (name) => truncate(name, MAX_KEY_CHARS));
  if (names.length > MAX_KEYS) shown[MAX_KEYS] = `and ${names.length - MAX_KEYS} more`;
  return shown.join(", ");
}
function kindOf(value2) {
  if (value2 === null) return "null";
  if (typeof value2 !== "object") return typeof value2;
  if (Array2.isArray(value2)) return `Array(${value2.length})`;
  const prototype = getPrototypeOf9(value2);
  if (prototype === null || prototype === Object2.prototype) return "object";
  const { constructor } = prototype;
  const name = headOf(typeof constructor === "function" ? `${constructor.name}` : "", MAX_KEY_CHARS);
  if (value2 instanceof Map || value2 instanceof Set2) return `${name}(${value2.size})`;
  if (ArrayBuffer.isView(value2) && "length" in value2) return `${name}(${value2.length})`;
  return name === "" ? "object" : name;
}

// src/kernel/namespace/namespace.ts
var { defineProperty: defineProperty3, getOwnPropertyDescriptor: getOwnPropertyDescriptor7, getOwnPropertyNames: getOwnPropertyNames3, hasOwn: hasOwn6 } = Object2;
var { apply: apply11 } = Reflect2;
var Namespace = class {
  #target;
  #globals;
  /** Globals that were declared anew, as they were before. */
  #shadowed = new Map();
  /** Names that wait for their value, each with the property that it had before. */
  #awaited = new Map();
  /** The names in the order in which they were first bound. */
  #order = new Map();
  /** The names that were bound since {@linkcode Namespace.watch}, with what they were before. */
  #bound;
  #count = 0;
  #provided = new Map();
  #providedNames = new WeakMap();
  /**
   * @param target The object whose properties are the names.
   * @param globals Properties of it that are none of the names.
   */
  constructor(target, globals2) {
    this.#target = target;
    this.#globals = new Set2();
    globals2.forEach((name) => this.#globals.add(name));
  }
  /** Returns the globals as properties. Those that cells have declared anew are as they were before. */
  globals() {
    const globals2 = new Map();
    this.#globals.forEach((name) => {
      const property = this.#shadowed.get(name) ?? getOwnPropertyDescriptor7(this.#target, name);
      if (property !== void 0) globals2.set(name, property);
    });
    return globals2;
  }
  /**
   * Binds a name, whatever it stood for.
   *
   * @param name The name.
   * @param value The value.
   * @param options Whether cells may assign to it.
   */
  define(name, value2, options = {}) {
    if (this.#bound !== void 0 && !this.#bound.has(name)) {
      this.#bound.set(name, this.named(name));
    }
    if (!this.has(name)) this.#order.set(name, this.#count++);
    if (this.#globals.has(name) && !this.#shadowed.has(name)) {
      this.#shadowed.set(name, this.#property(name) ?? {});
    }
    if (this.#awaited.has(name)) this.#withdraw(name);
    defineProperty3(this.#target, name, {
      value: value2,
      writable: options.writable ?? true,
      enumerable: true,
      configurable: true
    });
  }
  /**
   * Takes a name away, whatever it stands for now. A global that it has hidden is back.
   *
   * @param name The name.
   */
  remove(name) {
    this.#provided.delete(name);
    if (!this.has(name)) return;
    if (this.#bound !== void 0 && !this.#bound.has(name)) {
      this.#bound.set(name, this.named(name));
    }
    const hidden = this.#shadowed.get(name);
    this.#shadowed.delete(name);
    this.#order.delete(name);
    if (this.#awaited.has(name)) this.#awaited.set(name, hidden);
    else if (hidden?.configurable !== void 0) defineProperty3(this.#target, name, hidden);
    else delete this.#target[name];
  }
  /**
   * Binds a name that the running cell gives a value later, by {@linkcode Namespace.define}. Until then it is as it was for
   * everyone but the cells.
   *
   * @param name The name.
   * @param access What cells do by reading it and by assigning to it.
   */
  expect(name, access) {
    if (this.#awaited.has(name)) return;
    this.#awaited.set(name, getOwnPropertyDescriptor7(this.#target, name));
    defineProperty3(this.#target, name, {
      ...access,
      enumerable: true,
      configurable: true
    });
  }
  /** Makes the names that were given no value what they were before. */
  settle() {
    if (this.#awaited.size === 0) return;
    this.#awaited.forEach((_, name) => this.#withdraw(name));
  }
  /** Makes a name what it was before. One that is new is listed where it gets its value. */
  #withdraw(name) {
    const before = this.#awaited.get(name);
    this.#awaited.delete(name);
    if (before === void 0) delete this.#target[name];
    else defineProperty3(this.#target, name, before);
  }
  /** Returns the property that stands for a name, or stood for it before the running cell. */
  #property(name) {
    return this.#awaited.has(name) ? this.#awaited.get(name) : getOwnPropertyDescriptor7(this.#target, name);
  }
  /**
   * Binds a name to a function of the host or to a stand-in for one of its objects, and remembers that.
   *
   * @param name The name.
   * @param value The function or stand-in.
   */
  defineProvided(name, value2) {
    this.#provided.set(name, value2);
    this.#providedNames.set(value2, name);
    this.define(name, value2);
  }
  /**
   * Makes something of the host a global under a name that is free. It is none of the names of cells.
   *
   * @param name The name.
   * @param value What the host provides.
   */
  defineHidden(name, value2) {
    if (name in this.#target || this.#globals.has(name)) return;
    this.#provided.set(name, value2);
    this.#providedNames.set(value2, name);
    this.#globals.add(name);
    defineProperty3(this.#target, name, {
      value: value2,
      writable: true,
      configurable: true
    });
  }
  /**
   * Binds a name while its value is being read: code that reads it gets what `demand` returns, and assignments to it are
   * dropped. A global keeps its meaning.
   *
   * @param name The name.
   * @param demand Returns its value, or throws.
   * @returns A function that restores the earlier meaning of the name.
   */
  defineLazily(name, demand) {
    if (this.#globals.has(name)) return () => {
    };
    const before = getOwnPropertyDescriptor7(this.#target, name);
    if (before !== void 0) delete this.#target[name];
    const lazy = {
      get: demand,
      set: () => {
      },
      enumerable: true,
      configurable: true
    };
    defineProperty3(this.#target, name, lazy);
    return () => {
      if (before === void 0) delete this.#target[name];
      else defineProperty3(this.#target, name, before);
    };
  }
  /** Returns what the host has provided by this name, whatever the name stands for now. */
  provided(name) {
    return this.#provided.get(name);
  }
  /** Returns the name by which the host has provided a value, or `undefined` if it has not. */
  providedNameOf(value2) {
    return this.#providedNames.get(value2);
  }
  /** Returns whether a name is bound. */
  has(name) {
    const exists = this.#awaited.has(name) ? this.#awaited.get(name) !== void 0 : hasOwn6(this.#target, name);
    return exists && (!this.#globals.has(name) || this.#shadowed.has(name));
  }
  /**
   * Returns the value of a name.
   *
   * @throws {ReferenceError} If it is not bound.
   */
  get(name) {
    if (!this.has(name)) throw new ReferenceError2(`${name} is not defined`);
    const before = this.#awaited.get(name);
    if (before === void 0) return this.#target[name];
    return before.get === void 0 ? before.value : apply11(before.get, this.#target, []);
  }
  /** Returns a name with its value, or `undefined` if it is not bound. */
  named(name) {
    if (!this.has(name)) return void 0;
    const property = this.#property(name);
    const computed = property.get !== void 0 || property.set !== void 0;
    return {
      name,
      value: computed ? property.get : property.value,
      constant: property.writable === false,
      computed
    };
  }
  /** Returns every name with its value, in the order in which they were first bound. */
  values() {
    const values2 = [];
    const names = getOwnPropertyNames3(this.#target);
    for (let i = 0; i < names.length; i++) {
      const value2 = this.named(names[i]);
      if (value2 !== void 0) values2[values2.length] = value2;
    }
    return values2;
  }
  /** Returns some names with their values, in the order in which they were first bound. Those that are not bound are left out. */
  inOrder(names) {
    const values2 = [];
    names.forEach((name) => {
      const value2 = this.named(name);
      if (value2 !== void 0) values2[values2.length] = value2;
    });
    return values2.sort((a, b) => this.#order.get(a.name) - this.#order.get(b.name));
  }
  /** Records the names that are bound from now on. */
  watch() {
    this.#bound = new Map();
  }
  /** Ends the record, and returns the names with what they were before. */
  unwatch() {
    const bound = this.#bound;
    this.#bound = void 0;
    return bound;
  }
  /** Returns a line about the value of each name; `null` for names that are not bound. */
  outlines(names) {
    return mapList(names, (name) => this.has(name) ? outline(this.get(name)) : null);
  }
  /** Returns every name with the type of its value. */
  entries() {
    return mapList(this.values(), toEntry);
  }
};
function toEntry({ name, value: value2, constant }) {
  return {
    name,
    type: typeOf(value2),
    ...constant ? {
      constant
    } : {}
  };
}

// src/kernel/namespace/changes.ts
var Changes = class {
  #namespace;
  /** Names that functions of earlier cells assign. */
  #assignedLater = new Set2();
  /** Whether code has, or may have, the global object itself: it can change any name. */
  #comparesAll = false;
  #before = new Map();
  /** @param namespace The names. */
  constructor(namespace) {
    this.#namespace = namespace;
  }
  /** Functions have come back whose text was not read. */
  distrust() {
    this.#comparesAll = true;
  }
  /**
   * Begins a cell.
   *
   * @param assignments The assignments in its text. @default there are none
   */
  begin({ now: now2 = [], later = [], any = false } = {}) {
    const namespace = this.#namespace;
    const before = new Map();
    this.#before = before;
    if (any) this.#comparesAll = true;
    for (let i = 0; i < later.length; i++) this.#assignedLater.add(later[i]);
    if (this.#comparesAll) {
      const all = namespace.values();
      for (let i = 0; i < all.length; i++) before.set(all[i].name, all[i].value);
      return;
    }
    namespace.watch();
    const keep = (name) => {
      const known = namespace.named(name);
      if (known !== void 0) before.set(name, known.value);
    };
    for (let i = 0; i < now2.length; i++) keep(now2[i]);
    this.#assignedLater.forEach(keep);
  }
  /** Ends the cell, and returns the names that it has changed, in the order in which they were first bound. */
  end() {
    const before = this.#before;
    const isChanged = ({ name, value: value2 }) => !before.has(name) || !Object2.is(before.get(name), value2);
    this.#before = new Map();
    if (this.#comparesAll) {
      return mapList(filterList(this.#namespace.values(), isChanged), toEntry);
    }
    const names = new Set2();
    before.forEach((_, name) => names.add(name));
    this.#namespace.unwatch().forEach((bound, name) => {
      names.add(name);
      if (bound !== void 0 && !before.has(name)) before.set(name, bound.value);
    });
    return mapList(filterList(this.#namespace.inOrder(names), isChanged), toEntry);
  }
};

// src/kernel/namespace/cell_helper.ts
var { getOwnPropertyDescriptor: getOwnPropertyDescriptor8, hasOwn: hasOwn7 } = Object2;
var { apply: apply12 } = Reflect2;
function createHelper(namespace, guards) {
  const declare = (writable) => new Proxy(Object2.create(null), {
    set: (_, name, value2) => {
      namespace.define(String(name), value2, {
        writable
      });
      return true;
    }
  });
  return Object2.freeze({
    c: declare(false),
    l: declare(true),
    p: (variables, later, assigned, tested) => {
      for (let i = 0; i < variables.length; i++) {
        if (!namespace.has(variables[i])) namespace.define(variables[i], void 0);
      }
      for (let i = 0; i < later.length; i++) expectDeclaration(namespace, later[i]);
      for (let i = 0; i < assigned.length; i++) {
        const name = assigned[i];
        const isTested = tested.includes(name);
        if (!namespace.has(name)) expectAssignment(namespace, {
          name,
          isTested
        });
      }
    },
    i: checkImport,
    g: () => guards.guard(),
    a: (value2) => guards.resume(value2)
  });
}
function expectDeclaration(namespace, name) {
  if (!namespace.has(name) && hasOwn7(realm, name)) return;
  const refuse3 = () => {
    throw new ReferenceError2(`Cannot access '${name}' before initialization`);
  };
  namespace.expect(name, {
    get: refuse3,
    set: refuse3
  });
}
function expectAssignment(namespace, { name, isTested }) {
  const before = getOwnPropertyDescriptor8(realm, name);
  namespace.expect(name, {
    get: () => {
      if (before === void 0 && !isTested) throw new ReferenceError2(`${name} is not defined`);
      return before?.get === void 0 ? before?.value : apply12(before.get, realm, []);
    },
    set: (value2) => namespace.define(name, value2)
  });
}
async function checkImport(pending, specifier = "", names = []) {
  const module = await pending;
  const missing2 = filterList(names, (name) => !(name in module));
  if (missing2.length > 0) {
    throw new SyntaxError(`The module ${JSON2.stringify(specifier)} has no export named ${JSON2.stringify(missing2[0])}`);
  }
  return module;
}

// src/kernel/snapshot/loss_reason.ts
var REFUSAL = "Cannot encode ";
function writeLossReason(thrown, name) {
  try {
    const text2 = `${thrown.message}`;
    if (!text2.startsWith(REFUSAL)) return `something in it throws: ${text2}`;
    const message2 = text2.slice(REFUSAL.length);
    return message2.startsWith(`${name}: `) ? message2.slice(name.length + 2) : message2.replace(": it is ", " is ");
  } catch {
    return "something in it throws";
  }
}
function readLossReason(thrown) {
  try {
    return `${thrown.message}`;
  } catch {
    return "what makes it throws";
  }
}

// src/kernel/snapshot/own_properties.ts
var { getOwnPropertyDescriptor: getOwnPropertyDescriptor9 } = Object2;
var { ownKeys: ownKeys2 } = Reflect2;
var { isArray: isArray4 } = Array2;
var { isView: isView3 } = ArrayBuffer;
var MAX_LISTED = 1e5;
var WRITABLE = 1;
var ENUMERABLE = 2;
var CONFIGURABLE = 4;
var ALL_FLAGS = WRITABLE | ENUMERABLE | CONFIGURABLE;
function propertiesOf2(value2) {
  const properties = [];
  visitProperties(value2, (property) => {
    properties[properties.length] = property;
  });
  return properties;
}
function visitProperties(value2, visit) {
  const length = isList(value2) ? value2.length : 0;
  const elements = isArray4(value2) ? length : 0;
  let visited = 0;
  for (let holes = 0; visited < elements && holes <= MAX_LISTED; visited++) {
    const descriptor = getOwnPropertyDescriptor9(value2, visited);
    if (descriptor !== void 0) visit({
      key: `${visited}`,
      descriptor
    });
    else holes++;
  }
  if (length > MAX_LISTED && visited === elements) {
    const descriptor = getOwnPropertyDescriptor9(value2, "length");
    if (descriptor !== void 0) visit({
      key: "length",
      descriptor
    });
    return;
  }
  const keys8 = ownKeys2(value2);
  for (let i = 0; i < keys8.length; i++) {
    const key = keys8[i];
    if (visited > 0 && isArrayIndex(key) && Number2(key) < visited) continue;
    visit({
      key,
      descriptor: getOwnPropertyDescriptor9(value2, key)
    });
  }
}
function isList(value2) {
  return isArray4(value2) || value2 instanceof String || isView3(value2) && !(value2 instanceof DataView);
}
function flagsOf({ writable, enumerable, configurable }) {
  return (writable === true ? WRITABLE : 0) | (enumerable === true ? ENUMERABLE : 0) | (configurable === true ? CONFIGURABLE : 0);
}

// src/kernel/snapshot/property_shape.ts
var { defineProperty: defineProperty4, freeze, getOwnPropertyDescriptor: getOwnPropertyDescriptor10, isExtensible, isFrozen, isSealed, preventExtensions, seal } = Object2;
var { apply: apply13, ownKeys: ownKeys3 } = Reflect2;
var { toString: toStringTag7 } = Object2.prototype;
var { isArray: isArray5 } = Array2;
var { isView: isView4 } = ArrayBuffer;
var OPEN = 0;
var CLOSED2 = 1;
var SEALED = 2;
var FROZEN = 3;
var USUAL_FLAGS = [
  ALL_FLAGS,
  ALL_FLAGS,
  ALL_FLAGS & ~CONFIGURABLE,
  ENUMERABLE
];
function isOrdinary(object) {
  if (!isExtensible(object)) return false;
  if (isArray5(object)) return isOrdinaryList(object);
  const keys8 = ownKeys3(object);
  for (let i = 0; i < keys8.length; i++) {
    const key = keys8[i];
    if (typeof key === "symbol") return false;
    const { writable, enumerable, configurable } = getOwnPropertyDescriptor10(object, key);
    if (writable !== true || enumerable !== true || configurable !== true) return false;
  }
  return true;
}
function isOrdinaryList(list) {
  for (let i = 0; i < list.length; i++) {
    const property = getOwnPropertyDescriptor10(list, i);
    if (property === void 0) return false;
    const { writable, enumerable, configurable } = property;
    if (writable !== true || enumerable !== true || configurable !== true) return false;
  }
  if (getOwnPropertyDescriptor10(list, "length").writable !== true) return false;
  return list.length > MAX_LISTED || ownKeys3(list).length === list.length + 1;
}
function shapeOf(value2, { isBuiltin }) {
  if (isArray5(value2)) return shape(value2, coversArray);
  if (isBuiltin) return shape(value2, coverageOf(value2));
  const found3 = shape(value2, coversData);
  if (found3 === void 0 || found3.properties.length === 0) return found3;
  return {
    ...found3,
    properties: propertiesOf2(value2),
    isWhole: true
  };
}
function shapeOfFunction(fn, text2) {
  return shape(fn, ({ key, descriptor }) => {
    if (key === "length" || key === "name" && typeof descriptor.value === "string") return true;
    return key === "prototype" || isMemberOf(text2, descriptor);
  });
}
function shapeOfPrototype(prototype, { fn, text: text2 }) {
  return shape(prototype, ({ key, descriptor }) => key === "constructor" && descriptor.value === fn || isMemberOf(text2, descriptor));
}
function writeShape({ closure, properties }, writer) {
  const entries = mapList(properties, ({ key, descriptor }) => {
    const name = typeof key === "symbol" ? nameOfSymbol(key, writer) : key;
    const label = typeof name === "string" ? name : `[Symbol.${name[1]}]`;
    const flags = flagsOf(descriptor);
    if ("value" in descriptor) return [
      name,
      flags,
      writer.child(label, descriptor.value)
    ];
    return [
      name,
      flags,
      writer.child(label, descriptor.get ?? null),
      writer.child(label, descriptor.set ?? null)
    ];
  });
  return [
    closure,
    entries
  ];
}
function applyShape(target, { node, reader }) {
  const { 0: closure, 1: entries } = listFrom(node);
  const list = listFrom(entries);
  for (let i = 0; i < list.length; i++) {
    const entry = listFrom(list[i]);
    if (entry.length < 3) throw new TypeError2("it is malformed");
    const { 0: name, 1: flags, 2: first, 3: second } = entry;
    const key = typeof name === "string" ? name : symbolNamed(listFrom(name));
    const isAccessor = entry.length > 3;
    const property = {
      enumerable: has(flags, ENUMERABLE),
      configurable: has(flags, CONFIGURABLE)
    };
    if (isAccessor) {
      property.get = accessorFrom(first, reader);
      property.set = accessorFrom(second, reader);
    } else {
      property.value = reader.decode(first);
      property.writable = has(flags, WRITABLE);
    }
    defineProperty4(target, key, property);
  }
  if (closure === FROZEN) freeze(target);
  else if (closure === SEALED) seal(target);
  else if (closure === CLOSED2) preventExtensions(target);
}
function shape(value2, covers) {
  const closure = closureOf(value2);
  const usual = USUAL_FLAGS[closure];
  const properties = [];
  visitProperties(value2, (property) => {
    if (!covers(property, usual)) properties[properties.length] = property;
  });
  return closure === OPEN && properties.length === 0 ? void 0 : {
    closure,
    properties
  };
}
function closureOf(value2) {
  if (isExtensible(value2)) return OPEN;
  const isFixed = !isArray5(value2) || getOwnPropertyDescriptor10(value2, "length").writable === false;
  if (isFixed && isFrozen(value2)) return FROZEN;
  return isSealed(value2) ? SEALED : CLOSED2;
}
function coversData({ key, descriptor }, usual) {
  return typeof key === "string" && "value" in descriptor && flagsOf(descriptor) === usual;
}
function coversArray(property, usual) {
  if (property.key === "length") {
    return (flagsOf(property.descriptor) & WRITABLE) === (usual & WRITABLE);
  }
  return isArrayIndex(property.key) && coversData(property, usual);
}
function coverageOf(value2) {
  if (isView4(value2)) return ({ key }) => isArrayIndex(key);
  if (value2 instanceof String) {
    const { length } = value2;
    return ({ key }) => key === "length" || isArrayIndex(key) && Number2(key) < length;
  }
  if (value2 instanceof RegExp) {
    return ({ key, descriptor }, usual) => key === "lastIndex" && descriptor.value === 0 && (flagsOf(descriptor) & WRITABLE) === (usual & WRITABLE);
  }
  if (value2 instanceof DOMException) return ({ key }) => typeof key === "symbol" || key === "stack";
  if (value2 instanceof Error2) {
    return (property, usual) => ERROR_KEYS.includes(property.key) || coversData(property, usual);
  }
  const isPlatform = hasMatch(/^(?:URL|URLSearchParams|Headers|Blob|File)$/, tagOf(value2));
  return isPlatform ? ({ key }) => typeof key === "symbol" : () => false;
}
var ERROR_KEYS = [
  "stack",
  "message",
  "name",
  "cause",
  "errors"
];
function tagOf(value2) {
  return apply13(toStringTag7, value2, []).slice(8, -1);
}
function isMemberOf(text2, { value: value2, get: get3, set, enumerable }) {
  if (enumerable === true) return false;
  const isIn = (fn) => typeof fn === "function" && text2.includes(rawSource(fn));
  if (get3 === void 0 && set === void 0) return isIn(value2);
  return (get3 === void 0 || isIn(get3)) && (set === void 0 || isIn(set));
}
function has(flags, flag) {
  return (Number2(flags) & flag) !== 0;
}
function nameOfSymbol(symbol, writer) {
  const registered = Symbol.keyFor(symbol);
  if (registered !== void 0) return [
    "for",
    registered
  ];
  const keys8 = ownKeys3(Symbol);
  for (let i = 0; i < keys8.length; i++) {
    const key = keys8[i];
    if (typeof key === "string" && getOwnPropertyDescriptor10(Symbol, key)?.value === symbol) {
      return [
        "known",
        key
      ];
    }
  }
  throw writer.refusal("an object with a symbol as a key that exists only here");
}
function symbolNamed({ 0: how, 1: name }) {
  const symbol = how === "for" ? Symbol.for(`${name}`) : getOwnPropertyDescriptor10(Symbol, `${name}`)?.value;
  if (typeof symbol !== "symbol") throw new TypeError2("it is malformed");
  return symbol;
}
function accessorFrom(node, reader) {
  const value2 = reader.decode(node);
  if (value2 === null) return void 0;
  if (typeof value2 !== "function") throw new TypeError2("it is malformed");
  return value2;
}
function listFrom(node) {
  if (!isArray5(node)) throw new TypeError2("it is malformed");
  return node;
}

// src/kernel/snapshot/snapshot_document.ts
var NONE = [];
function parseSnapshot(attachments) {
  const manifest = parse(attachments[0]);
  if (!isManifest(manifest) || manifest.parts >= attachments.length) throw malformed2();
  const { modules, parts, buffers } = manifest;
  const entries = entriesOf(partOf(attachments, {
    start: 1,
    end: 1 + parts
  }));
  const contents = attachmentsByName(buffers, partOf(attachments, {
    start: 1 + parts
  }));
  const names = mapList(entries, (entry) => {
    const own = contents.get(entry.name);
    if (own === void 0) return {
      entry,
      attachments: NONE
    };
    contents.delete(entry.name);
    if (!Object2.hasOwn(entry, "tree")) throw malformed2();
    return {
      entry,
      attachments: own
    };
  });
  if (contents.size > 0) throw malformed2();
  return {
    modules,
    names
  };
}
function entriesOf(parts) {
  const entries = [];
  const different = new Set2();
  for (let i = 0; i < parts.length; i++) {
    const part2 = parse(parts[i]);
    if (!Array2.isArray(part2)) throw malformed2();
    for (let j = 0; j < part2.length; j++) {
      const entry = part2[j];
      if (!isEntry(entry)) throw malformed2();
      entries[entries.length] = entry;
      different.add(entry.name);
    }
  }
  if (different.size < entries.length) throw malformed2();
  return entries;
}
function attachmentsByName(buffers, contents) {
  const byName = new Map();
  for (let i = 0; i < buffers.length; i++) {
    const { name, attachments } = buffers[i];
    const different = new Set2();
    const own = mapList(attachments, (index) => {
      const bytes = contents[index];
      if (bytes === void 0) throw malformed2();
      different.add(index);
      return bytes;
    });
    if (different.size < attachments.length) throw malformed2();
    byName.set(name, own);
  }
  if (byName.size < buffers.length) throw malformed2();
  return byName;
}
function parse(bytes) {
  try {
    return JSON2.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw malformed2({
      cause
    });
  }
}
function isManifest(value2) {
  if (!isRecord(value2)) return false;
  const { modules, parts, buffers } = value2;
  return isCount(parts) && Array2.isArray(modules) && modules.every(isModule) && Array2.isArray(buffers) && buffers.every(isBuffers);
}
function isModule(value2) {
  return isRecord(value2) && typeof value2.specifier === "string" && isRecord(value2.attributes) && Object2.values(value2.attributes).every((attribute) => typeof attribute === "string");
}
function isBuffers(value2) {
  return isRecord(value2) && typeof value2.name === "string" && Array2.isArray(value2.attachments) && value2.attachments.every(isCount);
}
function isEntry(value2) {
  return isRecord(value2) && typeof value2.name === "string" && Object2.hasOwn(value2, "tree") !== Object2.hasOwn(value2, "plain");
}
function isCount(value2) {
  return Number2.isSafeInteger(value2) && value2 >= 0;
}
function isRecord(value2) {
  return typeof value2 === "object" && value2 !== null && !Array2.isArray(value2);
}
function malformed2(options) {
  return new TypeError2("Cannot restore a snapshot: it is malformed", options);
}

// src/kernel/snapshot/snapshot_reader.ts
var { getPrototypeOf: getPrototypeOf10, setPrototypeOf, getOwnPropertyDescriptor: getOwnPropertyDescriptor11, hasOwn: hasOwn8 } = Object2;
async function openSnapshot(context, attachments, { except }) {
  const document = parseSnapshot(attachments);
  const modules = new Map();
  for (let i = 0; i < document.modules.length; i++) {
    const { specifier, attributes } = document.modules[i];
    const key = JSON2.stringify({
      specifier,
      attributes
    });
    try {
      modules.set(key, await context.modules.import(specifier, attributes));
    } catch (error) {
      modules.set(key, error);
    }
  }
  const reader = new SnapshotReader(context, {
    document,
    modules,
    except
  });
  return () => reader.read();
}
var TOO_DEEP = "it is nested too deep";
var SnapshotReader = class {
  #context;
  #modules;
  #pending;
  #byName = new Map();
  #buffers = new Map();
  #lost = [];
  constructor(context, { document, modules, except }) {
    this.#context = context;
    this.#modules = modules;
    const kept = new Set2(except);
    this.#pending = mapList(document.names, ({ entry, attachments }) => {
      const { name } = entry;
      const wanted = !kept.has(name);
      const item = {
        entry,
        attachments,
        objects: [],
        wanted,
        state: "waiting"
      };
      this.#byName.set(name, item);
      return item;
    });
  }
  read() {
    const { namespace } = this.#context;
    const wanted = filterList(this.#pending, ({ wanted: wanted2 }) => wanted2);
    const givingBack = mapList(wanted, (item) => namespace.defineLazily(item.entry.name, () => this.#demand(item)));
    for (let i = 0; i < wanted.length; i++) this.#load(wanted[i]);
    for (let i = 0; i < wanted.length; i++) {
      if (wanted[i].state === "reading") this.#lose(wanted[i], new RangeError(TOO_DEEP));
      if (wanted[i].state === "lost") givingBack[i]();
      else this.#bind(wanted[i]);
    }
    const isProvided = (name) => {
      const provided = namespace.provided(name);
      return provided !== void 0 && provided === namespace.get(name);
    };
    const isBack = ({ entry, state }) => state === "read" && !isProvided(entry.name);
    const names = mapList(filterList(wanted, isBack), ({ entry }) => entry.name);
    return {
      names,
      lost: this.#lost
    };
  }
  #decode(list, reader) {
    const { 0: tag2, 1: first, 2: second, 3: third, 4: fourth } = list;
    switch (tag2) {
      case "builtin":
        return [
          reader.number(found2(this.#context.intrinsics.at(`${first}`), `${first}`))
        ];
      case "host":
        return [
          reader.number(this.#provided(`${first}`))
        ];
      case "import":
        return [
          reader.number(this.#imported(`${first}`, second))
        ];
      case "function":
        return [
          this.#function(first, {
            reader,
            parent: second,
            own: third,
            shared: fourth
          })
        ];
      case "bare":
        return [
          setPrototypeOf(objectFrom(first, reader), null)
        ];
      case "instance": {
        const value2 = objectFrom(first, reader);
        const { prototype } = objectFrom(second, reader);
        return [
          setPrototypeOf(value2, prototype)
        ];
      }
      case "shaped": {
        const value2 = objectFrom(first, reader);
        applyShape(value2, {
          node: second,
          reader
        });
        return [
          value2
        ];
      }
      case "revived": {
        const fill2 = reader.reserve();
        const Class = objectFrom(first, reader);
        const value2 = revive(Class, reader.decode(second));
        fill2(value2);
        return [
          value2
        ];
      }
      default:
        return void 0;
    }
  }
  /** Returns an object of a name, which is read now if it waits. */
  #find(number2, name) {
    const owner = this.#byName.get(name);
    if (owner !== void 0) this.#load(owner);
    const object = owner?.objects[number2];
    if (object === void 0) {
      throw new ReferenceError2(`it needs a part of ${name}, which is not back`);
    }
    return object;
  }
  #demand(item) {
    this.#load(item);
    const { entry, state, value: value2 } = item;
    const begun = item.objects[0];
    if (state === "reading" && begun !== void 0) return begun;
    if (state !== "read") throw new ReferenceError2(`${entry.name} is not defined`);
    if (isTree(entry) || typeof value2 !== "object") return value2;
    return item.scratch ??= JSON2.parse(JSON2.stringify(value2));
  }
  #load(item) {
    if (item.state !== "waiting") return;
    item.state = "reading";
    const { entry } = item;
    try {
      item.value = isTree(entry) ? this.#tree(item) : entry.plain;
      item.state = "read";
    } catch (error) {
      this.#lose(item, error);
    }
  }
  #bind(item) {
    const { name, constant } = item.entry;
    try {
      this.#context.namespace.define(name, item.value, {
        writable: constant !== true
      });
    } catch (error) {
      this.#lose(item, error);
    }
  }
  #lose(item, error) {
    const reason = readLossReason(error);
    if (item.wanted) this.#lost[this.#lost.length] = {
      name: item.entry.name,
      reason
    };
    item.state = "lost";
  }
  #tree({ entry, attachments, objects }) {
    const extension = {
      decode: (list, reader) => this.#decode(list, reader),
      find: (number2, name = entry.name) => this.#find(number2, name)
    };
    const decoder2 = new TreeDecoder(attachments, {
      extension,
      objects,
      buffers: this.#buffers
    });
    return decoder2.decode(entry.tree);
  }
  #provided(name) {
    const found3 = this.#context.namespace.provided(name);
    if (found3 === void 0) throw new TypeError2(`no ${name} is provided here`);
    return found3;
  }
  #imported(key, name) {
    const module = this.#modules.get(key);
    if (module === void 0 || module instanceof Error2) {
      throw module ?? new TypeError2("it comes from a module that is not in the snapshot");
    }
    if (name === null) return module;
    const value2 = getOwnPropertyDescriptor11(module, `${name}`)?.value;
    return found2(value2, `${name}`);
  }
  #function(source, { reader, parent, own, shared }) {
    const { 0: form, 1: text2, 2: name } = Array2.isArray(source) ? source : [];
    if (typeof form !== "string" || typeof text2 !== "string" || typeof name !== "string") {
      throw new TypeError2("the source of a function is malformed");
    }
    const fill2 = reader.reserve();
    const superclass = parent === null ? void 0 : objectFrom(parent, reader);
    const made2 = this.#context.sources.make({
      form,
      text: text2,
      name
    });
    fill2(made2);
    if (superclass !== void 0 && getPrototypeOf10(made2) !== superclass) {
      setPrototypeOf(made2, superclass);
      const { prototype } = made2;
      setPrototypeOf(prototype, superclass.prototype);
    }
    if (own !== null) applyShape(made2, {
      node: own,
      reader
    });
    if (shared !== null) {
      const { prototype } = made2;
      if (prototype === void 0) throw new TypeError2("it is malformed");
      applyShape(prototype, {
        node: shared,
        reader
      });
    }
    return made2;
  }
};
function isTree(entry) {
  return hasOwn8(entry, "tree");
}
function objectFrom(node, reader) {
  const value2 = reader.decode(node);
  if (typeof value2 === "object" && value2 !== null || typeof value2 === "function") return value2;
  throw new TypeError2("it is malformed");
}
function found2(value2, what) {
  if (value2 === void 0) throw new TypeError2(`there is no ${what} here`);
  return value2;
}

// src/kernel/snapshot/snapshot_writer.ts
import { isProxy as isProxy2 } from "node:util/types";

// src/kernel/snapshot/snapshot_parts.ts
var LARGE_CHARS = 16 * 1024;
var USUAL_CHARS = 16 * 1024;
var FULL_CHARS = 64 * 1024 - LARGE_CHARS;
var SCALAR_CHARS = 32;
var { imul } = Math2;
function writeAttachments(entries, { modules, buffers, contents }) {
  const encoder3 = new TextEncoder2();
  const texts = textsOf(entries);
  const manifest = {
    modules,
    parts: texts.length,
    buffers
  };
  const attachments = [
    encoder3.encode(JSON2.stringify(manifest))
  ];
  for (let i = 0; i < texts.length; i++) attachments[i + 1] = encoder3.encode(texts[i]);
  for (let i = 0; i < contents.length; i++) attachments[attachments.length] = contents[i];
  return attachments;
}
function textsOf(entries) {
  const parts = new PartTexts();
  for (let i = 0; i < entries.length; i++) parts.add(entries[i]);
  return parts.end();
}
var PartTexts = class {
  #texts = [];
  /** The text of the open part, without the brackets of the list and without `#scalars`. */
  #text = "";
  /** The last names of the open part, if they are scalars: writing many at once takes half the time. */
  #scalars = [];
  #length = 0;
  /** Adds a name to the open part, and ends that part if this is its last name. */
  add(entry) {
    if (isScalar(entry.plain)) {
      this.#scalars[this.#scalars.length] = entry;
      return this.#grow(entry.name, SCALAR_CHARS + entry.name.length);
    }
    const text2 = JSON2.stringify(entry);
    const isLarge = text2.length >= LARGE_CHARS;
    if (isLarge) this.end();
    else this.#writeScalars();
    this.#append(text2);
    if (isLarge) this.end();
    else this.#grow(entry.name, text2.length);
  }
  /** Ends the open part, and returns the texts of all parts. */
  end() {
    this.#writeScalars();
    if (this.#text !== "") this.#texts[this.#texts.length] = `[${this.#text}]`;
    this.#text = "";
    this.#length = 0;
    return this.#texts;
  }
  #grow(name, length) {
    this.#length += length;
    if (this.#length >= FULL_CHARS || isLast(name, length)) this.end();
  }
  #writeScalars() {
    if (this.#scalars.length === 0) return;
    this.#append(JSON2.stringify(this.#scalars).slice(1, -1));
    this.#scalars = [];
  }
  #append(text2) {
    this.#text += this.#text === "" ? text2 : `,${text2}`;
  }
};
function isScalar(plain) {
  return typeof plain === "number" || typeof plain === "boolean" || plain === null;
}
function isLast(name, length) {
  return hashOf2(name) * USUAL_CHARS < length * 2 ** 32;
}
function hashOf2(name) {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = imul(hash ^ name.charCodeAt(i), 16777619);
  hash = imul(hash ^ hash >>> 16, 2246822507);
  hash = imul(hash ^ hash >>> 13, 3266489909);
  return (hash ^ hash >>> 16) >>> 0;
}

// src/kernel/snapshot/plain_names.ts
import { isProxy } from "node:util/types";
var OBJECT_COST = 48;
var { getPrototypeOf: getPrototypeOf11 } = Object2;
var PlainNames = class {
  /** The first value that an object was met in, by index. */
  #owners = new Map();
  #plain = new Set2();
  #shared = new Set2();
  #intrinsics;
  #maxCost;
  /** Approximate memory of all plain values in bytes. */
  cost = 0;
  /**
   * @param intrinsics Built-ins, which are no data.
   * @param maxCost Maximum memory of all plain values in bytes.
   */
  constructor(intrinsics, maxCost) {
    this.#intrinsics = intrinsics;
    this.#maxCost = maxCost;
  }
  /**
   * Examines a value.
   *
   * @param index Its index.
   * @param value The value.
   */
  check(index, value2) {
    let cost = 0;
    const spend = (length) => {
      cost += length;
      if (this.cost + cost > this.#maxCost) throw new RangeError("too large");
    };
    const isNew = (object) => {
      spend(OBJECT_COST);
      const owner = this.#owners.get(object);
      if (owner !== void 0) {
        this.#shared.add(owner);
        return false;
      }
      this.#owners.set(object, index);
      return this.#intrinsics.pathOf(object) === void 0 && getPrototypeOf11(object) !== null && !isProxy(object) && isOrdinary(object);
    };
    try {
      if (!isPlainJson(value2, {
        isNew,
        spend
      })) return;
    } catch {
      return;
    }
    this.#plain.add(index);
    this.cost += cost;
  }
  /** Returns whether a value is plain data that shares nothing with others. */
  has(index) {
    return this.#plain.has(index) && !this.#shared.has(index);
  }
  /** Records that an object is part of another value as well. Returns whether it was thought to be part of one only. */
  share(object) {
    const owner = this.#owners.get(object);
    if (owner === void 0 || !this.has(owner)) return false;
    this.#shared.add(owner);
    return true;
  }
  /** Lets no value be plain data any more. Returns whether there was one. */
  clear() {
    const { size } = this.#plain;
    this.#plain.clear();
    return size > 0;
  }
};

// src/kernel/snapshot/snapshot_writer.ts
var { getPrototypeOf: getPrototypeOf12, getOwnPropertyDescriptor: getOwnPropertyDescriptor12 } = Object2;
var { apply: apply14 } = Reflect2;
var { toString: toStringTag8 } = Object2.prototype;
var objectPrototype5 = Object2.prototype;
var arrayPrototype2 = Array2.prototype;
var functionPrototype = Function.prototype;
function writeSnapshot(context, maxBytes) {
  const values2 = context.namespace.values();
  const plain = new PlainNames(context.intrinsics, maxBytes);
  for (let i = 0; i < values2.length; i++) plain.check(i, values2[i].value);
  for (let attempt = 0; ; attempt++) {
    const writer = new SnapshotWriter(context, {
      plain,
      maxBytes,
      patient: attempt >= MAX_HASTY
    });
    const written = writer.write(values2);
    if (written !== void 0) return written;
  }
}
var MAX_HASTY = 3;
var SharedObject = class {
};
var SnapshotWriter = class {
  #context;
  #plain;
  #encoder;
  #modules = new Map();
  /** Whether to go on when a value turns out to be shared that was taken for plain data, to find all of them. */
  #patient;
  #outdated = false;
  constructor(context, { plain, maxBytes, patient }) {
    this.#context = context;
    this.#plain = plain;
    this.#patient = patient;
    this.#encoder = new TreeEncoder({
      instances: "refuse",
      extension: this,
      maxCost: Math2.max(0, maxBytes - plain.cost)
    });
  }
  /** Returns `undefined` if it has to be done again. */
  write(values2) {
    const entries = [];
    const buffers = [];
    const names = [];
    const lost = [];
    for (let i = 0; i < values2.length; i++) {
      const { name, value: value2, constant, computed } = values2[i];
      if (computed) {
        lost[lost.length] = {
          name,
          reason: "it is computed by a getter"
        };
        continue;
      }
      const entry = {
        name,
        ...constant ? {
          constant
        } : {}
      };
      try {
        if (this.#plain.has(i)) entry.plain = value2;
        else {
          entry.tree = this.#encoder.encode(value2, name);
          const attachments = this.#encoder.attachmentIndices;
          if (attachments.length > 0) buffers[buffers.length] = {
            name,
            attachments
          };
        }
        entries[entries.length] = entry;
        names[names.length] = toEntry(values2[i]);
      } catch (error) {
        if (error instanceof SharedObject) return void 0;
        lost[lost.length] = {
          name,
          reason: writeLossReason(error, name)
        };
      }
    }
    if (this.#outdated) return void 0;
    const contents = this.#encoder.attachments();
    try {
      const modules = valuesOf(this.#modules);
      const attachments = writeAttachments(entries, {
        modules,
        buffers,
        contents
      });
      return {
        report: {
          names,
          lost
        },
        attachments
      };
    } catch (error) {
      if (this.#plain.clear()) return void 0;
      throw error;
    }
  }
  /** Built-ins are found by their path, so that names that use the same ones do not depend on each other. */
  isWrittenAgain(value2) {
    return this.#context.intrinsics.pathOf(value2) !== void 0;
  }
  encode(value2, writer) {
    if (this.#plain.share(value2)) {
      this.#outdated = true;
      if (!this.#patient) throw new SharedObject();
    }
    const provided = this.#context.namespace.providedNameOf(value2);
    if (provided !== void 0) return tag("host", provided);
    if (this.#context.isReference(value2)) {
      throw writer.refusal("a reference to something of the host that has no name of its own");
    }
    const path = this.#context.intrinsics.pathOf(value2);
    if (path !== void 0) return tag("builtin", path);
    const origin = this.#context.modules.originOf(value2);
    if (origin !== void 0) {
      const key = JSON2.stringify(origin.module);
      this.#modules.set(key, origin.module);
      return tag("import", key, origin.name ?? null);
    }
    if (typeof value2 === "function") return this.#function(value2, writer);
    if (isProxy2(value2)) throw writer.refusal("a Proxy, whose handler cannot be read");
    const isBuiltin = Array2.isArray(value2) || writer.isBuiltin(value2);
    if (!isBuiltin && this.#isOfBuiltinClass(value2)) return void 0;
    const shape2 = shapeOf(value2, {
      isBuiltin
    });
    const base = () => shape2?.isWhole === true ? {} : writer.base(value2);
    const node = this.#object(value2, {
      base,
      writer
    });
    return shape2 === void 0 ? node : tag("shaped", node ?? base(), writeShape(shape2, writer));
  }
  #isOfBuiltinClass(value2) {
    const prototype = getPrototypeOf12(value2);
    if (prototype === null || prototype === objectPrototype5) return false;
    const Class = getOwnPropertyDescriptor12(prototype, "constructor")?.value;
    return typeof Class === "function" && this.#context.intrinsics.pathOf(Class) !== void 0;
  }
  /** Writes an object without its shape; returns `undefined` if its base says all. */
  #object(value2, parts) {
    const prototype = getPrototypeOf12(value2);
    if (prototype === null) return tag("bare", parts.base());
    if (prototype === objectPrototype5 || prototype === arrayPrototype2) return void 0;
    return this.#instance(value2, {
      ...parts,
      prototype
    });
  }
  #function(value2, writer) {
    const { form, text: text2, name } = this.#context.sources.of(value2, (what) => writer.refusal(what));
    const prototype = getOwnPropertyDescriptor12(value2, "prototype")?.value;
    const members = typeof prototype === "object" && prototype !== null ? prototype : {};
    const isClass = isClassText(text2);
    if (!isClass && getPrototypeOf12(members) !== objectPrototype5 && !isGenerator(text2)) {
      throw writer.refusal("a function with a prototype of its own");
    }
    const parent = isClass ? getPrototypeOf12(value2) : functionPrototype;
    const parentNode = parent === functionPrototype ? null : writer.child("extends", parent);
    const own = shapeOfFunction(value2, text2);
    const shared = shapeOfPrototype(members, {
      fn: value2,
      text: text2
    });
    return tag("function", [
      form,
      text2,
      name
    ], parentNode, own === void 0 ? null : writeShape(own, writer), shared === void 0 ? null : writeShape(shared, writer));
  }
  #instance(value2, { base, prototype, writer }) {
    const { intrinsics, modules } = this.#context;
    const Class = getOwnPropertyDescriptor12(prototype, "constructor")?.value;
    const isClass = typeof Class === "function" && getOwnPropertyDescriptor12(Class, "prototype")?.value === prototype;
    if (!isClass) {
      if (apply14(toStringTag8, value2, []) !== "[object Object]") return void 0;
      throw writer.refusal("an object whose prototype is that of no class");
    }
    if (intrinsics.pathOf(Class) !== void 0) return void 0;
    const state = stateOf(value2, Class);
    if (state !== void 0) {
      return tag("revived", writer.child("constructor", Class), writer.child("state", state[0]));
    }
    for (let parent = Class; parent !== null; parent = getPrototypeOf12(parent)) {
      if (parent === functionPrototype) break;
      if (modules.originOf(parent) !== void 0) {
        throw writer.refusal("an instance of a class that comes from a module");
      }
      const builtin = intrinsics.pathOf(parent);
      if (builtin !== void 0) {
        if (builtin === "Object" || writer.isBuiltin(value2)) break;
        throw writer.refusal(`an instance of a class that extends ${builtin}`);
      }
      if (captureOf(rawSource(parent)) === PRIVATE_MEMBERS) {
        throw writer.refusal("an instance of a class with private members");
      }
    }
    const node = base();
    return tag("instance", node, writer.child("constructor", Class));
  }
};
function isGenerator(text2) {
  return hasMatch(/^(?:async\s*)?(?:function\s*)?\*/, text2);
}

// src/kernel/evaluator.ts
var DEFAULT_SNAPSHOT_TIMEOUT_MS = 3e4;
var Evaluator = class {
  #scope;
  #output;
  #stacks;
  #stopper;
  #helper;
  #sources;
  #snapshotTimeoutMs;
  #isReference;
  #originals;
  #settle;
  #changes;
  #intrinsics;
  /** The names. */
  namespace;
  /** The modules that cells have imported. */
  modules;
  /** @param options The parts that it is made of. */
  constructor(options) {
    this.#scope = options.scope;
    this.#output = options.output;
    this.#stacks = options.stacks;
    this.#stopper = options.stopper;
    this.namespace = new Namespace(options.scope.target, options.globals);
    this.#changes = new Changes(this.namespace);
    this.modules = options.modules;
    this.#snapshotTimeoutMs = options.snapshotTimeoutMs ?? DEFAULT_SNAPSHOT_TIMEOUT_MS;
    this.#originals = options.originals;
    this.#settle = options.settle;
    this.#isReference = options.isReference ?? (() => false);
    this.#helper = createHelper(this.namespace, this.#stopper);
    this.#sources = new FunctionSources((code, helper) => {
      const compiled = this.#scope.expression(code, helper);
      return () => compiled(this.#helper, this.#stopper.flag);
    });
  }
  /**
   * Writes a snapshot of the namespace.
   *
   * @param maxBytes The largest size of the snapshot in bytes, roughly.
   * @throws {Error} If it does not come to an end: a cell may have put a getter or a proxy anywhere.
   */
  snapshot(maxBytes = Infinity) {
    return this.#bounded("take a snapshot", () => writeSnapshot(this.#context, maxBytes));
  }
  /**
   * Restores the names of a snapshot, which may come from another process.
   *
   * @param attachments The attachments that {@linkcode Evaluator.snapshot} returned.
   * @param except Names that stay as they are.
   * @throws {TypeError} If it is no snapshot.
   * @throws {Error} If it does not come to an end: classes may have static members that compute.
   */
  async restore(attachments, except) {
    const read = await openSnapshot(this.#context, attachments, {
      except
    });
    this.#changes.distrust();
    return await this.#bounded("restore a snapshot", read);
  }
  /**
   * Makes classes that the host hands over as their source.
   *
   * @param cell A compiled cell that returns an object with the classes.
   * @throws {Error} If that does not come to an end: classes may have static members that compute.
   * @throws What such a member throws.
   */
  async makeClasses(cell) {
    return await this.#made("make the classes", cell);
  }
  /**
   * Evaluates a module, and binds its exports. Functions and classes are in snapshots by their names, for a module that is
   * evaluated anew makes them again; other values are data.
   *
   * @param module A compiled cell that returns an object with the exports.
   * @throws {Error} If that does not come to an end.
   * @throws What the module throws.
   */
  async makeModule({ names, ...cell }) {
    const exports = await this.#made("evaluate the module", cell);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const value2 = exports[name];
      if (typeof value2 === "function") this.namespace.defineProvided(name, value2);
      else this.namespace.define(name, value2);
    }
  }
  async #made(what, cell) {
    const run = () => this.#scope.compile(cell)(this.#helper, this.#stopper.flag)();
    return (await this.#bounded(what, run))[0];
  }
  /** Runs what may run code of cells. The engine's limit is for one synchronous stretch, so the action has to be one. */
  async #bounded(what, action) {
    const limit = {
      timeoutMs: this.#snapshotTimeoutMs
    };
    const ending = await this.#stopper.run(() => Promise2.resolve(action()), limit);
    if (ending.stopped) throw ending.error ?? new Error2(`Cannot ${what}: it was stopped`);
    return ending.value;
  }
  get #context() {
    const { namespace, modules } = this;
    this.#intrinsics ??= new Intrinsics(this.#globals());
    return {
      namespace,
      sources: this.#sources,
      modules,
      isReference: this.#isReference,
      intrinsics: this.#intrinsics
    };
  }
  /** Returns the globals. Where the names are properties of another object, the real ones are behind those of that. */
  #globals() {
    const globals2 = new Map();
    const outer = this.#scope.target === realm ? [] : Object2.getOwnPropertyNames(realm);
    for (let i = 0; i < outer.length; i++) {
      globals2.set(outer[i], Object2.getOwnPropertyDescriptor(realm, outer[i]));
    }
    this.namespace.globals().forEach((property, name) => globals2.set(name, property));
    return globals2;
  }
  /**
   * Runs a cell. An error that it throws is part of the report.
   *
   * @param cell The compiled cell.
   */
  async execute(cell) {
    this.#changes.begin(cell.assignments);
    this.#stacks.add(cell.cell, cell.map);
    this.#originals?.begin();
    this.#output.start(cell.cell);
    let outcome;
    try {
      const run = this.#scope.compile(cell)(this.#helper, this.#stopper.flag);
      const ending = await this.#stopper.run(async () => {
        const result = await run();
        await this.#settle?.();
        return await this.#valueOf(result);
      }, {
        cell: cell.cell,
        timeoutMs: cell.timeoutMs ?? Infinity
      });
      this.#restoreOriginals();
      if (ending.stopped && ending.error !== void 0) throw ending.error;
      if (ending.stopped) outcome = {
        stopped: true
      };
      else outcome = ending.value[0] === void 0 ? {} : {
        value: summarize(ending.value[0])
      };
    } catch (thrown) {
      this.#restoreOriginals();
      outcome = {
        error: describeError(thrown, this.#stacks),
        names: this.namespace.entries()
      };
    }
    this.namespace.settle();
    return {
      ...outcome,
      output: this.#output.end(),
      changed: this.#changes.end()
    };
  }
  #restoreOriginals() {
    this.#originals?.restore();
    const names = this.#originals?.take() ?? [];
    if (names.length === 0) return;
    this.#output.write("stderr", `Put back: ${names.join(", ")}. Cells cannot replace built-ins
`);
  }
  /** Returns the value of a cell in a list, as cells do: so a value that has a `then` is not awaited. */
  async #valueOf(result) {
    if (!Array2.isArray(result) || result.length === 0) return [
      void 0
    ];
    const value2 = result[0];
    const isRead = isObject(value2) && this.#isReference(value2);
    return [
      value2 instanceof Promise2 || isRead ? await value2 : value2
    ];
  }
};

// src/kernel/guest/console.ts
var { apply: apply15, defineProperty: defineProperty5 } = Reflect2;
var MAX_STDOUT_LEVEL = 1;
var MAX_GROUPS = 100;
function createConsole(print) {
  const internals = Deno[Deno.internal];
  const { Console } = internals ?? {};
  if (typeof Console !== "function") {
    throw new TypeError(`Cannot make a console: Deno ${Deno.version.deno} has no Console class`);
  }
  const console = new Console((text2, level) => print(level <= MAX_STDOUT_LEVEL ? "stdout" : "stderr", `${text2}`));
  const clear = {
    clear() {
    }
  }.clear;
  defineProperty5(console, "clear", {
    value: clear,
    writable: true,
    configurable: true
  });
  return {
    console,
    endGroups: countGroups(console)
  };
}
function countGroups(console) {
  const { group, groupCollapsed, groupEnd, log } = console;
  let depth = 0;
  const counted = (open) => (...data) => {
    if (depth === MAX_GROUPS) return data.length > 0 ? apply15(log, console, data) : void 0;
    depth++;
    apply15(open, console, data);
  };
  const end = () => {
    if (depth === 0) return;
    depth--;
    apply15(groupEnd, console, []);
  };
  const methods = {
    group: counted(group),
    groupCollapsed: counted(groupCollapsed),
    groupEnd: end
  };
  for (const name of [
    "group",
    "groupCollapsed",
    "groupEnd"
  ]) {
    defineProperty5(methods[name], "name", {
      value: name
    });
    defineProperty5(console, name, {
      value: methods[name],
      writable: true,
      enumerable: true,
      configurable: true
    });
  }
  return () => {
    while (depth > 0) end();
  };
}

// src/kernel/guest/display.ts
var TABLE_TYPE = "application/vnd.cave.table+json";
var JUPYTER_DISPLAY = Symbol.for("Jupyter.display");
var SIGNATURES = [
  {
    type: "image/png",
    bytes: [
      137,
      80,
      78,
      71
    ]
  },
  {
    type: "image/jpeg",
    bytes: [
      255,
      216,
      255
    ]
  },
  {
    type: "image/gif",
    bytes: [
      71,
      73,
      70,
      56
    ]
  },
  {
    type: "image/webp",
    bytes: [
      82,
      73,
      70,
      70
    ]
  }
];
var MAX_ROWS = 1e3;
function createDisplay(emit) {
  const display = (value2) => {
    const own = ownBundle(value2);
    if (own instanceof Promise2) return own.then((bundle) => emit(checkBundle(bundle)));
    emit(own === void 0 ? toBundle(value2) : checkBundle(own));
    return Promise2.resolve();
  };
  const typed = (type) => (text2) => {
    if (typeof text2 !== "string") {
      throw new TypeError2(`Cannot display ${type}: it is a ${typeof text2}`);
    }
    emit({
      [type]: text2
    });
    return Promise2.resolve();
  };
  const methods = {
    html: typed("text/html"),
    markdown: typed("text/markdown"),
    svg: typed("image/svg+xml"),
    image(bytes, type = typeOfImage(bytes)) {
      if (!(bytes instanceof Uint8Array2) || type === void 0) {
        throw new TypeError2("Cannot display an image: it is no Uint8Array with a known beginning");
      }
      emit({
        [type]: bytes
      });
      return Promise2.resolve();
    },
    table: (rows) => {
      const bundle = tableOf(rows);
      if (bundle === void 0) {
        throw new TypeError2("Cannot display a table: its rows are no objects");
      }
      emit(bundle);
      return Promise2.resolve();
    }
  };
  return Object2.assign(display, methods);
}
function ownBundle(value2) {
  if (typeof value2 !== "object" || value2 === null) return void 0;
  const method = Reflect2.get(value2, JUPYTER_DISPLAY);
  return typeof method === "function" ? Reflect2.apply(method, value2, []) : void 0;
}
function toBundle(value2) {
  if (typeof value2 === "object" && value2 !== null) {
    if (value2 instanceof Uint8Array2) {
      const type = typeOfImage(value2);
      if (type !== void 0) {
        return {
          [type]: value2,
          "text/plain": `${type}, ${value2.length} bytes`
        };
      }
    }
    const vega = vegaOf(value2);
    if (vega !== void 0) return vega;
    const table = Array2.isArray(value2) ? tableOf(value2) : void 0;
    if (table !== void 0) return table;
  }
  if (typeof value2 === "string") return {
    "text/plain": value2
  };
  return {
    "text/plain": show(value2)
  };
}
function checkBundle(bundle) {
  const isBundle = typeof bundle === "object" && bundle !== null && !Array2.isArray(bundle) && Object2.keys(bundle).length > 0 && Object2.keys(bundle).every((type) => type.includes("/"));
  if (isBundle) return {
    ...bundle
  };
  throw new TypeError2("Cannot display a value: its Jupyter.display method gives no object with media types as keys");
}
function vegaOf(value2) {
  const schema = Reflect2.get(value2, "$schema");
  const match = matchOf(/\/schema\/(vega|vega-lite)\/v(\d+)/, String(schema));
  if (typeof schema !== "string" || match === null) return void 0;
  const name = match[1] === "vega" ? "vega" : "vegalite";
  return {
    [`application/vnd.${name}.v${match[2]}+json`]: value2
  };
}
function tableOf(rows) {
  if (!Array2.isArray(rows) || rows.length === 0) return void 0;
  const columns = [];
  for (let i = 0; i < rows.length && i < MAX_ROWS; i++) {
    const row = rows[i];
    if (typeof row !== "object" || row === null || Array2.isArray(row)) return void 0;
    const names = Object2.keys(row);
    for (let n = 0; n < names.length; n++) {
      if (!columns.includes(names[n])) columns.push(names[n]);
    }
  }
  if (columns.length === 0) return void 0;
  const cells = mapList(partOf(rows, {
    end: MAX_ROWS
  }), (row) => mapList(columns, (name) => cellOf(row[name])));
  return {
    [TABLE_TYPE]: {
      columns,
      rows: cells,
      length: rows.length
    },
    "text/plain": show(rows)
  };
}
function cellOf(value2) {
  if (value2 === void 0) return null;
  if (typeof value2 === "string" || typeof value2 === "number" || typeof value2 === "boolean") {
    return value2;
  }
  return value2 === null ? null : show(value2);
}
function typeOfImage(bytes) {
  if (!(bytes instanceof Uint8Array2)) return void 0;
  const begins = ({ bytes: signature }) => signature.every((byte, i) => bytes[i] === byte);
  return SIGNATURES.find(begins)?.type;
}

// src/kernel/guest/finalizers.ts
import { AsyncLocalStorage } from "node:async_hooks";
function installFinalizers({ isStopped, onError }) {
  class GuestRegistry extends FinalizationRegistry2 {
    constructor(cleanup) {
      if (typeof cleanup !== "function") {
        throw new TypeError2("Cannot make a FinalizationRegistry: its argument is no function");
      }
      const asCell = AsyncLocalStorage.snapshot();
      const call = (held) => {
        if (isStopped()) return;
        try {
          cleanup(held);
        } catch (error) {
          onError(error);
        }
      };
      super((held) => asCell(call, held));
    }
  }
  Object2.defineProperty(GuestRegistry, "name", {
    value: "FinalizationRegistry"
  });
  Object2.defineProperty(globalThis, "FinalizationRegistry", {
    value: GuestRegistry,
    writable: true,
    configurable: true
  });
}

// src/rpc/guest_globals.ts
var LANGUAGE2 = `
  AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date
  DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array
  Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp
  Set SharedArrayBuffer String SuppressedError Symbol SyntaxError Temporal TypeError URIError Uint16Array Uint32Array
  Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape eval globalThis isFinite isNaN parseFloat parseInt undefined unescape`;
var WEB = `
  AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy CryptoKey Crypto
  CustomEvent DOMException DecompressionStream ErrorEvent Event EventTarget File FileReader FormData Headers MessageChannel
  MessageEvent MessagePort Performance PerformanceEntry PerformanceMark PerformanceMeasure ProgressEvent
  PromiseRejectionEvent QuotaExceededError ReadableByteStreamController ReadableStream ReadableStreamBYOBReader
  ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto
  TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL
  URLPattern URLSearchParams WebSocket WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob btoa
  clearInterval clearTimeout console crypto fetch performance queueMicrotask reportError self setInterval setTimeout
  structuredClone`;
var GUEST_GLOBALS = new Set2((LANGUAGE2 + WEB).trim().split(/\s+/));

// src/kernel/guest/globals.ts
function curateGlobals(members, { wasm }) {
  const deno = reducedDeno(members);
  Reflect.deleteProperty(Deno, Deno.internal);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const kept = GUEST_GLOBALS.has(name) && (wasm || name !== "WebAssembly");
    if (!kept && !Reflect.deleteProperty(globalThis, name)) {
      throw new Error(`Cannot start the kernel: the global ${name} cannot be removed`);
    }
  }
  Object.defineProperty(globalThis, "Deno", {
    value: deno,
    writable: true,
    enumerable: false,
    configurable: true
  });
  return new Set(Object.getOwnPropertyNames(globalThis));
}
function reducedDeno(members) {
  const full = Deno;
  const reduced = {};
  for (const name of members) {
    if (name in full) reduced[name] = full[name];
  }
  return reduced;
}

// src/kernel/guest/iterable_promises.ts
function installIterablePromises() {
  Object2.defineProperty(Promise2.prototype, Symbol.asyncIterator, {
    value: async function* () {
      yield* await this;
    },
    writable: true,
    configurable: true
  });
}

// src/kernel/guest/late_errors.ts
var { apply: apply16, defineProperty: defineProperty6 } = Reflect2;
function catchLateErrors(report) {
  const internals = Deno[Deno.internal];
  const hooks = internals?.core ?? {};
  if (!hooks.setUnhandledPromiseRejectionHandler || !hooks.setReportExceptionCallback) {
    throw new TypeError2(`Cannot catch late errors: Deno ${Deno.version.deno} has no such hooks`);
  }
  hooks.setUnhandledPromiseRejectionHandler((_, reason) => {
    report(reason, "Uncaught (in promise)");
    return true;
  });
  const reportException = (error) => report(error, "Uncaught");
  hooks.setReportExceptionCallback(reportException);
  Object2.defineProperty(globalThis, "reportError", {
    value: (error) => reportException(error),
    writable: true,
    configurable: true
  });
  catchListenerErrors(reportException);
}
function catchListenerErrors(report) {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const known = new WeakMap();
  const guarded2 = (listener) => {
    if (typeof listener !== "function" && typeof listener !== "object" || listener === null) {
      return listener;
    }
    let guard = known.get(listener);
    if (guard === void 0) {
      guard = function(event) {
        try {
          if (typeof listener === "function") return apply16(listener, this, [
            event
          ]);
          const { handleEvent } = listener;
          if (typeof handleEvent === "function") apply16(handleEvent, listener, [
            event
          ]);
        } catch (error) {
          report(error);
        }
      };
      known.set(listener, guard);
    }
    return guard;
  };
  const methods = {
    addEventListener(type, listener, options) {
      return apply16(addEventListener, this, [
        type,
        guarded2(listener),
        options
      ]);
    },
    removeEventListener(type, listener, options) {
      return apply16(removeEventListener, this, [
        type,
        guarded2(listener),
        options
      ]);
    }
  };
  for (const name of [
    "addEventListener",
    "removeEventListener"
  ]) {
    defineProperty6(EventTarget.prototype, name, {
      value: methods[name],
      writable: true,
      enumerable: true,
      configurable: true
    });
  }
}

// src/kernel/lockdown/prototype_guard.ts
var { apply: apply17, defineProperty: defineProperty7, getOwnPropertyDescriptor: getOwnPropertyDescriptor13 } = Reflect2;
var guarded = new WeakSet();
function keepPrototype(holder) {
  guarded.add(holder);
}
function installPrototypeGuard() {
  const check = (value2) => {
    if (guarded.has(value2)) {
      throw new TypeError2("Cannot change the prototype of a built-in: cells cannot replace built-ins");
    }
  };
  const natives = {
    object: Object2.setPrototypeOf,
    reflect: Reflect2.setPrototypeOf
  };
  const { get: get3, set } = getOwnPropertyDescriptor13(Object2.prototype, "__proto__");
  const guards = {
    setPrototypeOf(value2, prototype) {
      check(value2);
      return natives.object(value2, prototype);
    },
    reflect(target, prototype) {
      return !guarded.has(target) && natives.reflect(target, prototype);
    },
    set(prototype) {
      check(this);
      apply17(set, this, [
        prototype
      ]);
    }
  };
  defineProperty7(guards.reflect, "name", {
    value: "setPrototypeOf"
  });
  defineProperty7(guards.set, "name", {
    value: "set __proto__"
  });
  const method = {
    writable: true,
    configurable: true
  };
  defineProperty7(Object2, "setPrototypeOf", {
    ...method,
    value: guards.setPrototypeOf
  });
  defineProperty7(Reflect2, "setPrototypeOf", {
    ...method,
    value: guards.reflect
  });
  defineProperty7(Object2.prototype, "__proto__", {
    get: get3,
    set: guards.set,
    configurable: true
  });
}

// src/kernel/lockdown/lockdown.ts
var { apply: apply18, defineProperty: defineProperty8, getOwnPropertyDescriptor: getOwnPropertyDescriptor14, getPrototypeOf: getPrototypeOf13, ownKeys: ownKeys4 } = Reflect2;
var { freeze: freeze2, preventExtensions: preventExtensions2 } = Object2;
var iterator = Symbol.iterator;
var { asyncIterator: asyncIterator2, species } = Symbol;
var OF_FUNCTIONS = [
  "prototype",
  "name",
  "length",
  "arguments",
  "caller",
  "stackTraceLimit"
];
var LANGUAGE3 = [
  "Array",
  "ArrayBuffer",
  "BigInt",
  "Boolean",
  "DataView",
  "Date",
  "Function",
  "Map",
  "Number",
  "Promise",
  "Set",
  "SharedArrayBuffer",
  "String",
  "Symbol",
  "WeakMap",
  "WeakRef",
  "WeakSet",
  "FinalizationRegistry",
  "Iterator",
  "Error",
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SuppressedError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "Object"
];
var SPECIES = [
  "Promise",
  "ArrayBuffer",
  "SharedArrayBuffer"
];
var TYPED = [
  "BigInt64Array",
  "BigUint64Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray"
];
var NAMESPACES = [
  "Atomics",
  "JSON",
  "Reflect"
];
var CLOSED3 = [
  "EventTarget",
  "Event",
  "CloseEvent",
  "CustomEvent",
  "ErrorEvent",
  "MessageEvent",
  "ProgressEvent",
  "PromiseRejectionEvent",
  "AbortSignal",
  "AbortController",
  "MessagePort",
  "MessageChannel"
];
function lockDown() {
  installPrototypeGuard();
  const arrays = Array2.prototype;
  fixIterators();
  defineProperty8(arrays, "length", {
    writable: false
  });
  for (let i = 0; i < LANGUAGE3.length; i++) fixClass(classOf(LANGUAGE3[i]));
  fixClass(getPrototypeOf13(FinalizationRegistry));
  for (let i = 0; i < SPECIES.length; i++) fixSpecies(classOf(SPECIES[i]));
  const TypedArray = getPrototypeOf13(Uint8Array);
  fixClass(TypedArray);
  fixSpecies(TypedArray);
  for (let i = 0; i < TYPED.length; i++) {
    const Class = classOf(TYPED[i]);
    fixMembers(Class.prototype);
    fixMembers(Class);
    defineProperty8(Class, species, getOwnPropertyDescriptor14(TypedArray, species));
    fixIdentity(Class);
    fixValue(Class.prototype, "constructor");
    preventExtensions2(Class.prototype);
    keepPrototype(Class);
  }
  for (let i = 0; i < NAMESPACES.length; i++) fixMembers(globalOf(NAMESPACES[i]));
  const names = ownKeys4(Math);
  for (let i = 0; i < names.length; i++) fixValue(Math, names[i]);
  reserve(arrays, "toJSON");
  fixFunctionKinds();
  fixPlatform();
  defineProperty8(Object2.prototype, "toString", {
    configurable: false
  });
  fixMembers(Object2.prototype);
  preventExtensions2(Object2.prototype);
}
function globalOf(name) {
  return getOwnPropertyDescriptor14(globalThis, name)?.value;
}
function classOf(name) {
  return globalOf(name);
}
function fixIterators() {
  const iterators = [
    getPrototypeOf13([].values()),
    getPrototypeOf13(new Map().entries()),
    getPrototypeOf13(new Set2().values()),
    getPrototypeOf13(String.prototype[Symbol.iterator]()),
    getPrototypeOf13("".matchAll(/x/g))
  ];
  for (let i = 0; i < iterators.length; i++) {
    defineProperty8(iterators[i], "return", {
      value: void 0,
      configurable: true
    });
    freeze2(iterators[i]);
  }
}
function fixClass(Class) {
  fixMembers(Class);
  fixIdentity(Class);
  if (Class.prototype === Object2.prototype) return;
  fixMembers(Class.prototype);
  reserve(Class.prototype, "then");
  keepPrototype(Class.prototype);
  keepPrototype(Class);
}
function fixIdentity(Class) {
  defineProperty8(Class, Symbol.hasInstance, {
    value: Function.prototype[Symbol.hasInstance]
  });
}
function fixSpecies(Class) {
  fixValue(Class.prototype, "constructor");
  fixValue(Class, species);
}
function fixMembers(holder) {
  const isFunction = typeof holder === "function" && holder !== Function.prototype;
  const keys8 = ownKeys4(holder);
  for (let i = 0; i < keys8.length; i++) {
    const key = keys8[i];
    if (key === "constructor" || isFunction && includes(OF_FUNCTIONS, key)) continue;
    if (key === asyncIterator2 || typeof key === "string") fixOverridable(holder, key);
    else if (key !== iterator && key !== species) fixValue(holder, key);
  }
}
function fixFunctionKinds() {
  const kinds = [
    async function() {
    },
    function* () {
    },
    async function* () {
    }
  ];
  for (let i = 0; i < kinds.length; i++) {
    const prototype = getPrototypeOf13(kinds[i]);
    preventExtensions2(prototype);
    const instances = prototype.prototype;
    if (instances === void 0) continue;
    fixMembers(instances);
    reserve(instances, "then");
    keepPrototype(instances);
  }
  keepPrototype(getPrototypeOf13(getPrototypeOf13(getPrototypeOf13(kinds[2].prototype))));
}
function fixPlatform() {
  const names = ownKeys4(globalThis);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (typeof name !== "string" || !GUEST_GLOBALS.has(name)) continue;
    if (name === "RegExp" || includes(LANGUAGE3, name)) continue;
    const { value: value2, get: get3 } = getOwnPropertyDescriptor14(globalThis, name);
    if (get3 !== void 0) fixLater(name, get3);
    else if (isPlatformClass(value2)) fixPlatformClass(name, value2);
  }
}
function isPlatformClass(value2) {
  const prototype = typeof value2 === "function" ? getOwnPropertyDescriptor14(value2, "prototype")?.value : void 0;
  return typeof prototype === "object" && prototype !== null;
}
function fixPlatformClass(name, Class) {
  fixMembers(Class.prototype);
  fixMembers(Class);
  keepPrototype(Class.prototype);
  if (includes(CLOSED3, name)) preventExtensions2(Class.prototype);
}
function fixLater(name, load6) {
  const settle = (value2) => {
    defineProperty8(realm, name, {
      value: value2,
      writable: true,
      configurable: true
    });
  };
  const accessor = {
    get() {
      const value2 = apply18(load6, realm, []);
      if (isPlatformClass(value2)) fixPlatformClass(name, value2);
      if (getOwnPropertyDescriptor14(realm, name)?.get === accessor.get) settle(value2);
      return value2;
    },
    set: settle
  };
  defineProperty8(globalThis, name, {
    ...accessor,
    configurable: true
  });
}
function includes(list, key) {
  for (let i = 0; i < list.length; i++) if (list[i] === key) return true;
  return false;
}

// src/kernel/guest/timers.ts
var native2 = {
  setTimeout,
  setInterval,
  clearTimeout,
  clearInterval
};
var { apply: apply19 } = Reflect2;
var TIMED_OUT = "The operation was aborted due to timeout";
var MAX_DELAY_MS = 2 ** 31 - 1;
function delayOf(delay) {
  const ms = Number2(delay);
  if (!(ms >= 1)) return 1;
  return ms > MAX_DELAY_MS ? MAX_DELAY_MS : ms;
}
function installTimers({ maxTimers, isStopped, onError }) {
  const pending = new Map();
  let lastId = 0;
  class Timeout {
    #id = ++lastId;
    #start;
    #fire;
    #timer;
    #isReferenced = true;
    constructor(start, fire) {
      this.#start = start;
      this.#fire = fire;
      this.#begin();
    }
    #begin() {
      this.#timer = this.#start(this.#fire);
      pending.set(this.#id, this);
    }
    #end() {
      pending.delete(this.#id);
      native2.clearTimeout(this.#timer);
    }
    refresh() {
      this.#end();
      this.#begin();
      return this;
    }
    close() {
      this.#end();
      return this;
    }
    ref() {
      this.#isReferenced = true;
      return this;
    }
    unref() {
      this.#isReferenced = false;
      return this;
    }
    hasRef() {
      return this.#isReferenced;
    }
    [Symbol.toPrimitive]() {
      return this.#id;
    }
    [Symbol.dispose]() {
      this.#end();
    }
    static clear(value2) {
      const isTimeout = typeof value2 === "object" && value2 !== null && #timer in value2;
      const timeout = isTimeout ? value2 : pending.get(Number2(value2));
      if (timeout !== void 0) timeout.#end();
    }
  }
  const { clear } = Timeout;
  Reflect2.deleteProperty(Timeout, "clear");
  const check = (name, callback) => {
    if (typeof callback !== "function") {
      throw new TypeError2(`Cannot call ${name}: its first argument is no function`);
    }
    if (pending.size >= maxTimers) {
      throw new RangeError(`Cannot call ${name}: ${maxTimers} timers are pending already (maxTimers)`);
    }
    return true;
  };
  const call = (callback, args) => {
    try {
      apply19(callback, void 0, args);
    } catch (error) {
      onError(error);
    }
  };
  const timers = {
    setTimeout(callback, delay, ...args) {
      if (!check("setTimeout", callback)) return;
      const ms = delayOf(delay);
      const timeout = new Timeout((fire) => native2.setTimeout(fire, ms), () => {
        clear(timeout);
        if (!isStopped()) call(callback, args);
      });
      return timeout;
    },
    setInterval(callback, delay, ...args) {
      if (!check("setInterval", callback)) return;
      const ms = delayOf(delay);
      const timeout = new Timeout((fire) => native2.setInterval(fire, ms), () => {
        if (isStopped()) clear(timeout);
        else call(callback, args);
      });
      return timeout;
    },
    clearTimeout: (handle) => clear(handle),
    clearInterval: (handle) => clear(handle)
  };
  for (const [name, value2] of Object2.entries(timers)) {
    Object2.defineProperty(globalThis, name, {
      value: value2,
      writable: true,
      configurable: true
    });
  }
  const abort = AbortController.prototype.abort;
  Object2.defineProperty(AbortSignal, "timeout", {
    value: function timeout(delay) {
      if (!(delay >= 0 && delay <= Number2.MAX_SAFE_INTEGER)) {
        throw new TypeError2(`Cannot call AbortSignal.timeout: ${delay} is no number of milliseconds`);
      }
      const controller = new AbortController();
      const { signal } = controller;
      timers.setTimeout(() => {
        apply19(abort, controller, [
          new DOMException(TIMED_OUT, "TimeoutError")
        ]);
      }, delay);
      return signal;
    },
    writable: true,
    enumerable: true,
    configurable: true
  });
}

// src/kernel/guest/environment.ts
function prepareEnvironment(options) {
  const { denoMembers, wasm, maxTimers, output, onDisplay, isStopped, onLateError, onFailure } = options;
  catchLateErrors(onLateError);
  const late = (thrown) => onLateError(thrown, "Uncaught");
  installTimers({
    maxTimers,
    isStopped,
    onError: (thrown) => {
      if (!onFailure(thrown)) late(thrown);
    }
  });
  installFinalizers({
    isStopped,
    onError: late
  });
  const { console, endGroups } = createConsole((stream, text2) => output.write(stream, text2));
  const globals2 = curateGlobals(denoMembers, {
    wasm
  });
  const display = createDisplay((bundle) => onDisplay(encode(bundle, {
    instances: "data",
    name: "display"
  })));
  Object2.assign(globalThis, {
    console,
    display
  });
  globals2.add("display");
  installIterablePromises();
  lockDown();
  return {
    globals: globals2,
    endGroups
  };
}

// src/kernel/lockdown/originals.ts
var { defineProperty: defineProperty9, getOwnPropertyDescriptor: getOwnPropertyDescriptor15, ownKeys: ownKeys5 } = Reflect2;
var WATCHED = [
  [
    "Object.prototype",
    Object2.prototype
  ],
  [
    "RegExp.prototype",
    RegExp.prototype
  ],
  [
    "Array.prototype",
    Array2.prototype
  ],
  [
    "Array",
    Array2
  ],
  [
    "Map.prototype",
    Map.prototype
  ],
  [
    "Set.prototype",
    Set2.prototype
  ],
  [
    "String.prototype",
    String.prototype
  ],
  [
    "Iterator.prototype",
    Iterator.prototype
  ]
];
var FREE = new Set2([
  "name",
  "length",
  "prototype"
]);
var MAX_NAMES = 20;
var Originals = class {
  #slots = [];
  #onLost;
  #onBegin;
  #replaced = [];
  /**
   * To be made when the other built-ins are fixed, and before the first cell.
   *
   * @param listeners Called with the name of one that cannot be put back, after which the kernel cannot go on; and before
   * each cell.
   */
  constructor({ onLost, onBegin }) {
    this.#onLost = onLost;
    this.#onBegin = onBegin;
    for (let i = 0; i < WATCHED.length; i++) {
      const { 0: name, 1: target } = WATCHED[i];
      const keys8 = ownKeys5(target);
      for (let k = 0; k < keys8.length; k++) {
        const key = keys8[k];
        const property = getOwnPropertyDescriptor15(target, key);
        if (FREE.has(key) || !property.configurable && property.writable !== true) continue;
        this.#slots[this.#slots.length] = {
          target,
          key,
          property,
          name: memberName(name, key)
        };
      }
    }
  }
  /** Prepares the next cell: what cells may set for themselves is as it was. */
  begin() {
    this.#onBegin();
  }
  /** Puts back what was replaced. */
  restore() {
    const slots = this.#slots;
    for (let i = 0; i < slots.length; i++) {
      const { target, key, property, name } = slots[i];
      const now2 = getOwnPropertyDescriptor15(target, key);
      if (now2 !== void 0 && now2.value === property.value && now2.get === property.get) continue;
      if (!defineProperty9(target, key, property)) this.#onLost(name);
      this.#note(name);
    }
  }
  /** Returns the names of what was put back since the last call. */
  take() {
    const names = this.#replaced;
    if (names.length > 0) this.#replaced = [];
    return names;
  }
  #note(name) {
    const names = this.#replaced;
    if (names.length >= MAX_NAMES) return;
    for (let i = 0; i < names.length; i++) if (names[i] === name) return;
    names[names.length] = name;
  }
};
function memberName(holder, key) {
  return typeof key === "symbol" ? `${holder}[${key.description}]` : `${holder}.${key}`;
}

// src/kernel/guest/output_buffer.ts
var TAIL_CHARS = 8 * 1024;
var MAX_BUDGETS = 100;
var OLDER = 0;
var OutputBuffer = class {
  #listener;
  #maxChars;
  #cellOf;
  /** Characters that were printed, by cell. */
  #lengths = new Map([
    [
      OLDER,
      0
    ]
  ]);
  #cell = OLDER;
  #ended = true;
  #tail = "";
  /**
   * @param listener Called for each piece of output that is passed on.
   * @param options The budget of a cell, and the cell that prints.
   */
  constructor(listener, options) {
    this.#listener = listener;
    this.#maxChars = options.maxChars;
    this.#cellOf = options.cellOf ?? (() => void 0);
  }
  /** The cell whose code is running; where that is not known, the last one that began. */
  get cell() {
    return this.#cellOf() ?? this.#cell;
  }
  /** Starts the output of a cell. */
  start(cell) {
    this.#cell = cell;
    this.#ended = false;
    this.#lengths.set(cell, 0);
    if (this.#lengths.size > MAX_BUDGETS + 1) this.#lengths.delete(this.#oldest());
  }
  /** Takes a piece of output. */
  write(stream, text2) {
    const { cell } = this;
    const budget = this.#lengths.has(cell) ? cell : OLDER;
    const length = this.#lengths.get(budget);
    this.#lengths.set(budget, length + text2.length);
    const room = this.#maxChars - length;
    if (text2.length <= room) return this.#listener(cell, stream, text2);
    const head = headOf(text2, room);
    if (head !== "") this.#listener(cell, stream, head);
    if (cell === this.#cell && !this.#ended) this.#keep(text2.slice(head.length));
    else if (room >= 0) this.#listener(cell, "stderr", SPENT);
  }
  /** Ends the output of the cell that was started, and returns the report of it. */
  end() {
    const tail = tailOf(this.#tail, TAIL_CHARS);
    this.#ended = true;
    this.#tail = "";
    return {
      length: this.#lengths.get(this.#cell),
      tail
    };
  }
  #keep(rest) {
    const tail = this.#tail + tailOf(rest, TAIL_CHARS);
    this.#tail = tail.length > 8 * TAIL_CHARS ? tailOf(tail, TAIL_CHARS) : tail;
  }
  /** Cells begin in the order of their numbers, and a map keeps the order. */
  #oldest() {
    const cells = this.#lengths.keys();
    cells.next();
    return cells.next().value;
  }
};
var SPENT = "\n... this cell prints more than maxOutputChars: the rest is dropped\n";

// src/rpc/wire/rpc_error.ts
var ConnectionClosedError = class extends Error2 {
  /** Always `"ConnectionClosedError"`. */
  name = "ConnectionClosedError";
  /** The reason for the end. */
  reason;
  /**
   * @param reason The reason for the end.
   * @param options The `cause`, if there is one.
   */
  constructor(reason, options) {
    super(CLOSE_MESSAGES[reason], options);
    this.reason = reason;
  }
};
var RemoteError = class extends Error2 {
  /** Always `"RemoteError"`. */
  name = "RemoteError";
  /** The JSON-RPC error code. */
  code;
  /** Data that the peer added, of any shape. */
  data;
  /**
   * @param message The peer's message.
   * @param options The JSON-RPC error code, and data that the peer added.
   */
  constructor(message2, options) {
    super(message2);
    this.code = options.code;
    this.data = options.data;
  }
};
var RPC_ERROR_CODES = {
  /** The method does not exist. */
  methodNotFound: -32601,
  /** The parameters have the wrong shape. */
  invalidParams: -32602,
  /** The answer could not be sent. */
  internal: -32603,
  /** The handler threw. */
  failed: -32e3,
  /** The call was cancelled (as in the Language Server Protocol). */
  cancelled: -32800
};
var CLOSE_MESSAGES = {
  closed: "Cannot use the connection: it was closed",
  ended: "Cannot use the connection: the peer ended it",
  protocol: "Cannot use the connection: the peer broke the protocol",
  io: "Cannot use the connection: reading or writing failed"
};

// src/rpc/errors/crossing_error.ts
function toRemote(thrown, { stack = false } = {}) {
  if (thrown instanceof RemoteError) return thrown;
  const { name, message: message2, trace } = describe(thrown);
  const data = {
    name,
    thrown: packThrown(thrown),
    ...stack && trace !== "" ? {
      stack: trace
    } : {}
  };
  return new RemoteError(message2, {
    code: RPC_ERROR_CODES.failed,
    data
  });
}
function describe(thrown) {
  try {
    if (thrown instanceof Error2) {
      const { message: message2, stack = "" } = thrown;
      return {
        name: nameOfError(thrown),
        message: `${message2}`,
        trace: `${stack}`
      };
    }
    return {
      name: "Error",
      message: `${thrown}`,
      trace: ""
    };
  } catch {
    return {
      name: "Error",
      message: "The thrown value cannot be described",
      trace: ""
    };
  }
}
function toLocal(thrown) {
  if (!(thrown instanceof RemoteError)) return thrown;
  const { name, stack, thrown: packed } = thrown.data ?? {};
  const { 0: local } = unpackThrown(packed) ?? unpackThrown({
    error: {
      base: name,
      name: name ?? "Error",
      message: thrown.message,
      own: []
    }
  }) ?? [
    new Error2(thrown.message)
  ];
  if (typeof stack === "string" && local instanceof Error2) {
    const value2 = `${local.stack}
On the other side:
${stack}`;
    Object2.defineProperty(local, "stack", {
      value: value2,
      configurable: true,
      writable: true
    });
  }
  return local;
}

// src/kernel/host_calls.ts
var PendingCalls = class {
  #max;
  #count = 0;
  /** @param max Maximum number of pending calls. */
  constructor(max2) {
    this.#max = max2;
  }
  /**
   * Counts one more call.
   *
   * @param name The name of the function, for the error.
   * @throws {RangeError} If there are too many already.
   */
  add(name) {
    if (this.#count >= this.#max) {
      throw new RangeError(`Cannot call ${name}: ${this.#max} calls are under way already (maxPendingCalls)`);
    }
    this.#count++;
  }
  /** Counts one call less. */
  remove() {
    this.#count--;
  }
};
var HostCalls = class {
  #options;
  #pending;
  /** @param options The link to the host, and a limit. */
  constructor(options) {
    this.#options = options;
    this.#pending = new PendingCalls(options.maxPendingCalls);
  }
  /**
   * Makes a function that calls the host.
   *
   * @param name Its name.
   * @param references Encodes arguments, and decodes results.
   * @returns A function that returns a promise. When too many calls are pending it throws: a loop that never yields would
   * fill the memory with rejected promises as well.
   */
  function(name, references) {
    const call = (args) => {
      const send = ({ value: value2, ...rest }) => {
        const params = {
          name,
          args: value2,
          cell: this.#options.cellOf()
        };
        return this.#options.host.call("call", {
          value: params,
          ...rest
        }, {
          receive: (answer) => references.decodeAnswer(answer)
        });
      };
      return then(withBlobs((blobs) => references.encodeValue(args, {
        name: "arguments",
        blobs
      })), send);
    };
    const stub = (...args) => callResult(this.#count(name, () => call(args)), name);
    Object2.defineProperty(stub, "name", {
      value: name
    });
    return stub;
  }
  /** Uses something that the host has lent. */
  use({ name, write, receive }) {
    const { host, cellOf: cellOf2 } = this.#options;
    return this.#count(name, () => {
      const send = ({ value: value2, ...rest }) => host.call("use", {
        value: {
          ...value2,
          cell: cellOf2()
        },
        ...rest
      }, {
        receive
      });
      return then(withBlobs(write), send);
    });
  }
  #count(name, action) {
    this.#pending.add(name);
    return this.#settle(action);
  }
  async #settle(action) {
    try {
      return await action();
    } catch (error) {
      throw toLocal(error);
    } finally {
      this.#pending.remove();
    }
  }
};
function then(value2, next) {
  return value2 instanceof Promise2 ? value2.then(next) : next(value2);
}

// src/rpc/wire/_body.ts
var FRAME_BYTES = 256 * 1024 * 1024;
var BODY_BYTES = 64 * 1024 * 1024;
var BODY_VALUES = 3e6;
var BODY_DEPTH = 4100;
var HASHED_KEY_BYTES = 16383;
var MAX_LONG_KEYS = 64;
function bodyLimits(maxFrameBytes) {
  const scale = Math2.max(1, maxFrameBytes / FRAME_BYTES);
  return {
    bytes: Math2.min(maxFrameBytes, BODY_BYTES * scale),
    values: BODY_VALUES * scale
  };
}
function sizeFault(length, limits) {
  if (length <= limits.bytes) return void 0;
  return `its JSON has ${length} bytes, and maxFrameBytes allows ${limits.bytes} of them: binary data and long strings may be larger`;
}
function contentFault(body, limits) {
  if (body.length <= BODY_DEPTH) return void 0;
  const { length } = body;
  let values2 = 0;
  let depth = 0;
  let longKeys = 0;
  for (let i = 0; i < length; i++) {
    const kind = KINDS[body[i]];
    if (kind === PLAIN) continue;
    if (kind === TEXT) {
      const start = i + 1;
      i = endOfText(body, start);
      if (i - start > HASHED_KEY_BYTES && isKey(body, i + 1) && ++longKeys > MAX_LONG_KEYS) {
        return `its JSON has more than ${MAX_LONG_KEYS} keys of over ${HASHED_KEY_BYTES} bytes: use values`;
      }
    } else if (kind === END) depth--;
    else {
      values2++;
      if (kind === BEGIN && ++depth > BODY_DEPTH) {
        return `its JSON is nested more than ${BODY_DEPTH} levels deep`;
      }
    }
  }
  if (values2 <= limits.values) return void 0;
  return `its JSON has ${values2} values, and ${limits.values} are allowed: use typed arrays, or several messages`;
}
function endOfText(body, start) {
  const { length } = body;
  let i = start;
  for (; i < length; i++) {
    const byte = body[i];
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) i++;
  }
  return i;
}
function isKey(body, end) {
  let i = end;
  while (i < body.length && body[i] <= SPACE) i++;
  return body[i] === COLON;
}
var SPACE = 32;
var QUOTE = 34;
var COLON = 58;
var BACKSLASH = 92;
var PLAIN = 0;
var TEXT = 1;
var COMMA = 2;
var BEGIN = 3;
var END = 4;
var KINDS = new Uint8Array2(256);
KINDS[QUOTE] = TEXT;
KINDS[44] = COMMA;
KINDS[91] = BEGIN;
KINDS[123] = BEGIN;
KINDS[93] = END;
KINDS[125] = END;

// src/rpc/wire/frame.ts
var DEFAULT_MAX_FRAME_BYTES = 256 * 1024 * 1024;
var MAX_HEADER_BYTES = 1024 * 1024;
var READ_CHUNK_BYTES = 64 * 1024;
var encoder2 = new TextEncoder2();
var FrameError = class extends Error2 {
  /** Always `"FrameError"`. */
  name = "FrameError";
  /** Whether the stream ended inside a frame, as it does when the writer is killed, and no other rule was broken. */
  truncated;
  /**
   * Creates the error.
   *
   * @param message A description of the violation.
   * @param options The cause, and whether the stream merely ended.
   */
  constructor(message2, options = {}) {
    super(message2, options);
    this.truncated = options.truncated ?? false;
  }
};
function encodeFrame(frame, maxFrameBytes) {
  const { text: text2, attachments } = frame;
  let total = text2.length;
  for (let i = 0; i < attachments.length; i++) total += attachments[i].byteLength;
  if (total > maxFrameBytes) throw oversize(total, maxFrameBytes);
  const limits = bodyLimits(maxFrameBytes);
  refuse2(sizeFault(text2.length, limits));
  const body = encoder2.encode(text2);
  let header = `Content-Length: ${body.byteLength}\r
`;
  if (attachments.length > 0) {
    let lengths = "";
    for (let i = 0; i < attachments.length; i++) {
      lengths += (i === 0 ? "" : ",") + attachments[i].byteLength;
    }
    header += `Attachment-Lengths: ${lengths}\r
`;
  }
  const head = encoder2.encode(header + "\r\n");
  if (head.byteLength > MAX_HEADER_BYTES) {
    throw new RangeError(`Cannot send a frame: it has ${attachments.length} attachments, too many for its header`);
  }
  total += head.byteLength + body.byteLength - text2.length;
  if (total > maxFrameBytes) throw oversize(total, maxFrameBytes);
  refuse2(sizeFault(body.byteLength, limits) ?? contentFault(body, limits));
  const chunks = [];
  if (body.byteLength <= READ_CHUNK_BYTES) {
    const joined = new Uint8Array2(head.byteLength + body.byteLength);
    joined.set(head);
    joined.set(body, head.byteLength);
    chunks[0] = joined;
  } else {
    chunks[0] = head;
    chunks[1] = body;
  }
  for (let i = 0; i < attachments.length; i++) {
    const bytes = attachments[i];
    if (bytes.byteLength > 0) chunks[chunks.length] = bytes;
  }
  return chunks;
}
var FrameReader = class {
  #source;
  #maxFrameBytes;
  #limits;
  /** Bytes that were read and not used yet: `#buffer[#start, #end)`. */
  #buffer = new Uint8Array2(READ_CHUNK_BYTES);
  #start = 0;
  #end = 0;
  /**
   * @param source The source of the bytes.
   * @param maxFrameBytes Largest frame that is accepted, in bytes.
   */
  constructor(source, maxFrameBytes = DEFAULT_MAX_FRAME_BYTES) {
    this.#source = source;
    this.#maxFrameBytes = maxFrameBytes;
    this.#limits = bodyLimits(maxFrameBytes);
  }
  /**
   * Waits for the next frame.
   *
   * @returns The frame, or `null` when the source ended between two frames.
   * @throws {FrameError} If the header is malformed, the frame is too large, the body is not UTF-8 or holds too much, or
   * the source ended inside the frame.
   */
  async read() {
    const header = await this.#readHeader();
    if (header === null) return null;
    const lengths = parseHeader(header);
    let total = header.length + 4 + lengths.body;
    for (let i = 0; i < lengths.attachments.length; i++) total += lengths.attachments[i];
    if (total > this.#maxFrameBytes) {
      throw new FrameError(`Cannot read a frame: it has ${total} bytes and maxFrameBytes is ${this.#maxFrameBytes}`);
    }
    this.#refuse(sizeFault(lengths.body, this.#limits));
    const body = await this.#readBytes(lengths.body, "body");
    this.#refuse(contentFault(body, this.#limits));
    const text2 = decodeText(body);
    const attachments = [];
    for (let i = 0; i < lengths.attachments.length; i++) {
      const bytes = await this.#readBytes(lengths.attachments[i], "attachment");
      attachments[i] = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    }
    return {
      text: text2,
      attachments
    };
  }
  #refuse(fault) {
    if (fault !== void 0) throw new FrameError(`Cannot read a frame: ${fault}`);
  }
  async #readHeader() {
    let scanned = this.#start;
    while (true) {
      const end = indexOfBlankLine(this.#buffer, scanned, this.#end);
      if (end >= 0) {
        const header = latin1(this.#buffer.subarray(this.#start, end));
        this.#start = end + 4;
        return header;
      }
      const pending = this.#end - this.#start;
      if (pending > MAX_HEADER_BYTES) {
        throw new FrameError(`Cannot read a frame: no end of its header in ${pending} bytes`);
      }
      const rescan = Math2.min(pending, 3);
      if (!await this.#fill()) {
        if (pending === 0) return null;
        throw new FrameError("Cannot read a frame: the stream ended inside its header", {
          truncated: true
        });
      }
      scanned = this.#start + pending - rescan;
    }
  }
  /** Takes `length` bytes. The view is valid until the next call that reads. */
  async #readBytes(length, what) {
    const buffered = this.#end - this.#start;
    if (buffered >= length) {
      const bytes = this.#buffer.subarray(this.#start, this.#start + length);
      this.#start += length;
      return bytes;
    }
    let target = new Uint8Array2(length);
    target.set(this.#buffer.subarray(this.#start, this.#end));
    this.#start = this.#end = 0;
    let filled = buffered;
    while (filled < length) {
      const read = await this.#source.read(target.subarray(filled));
      if (read === null) {
        throw new FrameError(`Cannot read a frame: the stream ended after ${filled} of ${length} bytes of its ${what}`, {
          truncated: true
        });
      }
      filled += read.byteLength;
      if (read.buffer !== target.buffer) target = new Uint8Array2(read.buffer);
    }
    return target;
  }
  /** Reads once more into the buffer, behind the pending bytes. Returns `false` at the end of the source. */
  async #fill() {
    const pending = this.#end - this.#start;
    if (this.#buffer.byteLength - this.#end < READ_CHUNK_BYTES / 2) {
      const size = this.#buffer.byteLength;
      if (pending > size / 2) {
        const larger = new Uint8Array2(size * 2);
        larger.set(this.#buffer.subarray(this.#start, this.#end));
        this.#buffer = larger;
      } else {
        this.#buffer.copyWithin(0, this.#start, this.#end);
      }
      this.#start = 0;
      this.#end = pending;
    }
    const view = this.#buffer.subarray(this.#end, this.#end + READ_CHUNK_BYTES);
    const read = await this.#source.read(view);
    if (read === null) return false;
    if (read.buffer !== this.#buffer.buffer) this.#buffer = new Uint8Array2(read.buffer);
    this.#end += read.byteLength;
    return true;
  }
};
function refuse2(fault) {
  if (fault !== void 0) throw new RangeError(`Cannot send a frame: ${fault}`);
}
function oversize(bytes, maxFrameBytes) {
  return new RangeError(`Cannot send a frame: it has ${bytes} bytes and maxFrameBytes is ${maxFrameBytes}`);
}
function indexOfBlankLine(buffer, from2, end) {
  for (let i = from2; i + 3 < end; i++) {
    if (buffer[i] === 13 && buffer[i + 1] === 10 && buffer[i + 2] === 13 && buffer[i + 3] === 10) return i;
  }
  return -1;
}
function latin1(bytes) {
  let text2 = "";
  for (let i = 0; i < bytes.length; i++) text2 += String.fromCharCode(bytes[i]);
  return text2;
}
function decodeText(bytes) {
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new FrameError("Cannot read a frame: its body is not UTF-8", {
      cause
    });
  }
}
function parseHeader(header) {
  let body = -1;
  let attachments = [];
  const lines = header.split("\r\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const colon = line.indexOf(":");
    const field = line.slice(0, colon).toLowerCase();
    const value2 = line.slice(colon + 1).trim();
    if (field === "content-length" && body < 0) body = parseLength(value2);
    else if (field === "attachment-lengths" && attachments.length === 0) {
      attachments = mapList(value2.split(","), parseLength);
    } else throw new FrameError(`Cannot read a frame: bad header line ${quote(line)}`);
  }
  if (body < 0) {
    throw new FrameError(`Cannot read a frame: no Content-Length in ${quote(header)}`);
  }
  return {
    body,
    attachments
  };
}
function parseLength(text2) {
  if (text2.length === 0 || text2.length > 15) throw badLength(text2);
  for (let i = 0; i < text2.length; i++) {
    const code = text2.charCodeAt(i);
    if (code < 48 || code > 57) throw badLength(text2);
  }
  return Number2(text2);
}
function badLength(text2) {
  return new FrameError(`Cannot read a frame: ${quote(text2)} is not a length`);
}
function quote(text2) {
  return JSON2.stringify(truncate(text2, 80));
}
function closeReasonOf(cause) {
  if (!(cause instanceof FrameError)) return "io";
  return cause.truncated ? "ended" : "protocol";
}

// src/rpc/wire/_message.ts
var MAX_ID_CHARS = 100;
function readMessage(text2) {
  const message2 = JSON2.parse(text2);
  if (!isRecord2(message2)) throw new TypeError2("Cannot read a message: it is not an object");
  const { id, method, params } = message2;
  if (typeof method === "string") {
    if (id === void 0) return {
      type: "notification",
      method,
      params
    };
    if (isMessageId(id)) return {
      type: "request",
      id,
      method,
      params
    };
    throw new TypeError2("Cannot read a request: its id is no number or short string");
  }
  if (typeof id !== "number") {
    throw new TypeError2("Cannot read a message: it has neither a method nor an id");
  }
  return message2.error === void 0 ? {
    type: "result",
    id,
    result: message2.result
  } : {
    type: "error",
    id,
    error: toRemoteError(message2.error)
  };
}
function requestText(id, { method, params }) {
  return message(`"id":${JSON2.stringify(id)},"method":${JSON2.stringify(method)},"params":${toJson(params)}`);
}
function notificationText(method, params) {
  return message(`"method":${JSON2.stringify(method)},"params":${toJson(params)}`);
}
function resultText(id, result) {
  return message(`"id":${JSON2.stringify(id)},"result":${toJson(result ?? null)}`);
}
function errorText(id, { code, message: text2, data }) {
  const more = data === void 0 ? "" : `,"data":${toJson(data)}`;
  return message(`"id":${JSON2.stringify(id)},"error":{"code":${code},"message":${JSON2.stringify(text2)}${more}}`);
}
function toFailure(thrown) {
  if (thrown instanceof RemoteError) return thrown;
  const code = RPC_ERROR_CODES.failed;
  try {
    if (thrown instanceof Error2) {
      return new RemoteError(`${thrown.message}`, {
        code,
        data: {
          name: `${thrown.name}`
        }
      });
    }
    return new RemoteError(String(thrown), {
      code,
      data: {
        name: "Error"
      }
    });
  } catch {
    return new RemoteError("The thrown value cannot be described", {
      code,
      data: {
        name: "Error"
      }
    });
  }
}
function isMessageId(value2) {
  return typeof value2 === "number" || typeof value2 === "string" && value2.length <= MAX_ID_CHARS;
}
function isRecord2(value2) {
  return typeof value2 === "object" && value2 !== null && !Array2.isArray(value2);
}
function toRemoteError(error) {
  if (!isRecord2(error) || typeof error.code !== "number" || typeof error.message !== "string") {
    return new RemoteError("The peer sent a malformed error", {
      code: RPC_ERROR_CODES.internal
    });
  }
  return new RemoteError(error.message, {
    code: error.code,
    data: error.data
  });
}
function message(members) {
  return `{"jsonrpc":"2.0",${members}}`;
}
function toJson(value2) {
  return JSON2.stringify(value2) ?? "null";
}

// src/rpc/wire/lazy_abort.ts
var LazyAbort = class {
  #controller;
  #aborted;
  /** The signal, aborted by {@linkcode LazyAbort.abort}, even if that was called earlier. */
  get signal() {
    if (this.#controller === void 0) {
      this.#controller = new AbortController();
      if (this.#aborted !== void 0) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }
  /**
   * Aborts, once.
   *
   * @param reason The reason of the signal.
   */
  abort(reason) {
    this.#aborted ??= {
      reason
    };
    this.#controller?.abort(reason);
  }
};

// src/rpc/wire/_outbox.ts
var COALESCE_BYTES = 64 * 1024;
var Outbox = class {
  #sink;
  #fail;
  #chunks = [];
  #writing = false;
  #bytes = 0;
  /**
   * @param sink Receives the chunks.
   * @param fail Called once if writing fails; nothing is written from then on.
   */
  constructor(sink, fail2) {
    this.#sink = sink;
    this.#fail = fail2;
  }
  /** Number of bytes that are not written yet. */
  get bytes() {
    return this.#bytes;
  }
  /** Appends chunks to the queue. */
  add(chunks) {
    for (let i = 0; i < chunks.length; i++) {
      this.#chunks[this.#chunks.length] = chunks[i];
      this.#bytes += chunks[i].byteLength;
    }
    if (!this.#writing) this.#drain();
  }
  /** Writes until the queue is empty. Does not await a sink that writes synchronously. */
  #drain() {
    this.#writing = true;
    try {
      while (this.#chunks.length > 0) {
        const chunks = coalesce(this.#chunks);
        this.#chunks = [];
        for (let i = 0; i < chunks.length; i++) {
          const written = this.#sink.write(chunks[i]);
          if (written !== void 0) return void this.#goOn(written, partOf(chunks, {
            start: i
          }));
          this.#bytes -= chunks[i].byteLength;
        }
      }
      this.#writing = false;
    } catch (cause) {
      this.#fail(cause);
    }
  }
  /** Waits for the write of the first chunk, then writes the others. */
  async #goOn(writing, chunks) {
    try {
      await writing;
      this.#bytes -= chunks[0].byteLength;
      for (let i = 1; i < chunks.length; i++) {
        await this.#sink.write(chunks[i]);
        this.#bytes -= chunks[i].byteLength;
      }
    } catch (cause) {
      this.#chunks = [];
      this.#bytes = 0;
      return this.#fail(cause);
    }
    this.#drain();
  }
};
function coalesce(chunks) {
  if (chunks.length === 1) return chunks;
  const result = [];
  let first = 0;
  while (first < chunks.length) {
    let last = first;
    let bytes = chunks[first].byteLength;
    while (last + 1 < chunks.length && bytes + chunks[last + 1].byteLength <= COALESCE_BYTES) {
      bytes += chunks[++last].byteLength;
    }
    result[result.length] = last === first ? chunks[first] : join(chunks, first, last, bytes);
    first = last + 1;
  }
  return result;
}
function join(chunks, first, last, bytes) {
  const joined = new Uint8Array2(bytes);
  let offset = 0;
  for (let i = first; i <= last; i++) {
    joined.set(chunks[i], offset);
    offset += chunks[i].byteLength;
  }
  return joined;
}

// src/rpc/wire/_sender.ts
var MAX_UNREAD_ERROR_BYTES = 16 * 1024 * 1024;
var Sender = class {
  #options;
  #outbox;
  #closed = false;
  /**
   * @param sink Receives the bytes.
   * @param options Limits, and listeners for failures.
   */
  constructor(sink, options) {
    this.#options = options;
    this.#outbox = new Outbox(sink, options.onFailure);
  }
  /** Drops all later messages. */
  close() {
    this.#closed = true;
  }
  /** Encodes a request without sending it. */
  encodeRequest(id, { method, value: value2, attachments }) {
    return this.#frame(requestText(id, {
      method,
      params: value2
    }), attachments);
  }
  /** Sends an encoded message. */
  send(chunks) {
    if (!this.#closed) this.#outbox.add(chunks);
  }
  /** Sends a request. Calls `unsent` of the payload if that fails. */
  request(id, payload) {
    this.#orUnsent(payload, () => this.send(this.encodeRequest(id, payload)));
  }
  /** Sends a notification. Calls `unsent` of the payload if that fails. */
  notify(method, payload) {
    const { value: value2, attachments } = payload;
    this.#orUnsent(payload, () => this.send(this.#frame(notificationText(method, value2), attachments)));
  }
  /** Sends a result, unless the peer leaves too many answers unread. Calls `unsent` of the payload if that fails. */
  result(id, payload) {
    this.#orUnsent(payload, () => {
      const chunks = this.#frame(resultText(id, payload.value), payload.attachments);
      const waiting = this.#outbox.bytes;
      if (waiting > 0 && waiting + sizeOf(chunks) > this.#options.maxFrameBytes) {
        throw new RangeError(`Cannot answer: ${waiting} bytes of earlier answers are unread`);
      }
      this.send(chunks);
    });
  }
  /** Sends an error as the answer, whatever was thrown. */
  failure(id, thrown) {
    const { maxFrameBytes, onUnread } = this.#options;
    if (this.#outbox.bytes > maxFrameBytes + MAX_UNREAD_ERROR_BYTES) {
      return onUnread(new RangeError("The peer sends requests and does not read the answers"));
    }
    try {
      this.send(this.#frame(errorText(id, toFailure(thrown))));
    } catch {
      const message2 = "The call failed, and its error could not be sent";
      const error = new RemoteError(message2, {
        code: RPC_ERROR_CODES.internal
      });
      this.send(this.#frame(errorText(id, error)));
    }
  }
  #frame(text2, attachments = []) {
    return encodeFrame({
      text: text2,
      attachments
    }, this.#options.maxFrameBytes);
  }
  #orUnsent({ unsent }, send) {
    try {
      send();
    } catch (error) {
      unsent?.();
      throw error;
    }
  }
};
function sizeOf(chunks) {
  let bytes = 0;
  for (let i = 0; i < chunks.length; i++) bytes += chunks[i].byteLength;
  return bytes;
}

// src/rpc/wire/connection.ts
var MAX_SHOWN_CHARS = 100;
var CANCEL = "$/cancelRequest";
var Connection = class {
  /** Resolves when the connection has ended, with the error that pending calls got. Never rejects. */
  closed;
  #channel;
  #handlers;
  #maxFrameBytes;
  #pending = new Map();
  /** Calls that this side has cancelled. Their answers are still to come, and are dropped. */
  #cancelled = new Set2();
  #serving = new Map();
  #nextId = 1;
  #closeError;
  #settleClosed;
  #sender;
  /**
   * Starts to read at once.
   *
   * @param channel The byte streams, which the connection owns from now on.
   * @param options Handlers and limits.
   */
  constructor(channel, options = {}) {
    this.#channel = channel;
    this.#handlers = new Map(Object2.entries(options.handlers ?? {}));
    this.#maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
    const { promise, resolve } = Promise2.withResolvers();
    this.closed = promise;
    this.#settleClosed = resolve;
    const end = (reason) => (cause) => this.#end(new ConnectionClosedError(reason, {
      cause
    }));
    this.#sender = new Sender(channel.sink, {
      maxFrameBytes: this.#maxFrameBytes,
      onFailure: end("io"),
      onUnread: end("protocol")
    });
    void this.#readLoop();
  }
  /**
   * Calls a method of the peer.
   *
   * @param method The method's name.
   * @param payload Its parameters.
   * @param options A signal that cancels the call, and a reader for the answer.
   * @returns The peer's answer, as `receive` has read it.
   * @throws {RemoteError} If the peer answered with an error.
   * @throws {RangeError} If the message is larger than `maxFrameBytes`; the connection stays open.
   * @throws {ConnectionClosedError} If the connection has ended or ends before the answer.
   */
  call(method, payload, options = {}) {
    const { signal, receive = (answer) => answer } = options;
    if (signal?.aborted) return Promise2.reject(signal.reason);
    if (this.#closeError !== void 0) return Promise2.reject(this.#closeError);
    const id = this.#nextId++;
    return new Promise2((resolve, reject) => {
      let pending = {
        resolve(answer) {
          try {
            resolve(receive(answer));
          } catch (error) {
            reject(error);
          }
        },
        reject
      };
      if (signal !== void 0) {
        const abort = () => {
          if (!this.#pending.delete(id)) return;
          this.#cancelled.add(id);
          this.#sender.notify(CANCEL, {
            value: {
              id
            }
          });
          reject(signal.reason);
        };
        signal.addEventListener("abort", abort, {
          once: true
        });
        const settle = (action) => (value2) => {
          signal.removeEventListener("abort", abort);
          action(value2);
        };
        pending = {
          resolve: settle(pending.resolve),
          reject: settle(reject)
        };
      }
      this.#pending.set(id, pending);
      try {
        this.#sender.request(id, {
          ...payload,
          method
        });
      } catch (error) {
        this.#pending.delete(id);
        pending.reject(error);
      }
    });
  }
  /**
   * Calls a method of the peer once for each payload. If one of the messages cannot be sent, none is.
   *
   * @param method The method's name.
   * @param payloads Its parameters, one after the other.
   * @returns The peer's answers, in the order of the payloads.
   * @throws What {@linkcode Connection.call} throws.
   */
  async callAll(method, payloads) {
    if (this.#closeError !== void 0) throw this.#closeError;
    const frames = [];
    const first = this.#nextId;
    this.#nextId += payloads.length;
    try {
      for (const [i, { value: value2, attachments }] of payloads.entries()) {
        frames[i] = this.#sender.encodeRequest(first + i, {
          method,
          value: value2,
          attachments
        });
      }
    } catch (error) {
      for (const { unsent } of payloads) unsent?.();
      throw error;
    }
    const answers = frames.map((_, i) => new Promise2((resolve, reject) => this.#pending.set(first + i, {
      resolve,
      reject
    })));
    for (const chunks of frames) this.#sender.send(chunks);
    return await Promise2.all(answers);
  }
  /**
   * Sends a message that has no answer. Does nothing once the connection has ended.
   *
   * @param method The method's name.
   * @param payload Its parameters.
   * @throws {RangeError} If the message is larger than `maxFrameBytes`.
   */
  notify(method, payload) {
    this.#sender.notify(method, payload);
  }
  /** Ends the connection: settles the pending calls of both directions and closes the channel. Idempotent. */
  close() {
    this.#end(new ConnectionClosedError("closed"));
  }
  async #readLoop() {
    const reader = new FrameReader(this.#channel.source, this.#maxFrameBytes);
    while (true) {
      let frame;
      try {
        frame = await reader.read();
      } catch (cause) {
        return this.#end(new ConnectionClosedError(closeReasonOf(cause), {
          cause
        }));
      }
      if (this.#closeError !== void 0) return;
      if (frame === null) return this.#end(new ConnectionClosedError("ended"));
      try {
        this.#dispatch(readMessage(frame.text), frame.attachments);
      } catch (cause) {
        return this.#end(new ConnectionClosedError("protocol", {
          cause
        }));
      }
    }
  }
  #dispatch(message2, attachments) {
    switch (message2.type) {
      case "request":
        return void this.#answer(message2.id, message2.method, {
          value: message2.params,
          attachments
        });
      case "notification":
        return this.#notified(message2.method, {
          value: message2.params,
          attachments
        });
      case "result":
        return this.#take(message2.id)?.resolve({
          value: message2.result,
          attachments
        });
      case "error":
        return this.#take(message2.id)?.reject(message2.error);
    }
  }
  #notified(method, payload) {
    if (method === CANCEL) {
      const id = isRecord2(payload.value) ? payload.value.id : void 0;
      if (isMessageId(id)) {
        this.#serving.get(id)?.abort(new DOMException("The call was cancelled", "AbortError"));
      }
      return;
    }
    const handler = this.#handlers.get(method);
    if (handler === void 0) return;
    void settleAsync(() => handler(payload, new LazyAbort())).catch(ignore);
  }
  async #answer(id, method, payload) {
    const context = new LazyAbort();
    this.#serving.set(id, context);
    try {
      const handler = this.#handlers.get(method);
      if (handler === void 0) {
        const code = RPC_ERROR_CODES.methodNotFound;
        const message2 = `Cannot call ${JSON2.stringify(truncate(method, MAX_SHOWN_CHARS))}: no such method`;
        throw new RemoteError(message2, {
          code
        });
      }
      const result = await handler(payload, context);
      this.#sender.result(id, result ?? {
        value: null
      });
    } catch (error) {
      this.#sender.failure(id, error);
    } finally {
      this.#serving.delete(id);
    }
  }
  /** Removes and returns the pending call of an answer; `undefined` if this side has cancelled it. */
  #take(id) {
    const pending = this.#pending.get(id);
    if (pending === void 0 && !this.#cancelled.delete(id)) {
      throw new TypeError2(`Cannot settle call ${id}: no such call was made`);
    }
    this.#pending.delete(id);
    return pending;
  }
  #end(error) {
    if (this.#closeError !== void 0) return;
    this.#closeError = error;
    this.#sender.close();
    this.#serving.forEach((context) => context.abort(error));
    this.#serving.clear();
    const pending = valuesOf(this.#pending);
    this.#pending.clear();
    this.#cancelled.clear();
    for (let i = 0; i < pending.length; i++) pending[i].reject(error);
    void settleAsync(() => this.#channel.close()).catch(ignore).then(() => this.#settleClosed(error));
  }
};
async function settleAsync(action) {
  return action();
}
function ignore() {
}

// src/kernel/host_link.ts
var HostLink = class {
  #connection;
  /**
   * Connects to the host, and begins to answer it.
   *
   * @param channel The pipes.
   * @param options Handlers and limits.
   * @returns Settles when the connection has ended.
   */
  open(channel, options) {
    this.#connection = new Connection(channel, options);
    return this.#connection.closed;
  }
  /** See {@linkcode Connection.notify}. */
  notify(method, payload) {
    this.#connection?.notify(method, payload);
  }
  /** See {@linkcode Connection.call}. */
  call(method, payload, options = {}) {
    if (this.#connection !== void 0) return this.#connection.call(method, payload, options);
    return Promise2.reject(new Error2(`Cannot call ${method}: the connection is not open`));
  }
};

// src/kernel/lent_classes.ts
var MAX_CLASSES = 1e3;
var MAX_NAME_CHARS3 = 200;
var { defineProperty: defineProperty10 } = Object2;
var LentClasses = class {
  #namespace;
  #prototypes = new Map();
  /** @param namespace Gets the classes whose names are free. */
  constructor(namespace) {
    this.#namespace = namespace;
  }
  /**
   * Returns the prototype for stand-ins of a class.
   *
   * @param name The name of the class on the host; it may be empty.
   */
  prototypeOf(name) {
    const known = this.#prototypes.get(name);
    if (known !== void 0) return known;
    const Class = createClass(headOf(name, MAX_NAME_CHARS3));
    const prototype = Class.prototype;
    if (this.#prototypes.size < MAX_CLASSES && name.length <= MAX_NAME_CHARS3) {
      this.#prototypes.set(name, prototype);
      if (hasMatch(/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u, name)) {
        this.#namespace.defineHidden(name, Class);
      }
    }
    return prototype;
  }
};
function createClass(name) {
  const Class = class {
    constructor() {
      throw new TypeError2(`Cannot make a ${name}: its class is on the host. Use the instances that are there`);
    }
  };
  return defineProperty10(Class, "name", {
    value: name,
    configurable: true
  });
}

// src/kernel/last_words.ts
var { stderr } = Deno;
function sayLastWords(reason) {
  try {
    stderr.writeSync(new TextEncoder2().encode(`${LAST_WORDS}${reason}
`));
  } catch {
  }
}

// src/rpc/import_pattern.ts
var CLOSED_SCHEMES = [
  "node:",
  "data:",
  "blob:",
  "ext:"
];
function admit(specifier, { imports, packages }) {
  for (let i = 0; i < CLOSED_SCHEMES.length; i++) {
    if (specifier.startsWith(CLOSED_SCHEMES[i])) return void 0;
  }
  for (let i = 0; i < imports.length; i++) {
    if (matchesImport(specifier, imports[i])) return specifier;
  }
  for (let i = 0; i < packages.length; i++) {
    const found3 = inPackage(specifier, packages[i]);
    if (found3 !== void 0) return found3;
  }
  return void 0;
}
function matchesImport(specifier, pattern) {
  if (pattern.endsWith("*")) return specifier.startsWith(pattern.slice(0, -1));
  return specifier === pattern || pattern.endsWith("/") && specifier.startsWith(pattern);
}
function inPackage(specifier, pinned) {
  const withScheme = pinned.slice(0, pinned.lastIndexOf("@"));
  const names = [
    pinned,
    withScheme,
    withScheme.slice("npm:".length)
  ];
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (specifier === name) return pinned;
    if (!specifier.startsWith(`${name}/`)) continue;
    const path = specifier.slice(name.length);
    return path.includes("..") || path.includes("\\") || path.includes("%") ? void 0 : pinned + path;
  }
  return void 0;
}

// src/rpc/package_url.ts
var PACKAGE_URL = new URL("../", import.meta.url).href;

// src/kernel/namespace/importer.ts
function createImporter(list) {
  const open = [
    ...list.imports,
    ...list.packages
  ].join(", ");
  return async (specifier, attributes) => {
    const admitted = specifier.startsWith(PACKAGE_URL) ? void 0 : admit(specifier, list);
    if (admitted === void 0) {
      throw new TypeError2(`Cannot import ${JSON2.stringify(specifier)}: ` + (open === "" ? "nothing may be imported here" : `what may be imported is ${open}`));
    }
    return await import(admitted, {
      with: attributes
    });
  };
}

// src/kernel/namespace/modules.ts
var Modules = class {
  #importer;
  #imported = new Map();
  #origins;
  /** @param importer Decides about imports, and performs them. */
  constructor(importer) {
    this.#importer = importer;
  }
  /** Imports a module. */
  import = async (specifier, attributes) => {
    const module = await this.#importer(specifier, attributes);
    this.#imported.set(module, {
      specifier,
      attributes: {
        ...attributes
      }
    });
    this.#origins = void 0;
    return module;
  };
  /** Returns the origin of a function or object, or `undefined` if no module exports it. */
  originOf(value2) {
    this.#origins ??= this.#find();
    return this.#origins.get(value2);
  }
  #find() {
    const origins = new WeakMap();
    this.#imported.forEach((module, namespace) => {
      origins.set(namespace, {
        module,
        name: void 0
      });
      const names = Object2.keys(namespace);
      for (let i = 0; i < names.length; i++) {
        const name = names[i];
        const value2 = namespace[name];
        const isObject2 = typeof value2 === "function" || typeof value2 === "object" && value2 !== null;
        if (isObject2 && !origins.has(value2)) origins.set(value2, {
          module,
          name
        });
      }
    });
    return origins;
  }
};

// src/kernel/namespace/scope.ts
import vm from "node:vm";

// src/kernel/namespace/stack_mapper.ts
var MAX_FRAMES = 10;
var MAX_CELLS = 1e3;
var RAW_POSITION = /\$cell:(\d+):(\d+):(\d+)/g;
var CELL_POSITION = /^ {4}at (?:async )?(?:(?:Object\.)?(.{1,200}?) \()?cell-(\d+)\.ts:(\d+):(\d+)/;
var MACHINERY = new URL2(PACKAGE_URL);
var MACHINERY_PATH = MACHINERY.protocol === "file:" ? decodeURI(MACHINERY.pathname) : void 0;
function scriptName(cell) {
  return `$cell:${cell}`;
}
var ENTRY_NAME = "$entry";
var StackMapper = class {
  #maps = new Map();
  /**
   * Adds the map of a cell.
   *
   * @param cell The cell's number.
   * @param map Groups of four numbers: generated line and column, original line and column, from 0.
   */
  add(cell, map) {
    this.#maps.set(cell, map);
    if (this.#maps.size > MAX_CELLS) this.#maps.delete(this.#maps.keys().next().value);
  }
  /**
   * Rewrites the text of a stack. Lines that were rewritten before stay as they are.
   *
   * @param stack A stack as V8 writes it, with or without the line of the error itself.
   */
  rewrite(stack) {
    const kept = [];
    let frames = 0;
    const lines = stack.split("\n");
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      if (!line.startsWith("    at ")) kept.push(line);
      else if (!isMachinery(line) && frames++ < MAX_FRAMES) {
        const replace = (digits) => this.#position(digits);
        kept.push(replaceMatches(line, {
          pattern: RAW_POSITION,
          replace
        }));
      }
    }
    return kept.join("\n");
  }
  /**
   * Returns the places in cells that a rewritten stack names.
   *
   * @param stack A stack that {@linkcode StackMapper.rewrite} has returned.
   */
  frames(stack) {
    const frames = [];
    const lines = stack.split("\n");
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      const match = matchOf(CELL_POSITION, line);
      if (match === null) continue;
      const place = {
        cell: Number2(match[2]),
        line: Number2(match[3]),
        column: Number2(match[4])
      };
      frames.push(match[1] === void 0 ? place : {
        ...place,
        functionName: match[1]
      });
    }
    return frames;
  }
  #position(digits) {
    const cell = Number2(digits[1]);
    const line = Number2(digits[2]) - 2;
    const column = Number2(digits[3]) - 1;
    const map = this.#maps.get(cell) ?? [];
    let low = -1;
    let high = Math2.floor(map.length / 4) - 1;
    while (low < high) {
      const middle = low + high + 1 >> 1;
      const generatedLine = map[4 * middle];
      if (generatedLine < line || generatedLine === line && map[4 * middle + 1] <= column) {
        low = middle;
      } else high = middle - 1;
    }
    if (low < 0) return `cell-${cell}.ts:${line + 1}:${column + 1}`;
    const { 0: fromLine = 0, 1: fromColumn = 0, 2: toLine = 0, 3: toColumn = 0 } = partOf(map, {
      start: 4 * low,
      end: 4 * low + 4
    });
    const originalColumn = line === fromLine ? toColumn + column - fromColumn : column;
    return `cell-${cell}.ts:${toLine + line - fromLine + 1}:${originalColumn + 1}`;
  }
};
function isMachinery(line) {
  return line.includes(ENTRY_NAME) || line.includes(MACHINERY.href) || MACHINERY_PATH !== void 0 && line.includes(MACHINERY_PATH) || line.includes("(ext:") || line.includes("at ext:") || line.includes("(node:") || line.includes("at node:");
}

// src/kernel/namespace/scope.ts
var RESTORED_NAME = "restored";
var GlobalScope = class {
  target = realm;
  #importer;
  /** @param importer Decides about imports. */
  constructor(importer) {
    this.#importer = importer;
  }
  compile({ cell, code, helper }) {
    return script(scriptName(cell), cellSource(code, helper), this.#importer);
  }
  expression(code, helper) {
    return script(RESTORED_NAME, expressionSource(code, helper), this.#importer);
  }
};
function cellSource(code, helper) {
  return `(${helper}, ${helper}_f) => async () => {"use strict";
${code}
}`;
}
function expressionSource(code, helper) {
  return `(${helper}, ${helper}_f) => {"use strict"; return (
${code}
)}`;
}
function script(filename, source, importer) {
  const options = {
    filename,
    importModuleDynamically: (specifier, _script, attributes) => importer(specifier, attributes)
  };
  return new vm.Script(source, options).runInThisContext();
}

// src/kernel/namespace/stack_traces.ts
var COLLECTED_FRAMES = 30;
var { apply: apply20 } = Reflect2;
function installStackTraces(stacks) {
  const describe2 = frameDescriber();
  const prepare = (error, sites) => {
    let header;
    try {
      const { name = "Error", message: message2 = "" } = error;
      header = message2 === "" ? `${name}` : `${name}: ${message2}`;
    } catch {
      header = "Error";
    }
    let stack = header;
    for (let i = 0; i < sites.length; i++) stack += `
    at ${apply20(describe2, sites[i], [])}`;
    return stacks.rewrite(stack);
  };
  Object2.freeze(prepare);
  Object2.defineProperty(Error2, "prepareStackTrace", {
    get: () => prepare,
    set: () => {
    }
  });
  restoreStackLimit();
}
function restoreStackLimit() {
  Reflect2.defineProperty(Error2, "stackTraceLimit", {
    value: COLLECTED_FRAMES,
    writable: true,
    enumerable: true,
    configurable: true
  });
}
function frameDescriber() {
  let describe2;
  const native3 = Error2.prepareStackTrace;
  Error2.prepareStackTrace = (_, sites) => describe2 = sites[0].toString;
  void new Error2().stack;
  Error2.prepareStackTrace = native3;
  return describe2;
}

// src/kernel/probe.ts
import vm2 from "node:vm";
async function probe() {
  let failure;
  try {
    (0, eval)("1");
    failure = "code from strings runs";
  } catch {
  }
  try {
    const refuse3 = () => Promise2.reject(new TypeError2("refused"));
    const script2 = new vm2.Script(`import("node:fs")`, {
      importModuleDynamically: refuse3
    });
    await script2.runInThisContext();
    failure = "imports are not held back";
  } catch {
  }
  if (failure !== void 0) throw new Error2(`Cannot start the kernel: ${failure}`);
}

// src/kernel/stop/first_settled.ts
function firstSettled(one, other) {
  return new Promise2((resolve, reject) => {
    one.then(resolve, reject);
    other.then(resolve, reject);
  });
}

// src/text/near_names.ts
var { max, min } = Math;
var { from } = Array;
var MAX_COMPARED_CHARS = 64;
var MAX_CANDIDATES = 5e3;
var MAX_NEAR_NAMES = 5;
function nearNames(name, candidates) {
  if (name.length > MAX_COMPARED_CHARS) return [];
  const near = [];
  let compared = 0;
  for (const candidate of candidates) {
    if (compared++ === MAX_CANDIDATES) break;
    if (candidate.length > MAX_COMPARED_CHARS) continue;
    const bound = max(1, min(name.length, candidate.length) / 3);
    const distance = distanceOf(name, candidate);
    if (distance <= bound) near.push({
      candidate,
      distance
    });
  }
  return near.sort((a, b) => a.distance - b.distance).slice(0, MAX_NEAR_NAMES).map(({ candidate }) => candidate);
}
function distanceOf(a, b) {
  const left = a.toLowerCase();
  const right = b.toLowerCase();
  const [short, long] = left.length < right.length ? [
    left,
    right
  ] : [
    right,
    left
  ];
  if (short.length >= 3 && long.includes(short)) return 1;
  let before = [];
  let row = from({
    length: right.length + 1
  }, (_, i) => i);
  for (let i = 1; i <= left.length; i++) {
    const next = [
      i
    ];
    for (let j = 1; j <= right.length; j++) {
      const substitution = row[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1);
      const isExchange = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      const exchange = isExchange ? before[j - 2] + 1 : substitution;
      next.push(min(substitution, exchange, row[j] + 1, next[j - 1] + 1));
    }
    before = row;
    row = next;
  }
  return row[right.length];
}

// src/kernel/retrieve.ts
var { setTimeout: setTimeout2, clearTimeout: clearTimeout2 } = globalThis;
var MAX_TIMER_MS = 2 ** 31 - 1;
async function retrieve(namespace, references, { name, reference, timeoutMs = Infinity }) {
  if (!namespace.has(name)) {
    throw new RemoteError(missing(name, namespace), {
      code: RPC_ERROR_CODES.invalidParams
    });
  }
  const value2 = await settled(namespace.get(name), {
    name,
    timeoutMs
  });
  const { value: encoded, ...rest } = reference ? references.encodeReference(value2, {
    name,
    lentAs: name
  }) : await withBlobs((blobs) => references.encodeValue(value2, {
    name,
    lentAs: name,
    blobs
  }));
  return {
    value: {
      value: encoded
    },
    ...rest
  };
}
function missing(name, namespace) {
  const near = nearNames(name, mapList(namespace.values(), (value2) => value2.name));
  const question = near.length === 0 ? "" : `. Did you mean ${near.join(" or ")}?`;
  return `Cannot retrieve ${JSON2.stringify(name)}: there is no such name${question}`;
}
async function settled(value2, { name, timeoutMs }) {
  const isAwaited2 = isObject(value2) && typeof value2.then === "function";
  if (!isAwaited2 || timeoutMs > MAX_TIMER_MS) return await value2;
  const { promise, reject } = Promise2.withResolvers();
  const message2 = `Cannot retrieve ${JSON2.stringify(name)}: it is a promise that has not settled within ${timeoutMs} ms`;
  const timer = setTimeout2(() => reject(new TypeError2(message2)), timeoutMs);
  try {
    return await firstSettled(Promise2.resolve(value2), promise);
  } finally {
    clearTimeout2(timer);
  }
}

// src/kernel/request_handlers.ts
var NOT_BEGUN = {
  stopped: true,
  output: {
    length: 0,
    tail: ""
  },
  changed: []
};
function requestHandlers(parts) {
  const { evaluator, stopper, watcher, references, facts } = parts;
  const { namespace } = evaluator;
  const cells = new CellRequests(parts);
  return {
    define: ({ value: value2, attachments }) => define3(value2, attachments, parts),
    module: ({ value: value2 }) => evaluator.makeModule(value2),
    remove: ({ value: value2 }) => remove(value2, parts),
    types: ({ value: value2 }) => makeTypes(value2, parts),
    execute: ({ value: value2 }) => cells.execute(value2),
    interrupt: () => cells.interrupt(),
    names: () => stopper.attend(() => ({
      value: namespace.entries()
    })),
    outline: ({ value: value2 }) => stopper.attend(() => ({
      value: namespace.outlines(value2.names)
    })),
    retrieve: ({ value: value2 }) => stopper.attend(() => failing(() => retrieve(namespace, references, value2))),
    use: ({ value: value2, attachments }) => stopper.attend(() => failing(async () => {
      const use = references.open(value2, attachments);
      const result = await use.perform();
      const { value: answer, ...rest } = await withBlobs((blobs) => use.encode(result, blobs));
      return {
        value: {
          value: answer
        },
        ...rest
      };
    })),
    release: ({ value: value2 }) => references.release(value2),
    about: () => ({
      value: facts
    }),
    references: () => ({
      value: references.counts
    }),
    snapshot: async ({ value: value2 }) => {
      const { report, attachments } = await evaluator.snapshot(value2.maxBytes);
      return {
        value: report,
        attachments
      };
    },
    restore: async ({ value: value2, attachments = [] }) => {
      watcher.start();
      return {
        value: await evaluator.restore(attachments, value2.except)
      };
    }
  };
}
async function failing(action) {
  try {
    return await action();
  } catch (error) {
    throw toRemote(error);
  }
}
var CellRequests = class {
  #parts;
  /** The cell that was asked for and has not begun. */
  #beginning;
  constructor(parts) {
    this.#parts = parts;
  }
  interrupt() {
    if (this.#beginning !== void 0) this.#beginning.isStopped = true;
    else this.#parts.stopper.stop();
  }
  async execute(cell) {
    const { evaluator, watcher } = this.#parts;
    try {
      return {
        value: await this.#begin(cell) ? await evaluator.execute(cell) : NOT_BEGUN
      };
    } finally {
      watcher.end();
    }
  }
  /** Sees to it that orders are heard, and returns whether the cell is still wanted. */
  async #begin({ cell, orders = 0 }) {
    const { watcher } = this.#parts;
    const beginning = this.#beginning = {
      isStopped: false
    };
    try {
      await watcher.heard(orders);
      watcher.begin(cell);
      let sent = orders;
      while (watcher.heardMoreThan(sent) && !beginning.isStopped) {
        const report = await this.#ask(cell);
        if (report.stop) return false;
        sent = report.orders;
        watcher.disown(sent);
        watcher.begin(cell);
      }
      return !beginning.isStopped;
    } finally {
      this.#beginning = void 0;
    }
  }
  async #ask(cell) {
    const params = {
      cell
    };
    const { value: value2 } = await this.#parts.host.call("ordered", {
      value: params
    });
    return value2;
  }
};
function define3(params, attachments, { evaluator: { namespace }, references, calls }) {
  if ("functions" in params) {
    for (let i = 0; i < params.functions.length; i++) {
      const name2 = params.functions[i];
      namespace.defineProvided(name2, calls.function(name2, references));
    }
    return;
  }
  const { name, value: encoded } = params;
  const decoded = references.decodeValue(encoded, attachments);
  if (references.isStandIn(decoded)) namespace.defineProvided(name, decoded);
  else namespace.define(name, decoded);
}
function remove({ names }, { evaluator, references }) {
  for (let i = 0; i < names.length; i++) {
    evaluator.namespace.remove(names[i]);
    references.types.delete(names[i]);
  }
}
async function makeTypes({ types, ...cell }, { evaluator, references }) {
  const made2 = await evaluator.makeClasses(cell);
  for (let i = 0; i < types.length; i++) {
    const { name, copied } = types[i];
    const Class = made2[name];
    evaluator.namespace.defineProvided(name, Class);
    references.types.add({
      name,
      Class,
      copied
    });
  }
}

// src/kernel/stdio.ts
var SYNC_READ_BYTES = 64 * 1024;
function stdioChannel() {
  const { stdin, stdout } = Deno;
  return {
    source: {
      async read(view) {
        const length = view.byteLength > SYNC_READ_BYTES ? stdin.readSync(view) : await stdin.read(view);
        return length === null ? null : view.subarray(0, length);
      }
    },
    sink: {
      write(bytes) {
        let written = 0;
        while (written < bytes.byteLength) written += stdout.writeSync(bytes.subarray(written));
      }
    },
    close() {
    }
  };
}

// src/kernel/stop/cell_stopped_error.ts
var CellStoppedError = class extends Error2 {
  /** Always `"CellStoppedError"`. */
  name = "CellStoppedError";
  /** Whether the cell had ended, so that no result of a cell reports that something was stopped. */
  leftover;
  /** @param leftoverReason The reason, if the cell had ended and this is what it left running. */
  constructor(leftoverReason) {
    super(leftoverReason ?? "The cell was stopped");
    this.leftover = leftoverReason !== void 0;
  }
};

// src/kernel/stop/flag.ts
var FLAG = {
  /** Code runs. */
  RUN: 0,
  /** The running cell has to stop, and so has whatever keeps it from stopping. */
  STOP_CELL: 1,
  /** Code has to stop if the process still uses too much memory once its garbage is collected. */
  OUT_OF_MEMORY: 2,
  /** Code of earlier cells has to stop; the running cell goes on. */
  STOP_LEFTOVERS: 3,
  /** Code runs, and no watch thread could stop it: guards count the time until one is worth its start. */
  UNWATCHED: 4
};
function createFlag() {
  return new Int32Array(new SharedArrayBuffer(4));
}

// src/kernel/stop/_shared_state.ts
var STATE2 = {
  /** Counts what the watch thread has to report; the main thread waits for a change. */
  EVENTS: 0,
  /** Becomes 1 when the watch thread hears signals, and 2 when the main thread has given it up. */
  THREAD: 1,
  /** The number of the running cell; 0 if none runs, -1 if other code is run for the host. */
  CELL: 2,
  /** Orders to stop a cell that were heard. */
  ORDERS: 3,
  /** Alarms because of the memory. */
  ALARMS: 4,
  /** Memory in MiB above which the watch thread raises an alarm. */
  LIMIT: 5,
  /** Whether the watch thread sleeps and has to be woken when a cell begins. */
  ASLEEP: 6,
  /** Requests to stop what earlier cells have left running. */
  NUDGES: 7
};
var STATE_LENGTH = 8;

// src/kernel/stop/garbage.ts
import { setFlagsFromString } from "node:v8";
import vm3 from "node:vm";
var collect;
function collectGarbage() {
  collect ??= loadCollector();
  collect();
}
function loadCollector() {
  setFlagsFromString("--expose-gc");
  const collector = vm3.runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  return collector;
}

// src/kernel/stop/memory_meter.ts
var MEBIBYTE = 2 ** 20;
var GROWTH_MEBIBYTES = 16;
var MAX_MEBIBYTES = 2 ** 31 - 1;
var { memoryUsage } = Deno;
var { load: load3, store } = Atomics2;
var MemoryMeter = class {
  #state;
  /** The limit in MiB. */
  maxMebibytes;
  /** The alarm that was looked into last, and the finding. */
  #alarm = 0;
  #usedMebibytes = 0;
  #isOverLimit = false;
  /**
   * @param state The memory that both threads share.
   * @param maxBytes Memory of the whole process in bytes.
   */
  constructor(state, maxBytes) {
    this.#state = state;
    this.maxMebibytes = Math2.min(Math2.floor(maxBytes / MEBIBYTE), MAX_MEBIBYTES);
    store(state, STATE2.LIMIT, this.maxMebibytes);
  }
  /** Returns whether the process uses too much memory also without its garbage. Looks into each alarm once. */
  isOverLimit() {
    const alarm = load3(this.#state, STATE2.ALARMS);
    if (alarm !== this.#alarm) {
      this.#alarm = alarm;
      this.#usedMebibytes = usedWithoutGarbage();
      this.#isOverLimit = this.#usedMebibytes > load3(this.#state, STATE2.LIMIT);
      if (!this.#isOverLimit) this.#tolerate();
    }
    return this.#isOverLimit;
  }
  /** Makes the error of a cell that is stopped because of the memory. */
  error() {
    return new RangeError(`Cannot go on: the kernel process uses ${this.#usedMebibytes} MB, more than the ${this.maxMebibytes} MB of processMemoryBytes`);
  }
  /** Accepts what is left when a cell has ended that took too much: later cells may go on with it, or free it. */
  settle() {
    if (!this.isOverLimit()) return;
    this.#isOverLimit = false;
    collectGarbage();
    this.#tolerate();
  }
  /** Raises the limit to the present use: it is held, or kept for the next allocations. Only growth is worth an alarm. */
  #tolerate() {
    const present = Math2.floor(memoryUsage().rss / MEBIBYTE);
    store(this.#state, STATE2.LIMIT, Math2.max(this.maxMebibytes, present + GROWTH_MEBIBYTES));
  }
};
function usedWithoutGarbage() {
  const before = memoryUsage();
  collectGarbage();
  const after = memoryUsage();
  const freed = before.heapTotal + before.external - after.heapTotal - after.external;
  return Math2.floor(Math2.min(after.rss, before.rss - freed) / MEBIBYTE);
}

// src/kernel/stop/stopper.ts
import { AsyncLocalStorage as AsyncLocalStorage2 } from "node:async_hooks";

// src/kernel/stop/_engine_limit.ts
import vm4 from "node:vm";
var ENGINE_GRACE_MS = 150;
var ENTRY = `entry_${crypto.randomUUID().replaceAll("-", "")}`;
var ENTRY_SCRIPT = new vm4.Script(`${ENTRY}()`, {
  filename: ENTRY_NAME
});
var EngineTimeoutError = class extends Error2 {
  /** Always `"EngineTimeoutError"`. */
  name = "EngineTimeoutError";
};
function callWithin(action, timeoutMs) {
  if (!Number2.isFinite(timeoutMs)) return action();
  let thrown;
  Object2.defineProperty(realm, ENTRY, {
    configurable: true,
    value: () => {
      Reflect2.deleteProperty(realm, ENTRY);
      try {
        return action();
      } catch (error) {
        thrown = {
          error
        };
        throw error;
      }
    }
  });
  try {
    const timeout = Math2.ceil(timeoutMs) + ENGINE_GRACE_MS;
    return ENTRY_SCRIPT.runInThisContext({
      timeout
    });
  } catch {
    throw thrown === void 0 ? new EngineTimeoutError() : thrown.error;
  }
}

// src/kernel/stop/stopper.ts
var { setTimeout: setTimeout3, clearTimeout: clearTimeout3 } = globalThis;
var { compareExchange, load: load4, store: store2 } = Atomics2;
var ON_DEMAND = {
  holds: () => true,
  explain: () => void 0,
  onUnwatched: () => {
  }
};
var MAX_SPARED_GUARDS = 1e4;
var LEFTOVER_STOPPED = "Stopped, because it kept a later cell waiting";
var CellRun = class {
  cell;
  stop = Promise2.withResolvers();
  stopped = false;
  over = false;
  /** The reason for which it was ordered to stop. */
  reason;
  error;
  failure;
  stopTimer;
  constructor(cell) {
    this.cell = cell;
  }
};
var Stopper = class {
  /** The flag that guards look at; see {@linkcode FLAG}. */
  flag = createFlag();
  #reasons;
  #runs = new AsyncLocalStorage2();
  /** The run that is not over: absent while idle, marked as stopped while stopping. */
  #current;
  /** Whether a cell was ever stopped: its code may wait to go on for as long as the kernel lives. */
  #anyStopped = false;
  #spared = 0;
  /** @param reasons Decides about what the flag is set to. @default code is stopped on demand */
  constructor(reasons = ON_DEMAND) {
    this.#reasons = reasons;
  }
  /**
   * Runs a cell.
   *
   * @param action The cell.
   * @param options Its number and its time limit.
   * @throws What the cell throws.
   */
  async run(action, { cell, timeoutMs }) {
    const run = new CellRun(cell);
    const outer = this.#current;
    this.#current = run;
    this.#spared = 0;
    try {
      const work = this.#runs.run(run, () => callWithin(action, timeoutMs));
      work.catch(() => {
      });
      const value2 = await firstSettled(work, run.stop.promise);
      if (run.failure !== void 0) throw run.failure.thrown;
      return run.stopped ? {
        stopped: true,
        error: run.error
      } : {
        stopped: false,
        value: value2
      };
    } catch (error) {
      if (run.failure !== void 0) throw run.failure.thrown;
      if (run.stopped || error instanceof EngineTimeoutError) {
        this.#mark(run);
        return {
          stopped: true,
          error: run.error
        };
      }
      throw error;
    } finally {
      clearTimeout3(run.stopTimer);
      run.over = true;
      if (this.#current === run) this.#current = outer?.over === false ? outer : void 0;
      this.settle();
      if (run.reason !== void 0 && this.#current === outer) this.stop(run.reason);
    }
  }
  /**
   * Runs code of cells for the host. It is stopped if it keeps the kernel from answering, as what a cell has left running
   * is.
   *
   * @param action Runs it.
   * @throws What it throws.
   */
  attend(action) {
    return this.#runs.run(new CellRun(void 0), action);
  }
  /**
   * Stops the running cell, if there is one. Where it computes, the flag has to be set from outside; where nothing has to
   * stop, this sets it back.
   *
   * @param reason The state of the flag that is the reason.
   */
  stop(reason = FLAG.STOP_CELL) {
    const run = this.#current;
    if (run?.stopped) return;
    if (run === void 0 || reason === FLAG.STOP_LEFTOVERS || !this.#reasons.holds(reason)) {
      return this.#withdraw(reason);
    }
    run.error = this.#reasons.explain(reason);
    run.reason = reason;
    this.#mark(run);
    store2(this.flag, 0, reason);
    run.stopTimer = setTimeout3(() => run.stop.resolve());
  }
  /**
   * Ends the running cell with an error that nothing else can receive: that of a callback of its own. The cell may wait for
   * the callback.
   *
   * @param thrown The error, or any other value.
   * @returns Whether the asking code belongs to the running cell.
   */
  fail(thrown) {
    const run = this.#current;
    const isOwn = run !== void 0 && run.cell !== void 0 && this.#runs.getStore() === run;
    if (!isOwn || run.stopped) return false;
    run.failure = {
      thrown
    };
    this.#mark(run);
    run.stop.resolve();
    return true;
  }
  /** Sets the flag back when nothing has to stop any more. A kernel without a watch thread stays unwatched. */
  settle() {
    if (load4(this.flag, 0) !== FLAG.UNWATCHED) store2(this.flag, 0, FLAG.RUN);
  }
  /** Called by a guard that found the flag set. Returns where the flag is meant for other code, and throws otherwise. */
  guard() {
    const reason = load4(this.flag, 0);
    if (reason === FLAG.UNWATCHED) return this.#reasons.onUnwatched();
    const current = this.#current;
    const run = this.#runs.getStore();
    const leftover = run !== void 0 && run !== current;
    if (leftover && current?.stopped && this.#spared++ < MAX_SPARED_GUARDS) return;
    const late = reason === FLAG.STOP_CELL && current === void 0;
    const holds = reason === FLAG.STOP_LEFTOVERS ? leftover : this.#reasons.holds(reason);
    if (late || !holds) return this.#withdraw(reason);
    if (current !== void 0 && reason !== FLAG.STOP_LEFTOVERS) this.stop(reason);
    if (!leftover) throw new CellStoppedError();
    this.#mark(run);
    throw new CellStoppedError(this.#reasons.explain(reason)?.message ?? LEFTOVER_STOPPED);
  }
  /** Called with the value of each `await` of a cell. */
  resume(value2) {
    if (this.flag[0] !== FLAG.RUN) this.guard();
    if (this.#anyStopped && this.stopped) throw new CellStoppedError();
    return value2;
  }
  /** The cell that runs: 0 if other code does, absent if nothing runs. */
  get running() {
    return this.#current === void 0 ? void 0 : this.#current.cell ?? 0;
  }
  /** The cell to which the asking code belongs, also when that cell has ended; absent where that is not known. */
  get cell() {
    return this.#runs.getStore()?.cell;
  }
  /** Whether the asking code belongs to a cell that was stopped. */
  get stopped() {
    return this.#runs.getStore()?.stopped === true;
  }
  /** Another reason may have come meanwhile: that one stays. */
  #withdraw(reason) {
    compareExchange(this.flag, 0, reason, FLAG.RUN);
  }
  #mark(run) {
    run.stopped = true;
    this.#anyStopped = true;
  }
};

// src/kernel/stop/_watch_thread.ts
function watch() {
  const POLL_MS = 50;
  const IDLE_POLLS = 20;
  const MIN_SLEEP_MS = 1e3;
  const MAX_SLEEP_MS = 8e3;
  const KILL_MARGIN_MEBIBYTES = 256;
  const POLLS_PER_PARENT = 20;
  const scope = globalThis;
  scope.onmessage = ({ data: order }) => {
    const { flag, state, places, flags, signals, host, maxMebibytes } = order;
    let alarm = {
      cell: -2,
      used: 0
    };
    let lastUsed = 0;
    const tell = () => {
      Atomics.add(state, places.EVENTS, 1);
      Atomics.notify(state, places.EVENTS);
    };
    const end = (reason) => {
      const line = `${order.lastWords}${reason}
`;
      Deno.stderr.writeSync(new TextEncoder().encode(line));
      Deno.kill(Deno.pid, "SIGKILL");
    };
    const look = () => {
      const cell = Atomics.load(state, places.CELL);
      const used = Math.floor(Deno.memoryUsage().rss / 2 ** 20);
      const grew = used > lastUsed;
      lastUsed = used;
      if (used > maxMebibytes + KILL_MARGIN_MEBIBYTES) {
        end(`it used ${used} MB, more than the ${maxMebibytes} MB of processMemoryBytes`);
      }
      if (used <= Atomics.load(state, places.LIMIT)) alarm = {
        cell: -2,
        used: 0
      };
      else if (cell !== alarm.cell || used > alarm.used + order.growthMebibytes) {
        alarm = {
          cell,
          used
        };
        Atomics.add(state, places.ALARMS, 1);
        Atomics.compareExchange(flag, 0, 0, flags.memory);
        tell();
      }
      return grew;
    };
    const checkParent = () => {
      if (Deno.ppid !== host) Deno.kill(Deno.pid, "SIGKILL");
    };
    const watchMemory = async () => {
      let idle = 0;
      let sleepMs = MIN_SLEEP_MS;
      for (let polls = 1; ; polls++) {
        const isQuiet = !look() && Atomics.load(state, places.CELL) === 0;
        idle = isQuiet ? idle + 1 : 0;
        if (idle <= IDLE_POLLS) {
          sleepMs = MIN_SLEEP_MS;
          if (polls % POLLS_PER_PARENT === 0) checkParent();
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
          continue;
        }
        checkParent();
        Atomics.store(state, places.ASLEEP, 1);
        const { async, value: value2 } = Atomics.waitAsync(state, places.CELL, 0, sleepMs);
        const woken = async ? await value2 : value2;
        Atomics.store(state, places.ASLEEP, 0);
        if (woken !== "timed-out") idle = 0;
        sleepMs = Math.min(2 * sleepMs, MAX_SLEEP_MS);
      }
    };
    const listen = (signal, listener) => {
      try {
        Deno.addSignalListener(signal, listener);
      } catch {
      }
    };
    for (const signal of signals.ignored) listen(signal, () => {
    });
    listen(signals.order, () => {
      Atomics.add(state, places.ORDERS, 1);
      if (Atomics.load(state, places.CELL) > 0) Atomics.store(flag, 0, flags.stopCell);
      else Atomics.compareExchange(flag, 0, 0, flags.leftovers);
      tell();
    });
    listen(signals.nudge, () => {
      if (Atomics.load(state, places.CELL) !== 0) return;
      Atomics.compareExchange(flag, 0, 0, flags.leftovers);
      Atomics.add(state, places.NUDGES, 1);
      tell();
    });
    void watchMemory();
    Atomics.store(state, places.THREAD, 1);
    Atomics.notify(state, places.THREAD);
  };
}
var WATCH_URL = `data:application/javascript,${encodeURIComponent(`(${watch})();`)}`;

// src/kernel/stop/watcher.ts
var MEBIBYTE2 = 2 ** 20;
var THREAD_MEBIBYTES = 544;
var START_TIMEOUT_MS = 1e4;
var UNWATCHED_MS = 5;
var ORDER_TIMEOUT_MS = 1e4;
var { Worker, Event, setTimeout: setTimeout4, clearTimeout: clearTimeout4 } = globalThis;
var { postMessage } = Worker.prototype;
var { preventDefault } = Event.prototype;
var { now } = Performance.prototype;
var clock = performance;
var { compareExchange: compareExchange2, load: load5, notify, store: store3, wait, waitAsync } = Atomics2;
var { apply: apply21 } = Reflect2;
function createSharedState() {
  return new Int32Array(new SharedArrayBuffer(4 * STATE_LENGTH));
}
var Watcher = class {
  #options;
  #state;
  #phase = "absent";
  /** Address space that the thread will take, kept for it. */
  #reserve;
  /** Whether a cell has begun: the first one need not wait for the thread. */
  #hasBegun = false;
  /** When the code that no thread watches began to compute; absent while none does. */
  #unwatchedSince;
  /** Orders that were heard and that the host has not sent. */
  #strays = 0;
  #orders = 0;
  #nudges = 0;
  #alarms = 0;
  #changed = Promise2.withResolvers();
  /**
   * Makes a watcher, without its thread.
   *
   * @param options The memory that both threads share, limits, and the receiver of reports.
   */
  constructor(options) {
    this.#options = options;
    this.#state = options.state;
    if (options.limited) this.#reserve = new SharedArrayBuffer(THREAD_MEBIBYTES * MEBIBYTE2);
  }
  /** Starts the thread, unless it is there, and waits until it hears signals. Where there is no room, it stays absent. */
  start() {
    if (this.#phase !== "absent" || !this.#makeRoom()) return;
    this.#phase = this.#startThread() ? "watching" : "failed";
    compareExchange2(this.#options.flag, 0, FLAG.UNWATCHED, FLAG.RUN);
    if (this.#phase === "failed") return;
    this.#options.listener.onOrders(0);
    void this.#listen();
  }
  /** Called by guards while there is no thread: starts it when code computes for longer than the start takes. */
  onUnwatched() {
    const time = apply21(now, clock, []);
    this.#unwatchedSince ??= time;
    if (time - this.#unwatchedSince < UNWATCHED_MS) return;
    this.#unwatchedSince = void 0;
    this.start();
    compareExchange2(this.#options.flag, 0, FLAG.UNWATCHED, FLAG.RUN);
  }
  /**
   * Makes a cell the running one: orders that are heard from now on are for it.
   *
   * @param cell The number of the cell.
   */
  begin(cell) {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    const { limited, memory } = this.#options;
    if (!isFirst || !limited && memory.maxMebibytes !== MAX_MEBIBYTES) this.start();
    this.#unwatchedSince = void 0;
    if (this.#phase === "watching") this.#report();
    store3(this.#options.flag, 0, this.#phase === "absent" ? FLAG.UNWATCHED : FLAG.RUN);
    store3(this.#state, STATE2.CELL, cell > 0 ? cell : -1);
    if (load5(this.#state, STATE2.ASLEEP) !== 0) notify(this.#state, STATE2.CELL);
  }
  /** Ends the running cell, and starts the thread if there is nothing else to do then. */
  end() {
    store3(this.#state, STATE2.CELL, 0);
    this.#options.memory.settle();
    if (this.#phase === "absent") setTimeout4(() => this.start());
  }
  /**
   * Waits until as many orders were heard as were sent: one that was meant for an earlier cell must not hit the next.
   *
   * @param sent Orders that the host has sent so far.
   */
  async heard(sent) {
    if (this.#phase !== "watching" || this.#count >= sent) return;
    let isOver = false;
    const timer = setTimeout4(() => {
      isOver = true;
      this.#changed.resolve();
    }, ORDER_TIMEOUT_MS);
    while (!isOver && this.#count < sent) await this.#changed.promise;
    clearTimeout4(timer);
    if (this.#count >= sent) return;
    this.#strays -= sent - this.#count;
    this.#options.listener.onOrders(this.#count);
  }
  /**
   * Returns whether more orders were heard than the host had sent before the cell that has begun.
   *
   * @param sent Orders that the host had sent.
   */
  heardMoreThan(sent) {
    return this.#count > sent;
  }
  /**
   * Takes orders for what they are: of those that were heard, the host has sent only so many.
   *
   * @param sent Orders that the host has sent so far.
   */
  disown(sent) {
    this.#strays += Math2.max(0, this.#count - sent);
  }
  get #count() {
    return load5(this.#state, STATE2.ORDERS) - this.#strays;
  }
  #startThread() {
    const { flag, memory, host } = this.#options;
    const worker = new Worker(WATCH_URL, {
      __proto__: null,
      type: "module"
    });
    Object2.setPrototypeOf(worker, null);
    Object2.defineProperty(worker, "dispatchEvent", {
      value: (event) => apply21(preventDefault, event, [])
    });
    const order = {
      flag,
      state: this.#state,
      places: STATE2,
      flags: {
        stopCell: FLAG.STOP_CELL,
        leftovers: FLAG.STOP_LEFTOVERS,
        memory: FLAG.OUT_OF_MEMORY
      },
      signals: HOST_SIGNALS,
      host,
      maxMebibytes: memory.maxMebibytes,
      growthMebibytes: GROWTH_MEBIBYTES,
      lastWords: LAST_WORDS
    };
    apply21(postMessage, worker, [
      order
    ]);
    return wait(this.#state, STATE2.THREAD, 0, START_TIMEOUT_MS) !== "timed-out";
  }
  /** Reports what the thread has heard and seen, for as long as the kernel lives. */
  async #listen() {
    const state = this.#state;
    while (true) {
      const events = load5(state, STATE2.EVENTS);
      this.#report();
      const waiting = waitAsync(state, STATE2.EVENTS, events);
      if (waiting.async) await waiting.value;
    }
  }
  #report() {
    const { listener } = this.#options;
    const orders = load5(this.#state, STATE2.ORDERS);
    const nudges = load5(this.#state, STATE2.NUDGES);
    const alarms = load5(this.#state, STATE2.ALARMS);
    if (alarms !== this.#alarms) listener.onAlarm();
    if (nudges !== this.#nudges) listener.onNudge();
    if (orders !== this.#orders) {
      listener.onOrders(this.#count);
      this.#changed.resolve();
      this.#changed = Promise2.withResolvers();
    }
    this.#orders = orders;
    this.#nudges = nudges;
    this.#alarms = alarms;
  }
  /** A thread for which there is no room would end the process: it has to wait until cells have freed some. */
  #makeRoom() {
    if (!this.#options.limited) return true;
    this.#reserve = void 0;
    try {
      new ArrayBuffer(THREAD_MEBIBYTES * MEBIBYTE2).transfer(0);
      return true;
    } catch {
      return false;
    }
  }
};

// src/kernel/writes.ts
var Writes = class {
  #pending = new Set2();
  #cellOf;
  #failure;
  /** @param cellOf Returns the cell that runs. */
  constructor(cellOf2) {
    this.#cellOf = cellOf2;
  }
  /** Adds an assignment. If it fails while no cell runs, that is unhandled. */
  add(writing) {
    const settled2 = writing.then(() => void this.#pending.delete(settled2), (error) => {
      this.#pending.delete(settled2);
      const cell = this.#cellOf();
      if (cell === void 0) throw error;
      if (this.#failure?.cell !== cell) this.#failure = {
        cell,
        error
      };
    });
    this.#pending.add(settled2);
  }
  /**
   * Waits for all assignments.
   *
   * @throws What the first one threw that failed while this cell ran.
   */
  async settle() {
    const pending = listOfSet(this.#pending);
    for (let i = 0; i < pending.length; i++) await pending[i];
    const failure = this.#failure;
    this.#failure = void 0;
    if (failure !== void 0 && failure.cell === this.#cellOf()) throw failure.error;
  }
};

// src/kernel/main.ts
var IDLE_START_MS = 20;
var { exit, ppid, version } = Deno;
var { setTimeout: setTimeout5 } = globalThis;
if (import.meta.main) {
  const limited = Deno.args[1] === LIMITED;
  main(JSON2.parse(Deno.args[0] ?? "null"), {
    limited
  }).catch((error) => {
    sayLastWords(`it could not go on: ${error instanceof Error2 ? error.message : error}`);
    exit(1);
  });
}
async function main(options, { limited }) {
  const channel = stdioChannel();
  const host = new HostLink();
  const { stopper, watcher } = createStopper(host, {
    ...options,
    limited
  });
  const output = new OutputBuffer((cell, stream, text2) => {
    host.notify("output", {
      value: {
        cell,
        stream,
        text: text2
      }
    });
  }, {
    maxChars: options.maxOutputChars,
    cellOf: () => stopper.cell
  });
  const stacks = new StackMapper();
  installStackTraces(stacks);
  installSourceText();
  const { globals: globals2, endGroups } = prepareEnvironment({
    ...options,
    output,
    onDisplay({ value: value2, attachments }) {
      const params = {
        cell: output.cell,
        bundle: value2
      };
      host.notify("display", {
        value: params,
        attachments
      });
    },
    isStopped: () => stopper.stopped,
    onFailure: (thrown) => stopper.fail(thrown),
    onLateError(thrown, how) {
      if (thrown instanceof CellStoppedError && !thrown.leftover) return;
      output.write("stderr", `${how} ${describedAsText(describeError(thrown, stacks))}
`);
    }
  });
  const originals = new Originals({
    onBegin() {
      restoreStackLimit();
      endGroups();
    },
    onLost(name) {
      sayLastWords(`a cell has replaced ${name} for good`);
      exit(1);
    }
  });
  await probe();
  const { maxPendingCalls, maxFrameBytes, maxReferences } = options;
  const calls = new HostCalls({
    host,
    maxPendingCalls,
    cellOf: () => output.cell
  });
  const writes = new Writes(() => stopper.running);
  const references = new References({
    instances: "copy",
    maxReferences,
    use: (request) => calls.use(request),
    release: (value2) => host.notify("release", {
      value: value2
    }),
    prototypeOf: (name) => lentClasses.prototypeOf(name),
    onWrite: (writing) => writes.add(writing)
  });
  const modules = new Modules(createImporter(options));
  const evaluator = new Evaluator({
    scope: new GlobalScope(modules.import),
    output,
    stacks,
    stopper,
    modules,
    globals: globals2,
    originals,
    isReference: (value2) => references.isStandIn(value2),
    settle: () => writes.settle()
  });
  const lentClasses = new LentClasses(evaluator.namespace);
  const facts = {
    deno: version.deno,
    limited
  };
  const parts = {
    evaluator,
    stopper,
    watcher,
    references,
    calls,
    host,
    facts
  };
  const closed = host.open(channel, {
    maxFrameBytes,
    handlers: requestHandlers(parts)
  });
  host.notify("ready", {
    value: null
  });
  setTimeout5(() => watcher.start(), IDLE_START_MS);
  const { reason, cause } = await closed;
  if (reason === "ended") return exit(0);
  const { message: message2 } = describeError(cause, stacks);
  const limit = cause instanceof RangeError ? ", which processMemoryBytes limits" : "";
  sayLastWords(`it could not go on: ${message2}${limit}`);
  exit(1);
}
function createStopper(host, options) {
  const state = createSharedState();
  const memory = new MemoryMeter(state, options.processMemoryBytes);
  const stopper = new Stopper({
    holds: (reason) => reason !== FLAG.OUT_OF_MEMORY || memory.isOverLimit(),
    explain: (reason) => reason === FLAG.OUT_OF_MEMORY ? memory.error() : void 0,
    onUnwatched: () => watcher.onUnwatched()
  });
  const watcher = new Watcher({
    flag: stopper.flag,
    state,
    memory,
    limited: options.limited,
    host: options.host ?? ppid,
    listener: {
      onOrders: (heard) => host.notify("watching", {
        value: heard
      }),
      onNudge: () => stopper.stop(FLAG.STOP_LEFTOVERS),
      onAlarm: () => stopper.stop(FLAG.OUT_OF_MEMORY)
    }
  });
  return {
    stopper,
    watcher
  };
}
