import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./documents.ts";

/** A box around a text of the diagram; the width assumes a wide font. */
type Box = {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  bottom: number;
};

const picture = readFileSync(join(root, "docs/flow.svg"), "utf8");
const sizes = new Map(
  [...picture.matchAll(/\.(\w+) \{[^}]*font-size: (\d+)px/g)].map(([, name, px]) => [name, Number(px)]),
);
const widthPerPixel = 0.56;
const boxes = [...picture.matchAll(/<text class="(\w+)" x="(\d+)" y="(\d+)">([^<]+)<\/text>/g)].map(
  ([, name = "", x, y, text = ""]) => boxOf(name, Number(x), Number(y), text),
);

it("no texts in the diagram overlap", () => {
  expect(boxes.length).toBeGreaterThan(20);
  const pairs = boxes.flatMap((one, place) => boxes.slice(place + 1).map((other) => [one, other] as const));
  expect(pairs.filter(([one, other]) => overlap(one, other)).map(([one, other]) => [one.text, other.text])).toEqual([]);
});

it("no text in the diagram is crossed by a vertical line", () => {
  const lines = [...picture.matchAll(/<path class="line" d="([^"]+)"/g)].flatMap(([, path = ""]) => uprightsOf(path));
  expect(lines.length).toBeGreaterThan(10);
  const cut = boxes.filter((box) =>
    lines.some(({ x, from, to }) => x > box.left && x < box.right && from < box.bottom && to > box.top),
  );
  expect(cut.map(({ text }) => text)).toEqual([]);
});

function boxOf(name: string, x: number, y: number, text: string): Box {
  const size = sizes.get(name) ?? 0;
  const width = text.length * size * widthPerPixel;
  // Names are centred, all other texts start at their x.
  const left = name === "name" ? x - width / 2 : x;
  return { text, left, right: left + width, top: y - size, bottom: y + size / 4 };
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** The vertical parts of a path that consists of M, H and V. */
function uprightsOf(path: string) {
  let [x, y] = [0, 0];
  const uprights: { x: number; from: number; to: number }[] = [];
  for (const [, command, first = "", second] of path.matchAll(/([MHV])(\d+)(?: (\d+))?/g)) {
    const before = y;
    if (command !== "V") x = Number(first);
    if (command === "M") y = Number(second);
    if (command !== "V") continue;
    y = Number(first);
    uprights.push({ x, from: Math.min(before, y), to: Math.max(before, y) });
  }
  return uprights;
}
