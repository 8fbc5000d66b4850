import { describe, expect, it } from "vitest";
import { refusedInput } from "../../../lambdas/fal/reason.ts";

const prompt = "a lighthouse at dusk";
const image_url = "https://v3.fal.media/files/b/a.jpg";
const input = { prompt, image_url, aspect_ratio: "4:3" };
const tooSmall = { loc: ["body", "image_url"], msg: "Image dimensions are too small.", type: "image_too_small" };

function said(detail: unknown): string {
  return JSON.stringify({ detail });
}

describe("the message for an input that fal rejected", () => {
  it.each<[string, string, string]>([
    ["one error", said([tooSmall]), "fal refused the input: image_too_small: Image dimensions are too small."],
    [
      "several",
      said([tooSmall, { type: "missing", msg: "Field required" }]),
      "fal refused the input: image_too_small: Image dimensions are too small.; missing: Field required",
    ],
    ["a sentence", said("Too\n large."), "fal refused the input: Too large."],
    [
      "the choices that there are",
      said([{ type: "one_of", msg: "Input should be '16:9' or '9:16'" }]),
      "fal refused the input: one_of: Input should be '16:9' or '9:16'",
    ],
    ["a type alone", said([{ type: "image_load_error" }]), "fal refused the input: image_load_error"],
    ["nothing", "", "fal refused the input (422)."],
    ["no JSON", "<html>", "fal refused the input (422)."],
    ["errors in other formats", said([7, "x", {}, { type: 1, msg: null }]), "fal refused the input (422)."],
    ["a detail in another format", said({ a: 1 }), "fal refused the input (422)."],
  ])("the message for an input that fal rejected contains fal's reason: %s", (_, body, message) => {
    expect(refusedInput(body, 422, input)).toBe(message);
  });

  it.each<[string, unknown]>([
    ["the prompt", `No: ${prompt}`],
    ["the prompt in other letters and spaces", `No: ${prompt.toUpperCase().replaceAll(" ", "  ")}`],
    ["the image's URL", `Cannot load ${image_url}`],
    ["one short word", "Not one of the ratios: '4:3'."],
  ])("the message for an input that fal rejected omits a sentence that repeats %s", (_, msg) => {
    expect(refusedInput(said(msg), 422, input)).toBe("fal refused the input (422).");
    expect(refusedInput(said([{ type: "value_error", msg }]), 422, input)).toBe("fal refused the input: value_error");
    // An input that is unknown here is taken from fal's own echo.
    const echoed = { type: "value_error", msg, input };
    expect(refusedInput({ detail: [echoed] }, 422)).toBe("fal refused the input: value_error");
  });

  it("the message for an input that fal rejected omits an echo that contains no words", () => {
    expect(refusedInput(said("No: 🗼"), 422, { prompt: "🗼" })).toBe("fal refused the input (422).");
    expect(refusedInput(said("No words."), 422, { prompt: "…", empty: "" })).toBe("fal refused the input: No words.");
  });

  it("the message for an input that fal rejected omits plain sentences when the input is unknown", () => {
    expect(refusedInput({ detail: "No: a lighthouse" }, undefined)).toBe("fal refused the input.");
  });

  it("the message for an input that fal rejected is cut to a maximum length", () => {
    expect(refusedInput(said([{ ...tooSmall, msg: "x".repeat(10_000) }]), 422, input)).toHaveLength(500);
  });
});
