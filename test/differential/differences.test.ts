import { expect, it } from "vitest";
import { seededRandom } from "../simulation/random.ts";
import { compare } from "./compare.ts";
import { differences, readListedIds } from "./differences.ts";
import type { Sequence, Step } from "./step.ts";
import { writeSequence } from "./write-sequence.ts";

const of = { label: "a" };
const result: Step = { call: "result", of };

it("the accepted differences are exactly those on the written list", async () => {
  expect((await readListedIds()).sort()).toEqual(Object.keys(differences).sort());
});

it("a seed always produces the same sequence, and another seed produces another", () => {
  expect(writeSequence(seededRandom(7))).toEqual(writeSequence(seededRandom(7)));
  expect(writeSequence(seededRandom(7))).not.toEqual(writeSequence(seededRandom(8)));
});

it("every kind of call occurs within a few sequences", () => {
  const steps = Array.from({ length: 200 }, (_, seed) => writeSequence(seededRandom(seed))).flat();
  const calls = ["cancel", "follow", "give_up", "open", "result", "run", "status", "stream", "submit", "subscribe"];
  expect([...new Set(steps.map(({ call }) => call))].sort()).toEqual([...calls, "upload", "wait", "work"]);
});

const failed = { error: "ApiError", status: 500, body: { detail: "Runner server error" }, namesRequest: true };
const film = (place: string) => ({ gave: { data: { video: { url: `film 0123456789ab, ${place}` } } } });
const complaint = (input: unknown, msg = "Too large") => ({
  threw: { status: 422, namesRequest: true, body: { detail: [{ loc: ["body", "image_url"], msg, input }] } },
});

it.each([
  ["another value", { gave: { data: { seed: 7 } } }, { gave: { data: {} } }],
  ["another status", { threw: failed }, { threw: { ...failed, status: 503 } }],
  ["another class", { threw: failed }, { threw: { ...failed, error: "ValidationError" } }],
  ["another body", { threw: failed }, { threw: { ...failed, body: { detail: "Internal error" } } }],
  ["no request named", { threw: failed }, { threw: { ...failed, namesRequest: false } }],
  ["an error in the place of a result", film("hosted"), { threw: failed }],
  ["another film", film("hosted"), { gave: { data: { video: { url: "film ba9876543210, hosted" } } } }],
  ["a film inline that should be hosted", film("hosted"), film("data:video/mp4;base64")],
  ["another complaint", complaint("a"), complaint("a", "Too small")],
  ["a complaint without its input", complaint("a"), complaint(undefined)],
])("an unexplained difference is reported: %s", (_, direct, ours) => {
  const sequence: Sequence = [result];
  expect(compare(sequence, [direct], [direct], () => {})).toEqual([]);
  expect(compare(sequence, [direct], [ours], () => {})).toEqual([{ step: result, direct, ours }]);
});

it("a refusal at submission may come later, as the request's result, with the same error only", () => {
  const answer = { submit: { when: "before", answer: 422 } } as const;
  const order = { endpoint: "decart/lucy-14b/image-to-video", input: {}, options: {}, fault: answer };
  const step: Step = { call: "submit", label: "a", order };
  const refusal = { error: "ValidationError", status: 422, body: { detail: "Unprocessable request" } };
  const direct = { threw: { ...refusal, namesRequest: false } };
  const later = { threw: { ...refusal, namesRequest: true } };
  const other = { threw: { ...refusal, namesRequest: true, body: { detail: "Bad gateway" } } };
  expect(compare([step], [direct], [later], () => {})).toEqual([]);
  expect(compare([step], [direct], [other], () => {})).toHaveLength(1);
});

it("an explained difference is counted", () => {
  const met: string[] = [];
  expect(compare([result], [complaint("a")], [complaint("b")], (id) => met.push(id))).toEqual([]);
  expect(met).toEqual(["input-echo"]);
});
