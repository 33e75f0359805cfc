import { assertEquals, assertThrows } from "@std/assert";
import { captureOf, rawSource, withoutGuards } from "../../../src/kernel/namespace/source_text.ts";

const TEXTS: [text: string, captured: string | undefined, shown: string][] = [
  ["() => 1", undefined, "() => 1"],
  ["() => $cell_f[0]&&$cell.g()||1", undefined, "() => 1"],
  ["() => $cell12_f[0]&&$cell12.g()|| (x/*$cell12:x)*/)", "x", "() => x"],
  ["() => {$cell_f[0]&&$cell.g(); return ünï/*$cell:ünï*/}", "ünï", "() => { return ünï}"],
  ["m() {$cell_f[0]&&$cell.g();/*$cell:$_1*/}", "$_1", "m() {}"],
  ["class A {#x/*$cell:#*/}", "#", "class A {#x}"],
  ["(o) => $cell_f[0]&&$cell.g()|| (o.#x/*$cell:#x)*/)", "#x", "(o) => o.#x"],
  ["() => $cell_f[0]&&$cell.g()||(x).y", undefined, "() => (x).y"],
  ["() => ($cell_f[0]&&$cell.g()|| (x ? y : z/*$cell:)*/))", undefined, "() => (x ? y : z)"],
  [
    "async () => $cell_f[0]&&$cell.g()||$cell.a(await x/*$cell:)*/)",
    undefined,
    "async () => await x",
  ],
  ["function /*$cell.f*/(x) {$cell_f[0]&&$cell.g();}", undefined, "function f(x) {}"],
  [
    "function () {'use strict'; $cell_f[0]&&$cell.g(); for (;;) { $cell_f[0]&&$cell.g();x()/*$cell:)*/}}",
    undefined,
    "function () {'use strict' for (;;) x()}",
  ],
  ["() => (new.target/*$cell:new.target*/)", "new.target", "() => (new.target)"],
  ["() => (y) => (x/*$cell:x*/)", "x", "() => (y) => (x)"],
  ["() => ((y) => (x/*$cell:x*/))", undefined, "() => ((y) => (x))"],
  ["() => { return () => (x/*$cell:x*/)}", undefined, "() => { return () => (x)}"],
  ["{ m() {/*$cell:x*/}}", undefined, "{ m() {}}"],
  ["() => {} /*$cell:x*/", undefined, "() => {} /*$cell:x*/"],
  ["() => { /* $cell:x */}", undefined, "() => { /* $cell:x */}"],
  ["() => {/*cell:x*/}", undefined, "() => {/*cell:x*/}"],
  ["() => {/*$cell:x*/\n}", undefined, "() => {/*$cell:x*/\n}"],
];

Deno.test("captureOf() finds the mark of a function itself, and withoutGuards() shows the text as it was written", () => {
  for (const [text, captured, shown] of TEXTS) {
    assertEquals([captureOf(text), withoutGuards(text)], [captured, shown], text);
  }
});

Deno.test("rawSource() gives the engine's text when toString was replaced", () => {
  const fn = () => 1;
  const text = String(fn);
  const native = Function.prototype.toString;
  try {
    Function.prototype.toString = () => "forged";
    assertEquals([String(fn), rawSource(fn)], ["forged", text]);
  } finally {
    Function.prototype.toString = native;
  }
});

Deno.test("rawSource() throws when the value has no source", () => {
  assertThrows(() => rawSource({}), TypeError);
});
