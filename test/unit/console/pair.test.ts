import { expect, it } from "vitest";
import { pairOf, splitPair } from "../../../console/pair.ts";

it("pairs of metadata come back as they were, whatever their keys have in them", () => {
  for (const [key, value] of [
    ["order", "42"],
    ["a=b", "c=d"],
    ["=", ""],
    ["back\\slash\\", "="],
    ["\\=", "\\="],
    ["Schlüssel[x]&?#", "🌊\n"],
  ] as const) {
    expect(splitPair(pairOf(key, value)), key).toEqual([key, value]);
  }
  expect(pairOf("order", "a=b")).toBe("order=a=b");
});

it("a text without a key is no pair", () => {
  for (const text of ["", "order", "=value", "a\\=b"]) expect(splitPair(text), text).toBeUndefined();
});
