/**
 * The page to chat on.
 *
 * @module
 */

import html from "./page.html" with { type: "text" };
import script from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };

/** Returns the page. It has no data of anybody, and gets no script but its own. */
export function pageResponse(): Response {
  const nonce = crypto.getRandomValues(new Uint8Array(16)).toHex();
  const parts: Readonly<Record<string, string>> = { nonce, script, style };
  const text = html.replace(/\{\{(nonce|script|style)\}\}/g, (_, name: string) => parts[name]!);
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // Displayed HTML, which inherits this policy in its frame, has styles of its own.
    "style-src 'unsafe-inline'",
    "connect-src 'self'",
    "img-src data:",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(text, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    },
  });
}
