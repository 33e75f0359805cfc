/** The picture in the README. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hindranceOf, unless } from "../programs.ts";
import { demoPicture, PICTURE } from "./main.ts";
import { terminalSvg } from "./terminal_svg.ts";

Deno.test("terminalSvg() draws text with its colours, each in its place", () => {
  const svg = terminalSvg("a \u001b[1;36mb<c>\u001b[0m\n世\u001b[2mx\u001b[22my", {
    title: "T & Co",
    columns: 20,
  });
  assertStringIncludes(svg, ">T &amp; Co</text>");
  assertStringIncludes(
    svg,
    '<text x="34.8" y="66" textLength="33.6" fill="#56d4dd" font-weight="bold">b&lt;c&gt;</text>',
  );
  assertStringIncludes(svg, '<text x="34.8" y="85" textLength="8.4" opacity="0.6">x</text>');
  assertStringIncludes(svg, '<text x="43.2" y="85" textLength="8.4">y</text>');
});

Deno.test(unless(Deno.build.os === "linux" ? hindranceOf("tmux", ["-V"]) : "it needs Linux", {
  name: "the picture in the README shows the demonstration as it is: `deno task picture` makes it",
  async fn() {
    const drawn = await demoPicture();
    assert(!drawn.includes("\u001b") && drawn.includes("5 steps"), drawn);
    assertEquals(drawn, await Deno.readTextFile(PICTURE), "run `deno task picture`");
  },
}));
