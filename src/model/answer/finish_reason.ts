/** Reasons for the end of a reply, in the words of many servers. */

import type { FinishReason } from "../model.ts";

/** Words by their meaning, in lower case and without separators. */
const WORDS: Readonly<Record<Exclude<FinishReason, "other">, string>> = {
  stop:
    "stop stopsequence stoptoken stopped endturn end eos eostoken eosfound endofsequence endoftext complete completed " +
    "finish finished done success normal finishreasonstop",
  length:
    "length maxtokens maxtoken modellength maxoutputtokens maxnewtokens maxcompletiontokens maxlength maxtokensreached " +
    "tokenlimit tokenlimitreached outputlimit limit incomplete truncated contextlength contextwindowexceeded " +
    "modelcontextwindowexceeded maxcontextlength lengthlimit finishreasonmaxtokens",
  content_filter:
    "contentfilter contentfiltered filtered safety recitation blocklist prohibitedcontent spii sensitive " +
    "refusal guardrail guardrailintervened moderation imagesafety language",
  tool_calls: "toolcalls toolcall tooluse functioncall functioncalls",
  error:
    "error failed failure internalerror servererror networkerror insufficientsystemresource malformedfunctioncall " +
    "unexpectedtoolcall",
  abort: "abort aborted cancelled canceled cancel interrupted preempted",
};

const REASONS: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries(WORDS).flatMap(([reason, words]) =>
    words.split(" ").map((word) => [word, reason as FinishReason] as const)
  ),
);

/**
 * Returns the reason that a server reports, or `undefined` if it reports none.
 *
 * @param value The value of `finish_reason`.
 */
export function readFinishReason(value: unknown): FinishReason | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  return REASONS.get(value.toLowerCase().replace(/[^a-z]/g, "")) ?? "other";
}
