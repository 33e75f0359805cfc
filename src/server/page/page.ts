/**
 * The page to chat on: files that are the same for all, and hold nothing of anybody.
 *
 * @module
 */

import api from "./api.js" with { type: "text" };
import displays from "./displays.js" with { type: "text" };
import html from "./page.html" with { type: "text" };
import page from "./page.js" with { type: "text" };
import runView from "./run_view.js" with { type: "text" };
import style from "./page.css" with { type: "text" };

const HTML = "text/html; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** The files by their paths. */
const FILES: ReadonlyMap<string, readonly [type: string, text: string]> = new Map([
  ["/", [HTML, html]],
  ["/page/page.css", ["text/css; charset=utf-8", style]],
  ["/page/page.js", [SCRIPT, page]],
  ["/page/api.js", [SCRIPT, api]],
  ["/page/displays.js", [SCRIPT, displays]],
  ["/page/run_view.js", [SCRIPT, runView]],
]);

/** The page runs its own scripts, and speaks to its own server. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Displayed HTML inherits this policy in its frame, and has styles of its own.
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Returns a file of the page.
 *
 * @param path The path of the request.
 * @returns The answer, or `undefined` if the page has no such file.
 */
export function pageFile(path: string): Response | undefined {
  const file = FILES.get(path);
  if (file === undefined) return undefined;
  const [type, text] = file;
  return new Response(text, {
    headers: {
      "content-type": type,
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    },
  });
}
