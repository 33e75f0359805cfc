import type { Conversation } from "../_conversation.ts";

/** Redefining names. */
export const REDEFINING: Conversation = {
  title: "Redefining names",
  cells: [
    {
      source: `const x = 1;
let y = 2;
var z = 3;
function f() { return "f1"; }
class K { v = "k1"; }
const useAll = () => [x, y, z, f(), new K().v];
useAll()`,
      value: '[ 1, 2, 3, "f1", "k1" ]',
      changed: "z f x y K useAll",
    },
    {
      source: `let x = "now a let";
const y = ["now", "a", "const"];
function z() { return "now a function"; }
class f {}
const K = 5;
typeof f`,
      value: '"function"',
      changed: "z f x y K",
    },
    {
      source: `useAll()`,
      error: {
        name: "TypeError",
        message: "Class constructor f cannot be invoked without 'new'",
        at: "cell-1.ts:6:32 cell-3.ts:1:1",
      },
    },
    {
      source: `x += "!";
[x, y] = [1, 2];`,
      error: {
        name: "TypeError",
        message: "Cannot assign to read only property 'y' of object '#<Window>'",
        at: "cell-4.ts:2:5",
      },
      changed: "x",
    },
    {
      source: `var f = () => "f3", K = class { v = "k3" };
const z = 10n;
useAll()`,
      value: '[ 1, [ "now", "a", "const" ], 10n, "f3", "k3" ]',
      changed: "z f K",
    },
    {
      source: `function x() {}
x.count = 1;
const { length: y } = "four";
useAll()`,
      value: '[ [Function: x] { count: 1 }, 4, 10n, "f3", "k3" ]',
      changed: "x y",
    },
    {
      source: `for (var i = 0, squares = []; i < 3; i++) squares.push(i * i);
if (true) { var inner = "var"; let hidden = "let"; }
console.log(i, squares, inner, typeof hidden);
{
  function block() {}
  const i = "shadow";
}
i`,
      value: "3",
      output: "3 [ 0, 1, 4 ] var undefined\n",
      changed: "i squares inner",
    },
    {
      source: `let counter = 0;
const increment = () => ++counter;
increment();
let reset = () => { counter = 0; };
counter`,
      value: "1",
      changed: "counter increment reset",
    },
    {
      source: `increment(); increment();
console.log(counter);
reset();
delete globalThis.counter;
typeof counter`,
      value: '"undefined"',
      output: "3\n",
    },
  ],
};
