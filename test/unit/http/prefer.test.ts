import { expect, it } from "vitest";
import { preferredWaitSeconds } from "../../../lambdas/http/prefer.ts";
import { toRequest } from "../../../lambdas/http/request.ts";
import { gatewayEvent } from "../../support/events.ts";

function waitOf(headers: Record<string, string | string[]>): number | undefined {
  return preferredWaitSeconds(toRequest(gatewayEvent({ headers }), 0));
}

it.each<[string | string[], number | undefined]>([
  ["wait=5", 5],
  ["wait=0", 0],
  ["wait=25", 25],
  ["wait=26", 25],
  ["wait=999999999", 25],
  ['wait="7"', 7],
  ["WAIT=7", 7],
  [" wait = 7 ", 7],
  ["respond-async, wait=10", 10],
  ["return=minimal; foo=bar, wait=10", 10],
  [["respond-async", "wait=3"], 3],
  ["wait=3, wait=9", 3],
  ["", undefined],
  ["respond-async", undefined],
  ["wait", undefined],
  ["wait=", undefined],
  ["wait=-1", undefined],
  ["wait=1.5", undefined],
  ["wait=ten", undefined],
  ["wait=9999999999", undefined],
  ["wait=5s", undefined],
  ["await=5", undefined],
  ["waiting=5", undefined],
])("Prefer: %j asks to wait %s s (RFC 7240)", (value, seconds) => {
  expect(waitOf({ Prefer: value })).toBe(seconds);
});

it("a request without Prefer does not ask to wait", () => {
  expect(waitOf({})).toBeUndefined();
});
