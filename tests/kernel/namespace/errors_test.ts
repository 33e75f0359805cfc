import { type Session, testSessions } from "../../runtime/_sessions.ts";

/** A host function that throws an error with all that one can have. */
function fail(): never {
  const cause = Object.assign(new SyntaxError("inner"), { at: 3 });
  throw Object.assign(new RangeError("outer", { cause }), {
    code: "E7",
    socket: () => 1,
    list: [1n],
  });
}

class HttpError extends Error {
  readonly status = 418;
}

const functions = {
  fail,
  http: () => {
    throw new HttpError("tea");
  },
  data: () => {
    throw { code: 7, at: new Date(0) };
  },
  nothing: () => {
    throw undefined;
  },
  fn: () => {
    throw () => 1;
  },
  all: () => Promise.any([Promise.reject(new TypeError("one")), Promise.reject(5)]),
  gone: () => {
    throw new DOMException("too late", "TimeoutError");
  },
  both: () => {
    throw new SuppressedError(new EvalError("new"), "old", "two");
  },
};

/** Errors, and the parts of them that a report has to have. */
const REPORTS: Session[] = [
  {
    cells: "throw Object.assign(new Error('a'), { status: 418, detail: { why: 'tea' } })",
    gives: /418[^]*why: "tea"/,
  },
  {
    cells: "class ValidationError extends Error {}\nthrow new ValidationError('b')",
    gives: "error ValidationError: b",
  },
  {
    cells: "class A extends TypeError { name = 'Mine' }\nthrow new A('b')",
    gives: "error Mine: b",
  },
  {
    cells: "throw new RangeError('r', { cause: new Error('s', { cause: { t: 1 } }) })",
    gives: /r\n[^]*Caused by Error: s[^]*Caused by { t: 1 }/,
  },
  {
    cells: "throw new AggregateError([new Error('one'), 2], 'all')",
    gives: /AggregateError: all[^]*Error 1 of 2: Error: one[^]*Error 2 of 2: 2/,
  },
  {
    cells:
      "await Promise.any([Promise.reject(new Error('first')), Promise.reject(new Error('second'))])",
    gives: /first[^]*second/,
  },
  {
    cells: "throw new SuppressedError(new Error('new'), new Error('old'), 'both')",
    gives: /both[^]*Error: Error: new[^]*Suppressed: Error: old/,
  },
  {
    cells: "const e = new Error('round'); e.cause = e; throw e",
    gives: "an error that is listed already",
  },
  {
    cells:
      "let e = new Error('0'); for (let i = 1; i < 99; i++) e = new Error(`${i}`, { cause: e })\nthrow e",
    gives: "Caused by Error: 97",
  },
  {
    cells:
      "throw Object.defineProperty(new Error('a'), 'b', { get() { throw 1 }, enumerable: true })",
    gives: "error Error: a\n",
  },
  { cells: "throw { code: 7 }", gives: "error Uncaught: { code: 7 }" },
  {
    cells: ["function inner() { null.x }", "class A { m() { inner() } }\nnew A().m()"],
    gives: /at inner \(cell-1\.ts:1:25\)\n {4}at A\.m \(cell-2/,
  },
];

testSessions("reports all that an error says", REPORTS);

/** Errors that nothing handles, reported later. */
const LATE: Session[] = [
  {
    // Behind the end of its cell, it would be in the result of that or of the next one.
    cells: "void (async () => { throw new Error('outer', { cause: new Error('inner') }) })()\n" +
      "await new Promise((done) => setTimeout(done, 20))",
    gives: /Uncaught \(in promise\) Error: outer\\n[^]*Caused by Error: inner/,
  },
  {
    cells: [
      "class Odd extends Error { code = 5 }\nsetTimeout(() => { throw new Odd('late') }, 0)",
      "await new Promise((done) => setTimeout(done, 20))",
    ],
    gives: /Uncaught Odd: late\n[^]*With { code: 5 }/,
  },
  { cells: ["Error.stackTraceLimit = 0", "null.x"], gives: "cell-2.ts:1:6" },
];

testSessions("reports all that a late error says", LATE, ["DenoRuntime"]);

/** Errors of host functions, as cells catch them. */
const CAUGHT: Session[] = [
  [
    "fail()",
    "e instanceof RangeError && [e.message, e.code, e.list, e.cause instanceof SyntaxError, e.cause.at]",
    '[ "outer", "E7", [ 1n ], true, 3 ]',
  ],
  ["http()", "[e instanceof Error, e.message, e.status]", '[ true, "tea", 418 ]'],
  ["data()", "e", "{ code: 7, at: 1970-01-01T00:00:00.000Z }"],
  ["nothing()", "[e]", "[ undefined ]"],
  ["fn()", "typeof e", /"object"|"function"/],
  [
    "all()",
    "[e instanceof AggregateError, e.errors[0] instanceof TypeError, e.errors[1]]",
    "[ true, true, 5 ]",
  ],
  [
    "gone()",
    "[e instanceof DOMException, e.name, e.message]",
    '[ true, "TimeoutError", "too late" ]',
  ],
  [
    "both()",
    "[e instanceof SuppressedError, e.error instanceof EvalError, e.suppressed]",
    '[ true, true, "old" ]',
  ],
].map(([call, expression, gives]) => ({
  cells: `let caught; try { await ${call} } catch (e) { caught = ${expression} }\ncaught`,
  gives: gives!,
  injects: { functions },
}));

testSessions("lets cells catch what the host throws", CAUGHT);
