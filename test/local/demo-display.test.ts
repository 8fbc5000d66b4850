import { describe, expect, it } from "vitest";
import { type Display, makeDisplay } from "../../local/demo-display.ts";

function showAJob(isTTY: boolean): string {
  let output = "";
  const write = (text: string | Uint8Array) => {
    output += text;
    return true;
  };
  const display: Display = makeDisplay({ isTTY, columns: 72, write });
  display.say("job 1");
  display.show("submitting", []);
  display.show("queued: 2 ahead in fal's queue", []);
  display.show("running: fal is rendering", ["frame 1/4"]);
  display.show("running: fal is rendering", ["frame 1/4", "frame 2/4"]);
  display.show("succeeded", []);
  display.end();
  return output;
}

describe("the demo's display", () => {
  it("the demo's display writes every change once, in plain lines, when the output is not a terminal", () => {
    expect(showAJob(false).split("\n")).toEqual([
      "job 1",
      "submitting",
      "queued: 2 ahead in fal's queue",
      "running: fal is rendering",
      "  frame 1/4",
      "  frame 2/4",
      "succeeded",
      "",
    ]);
  });

  it("the demo's display draws one bar on a terminal, as far as fal's log says, and never wider than the terminal", () => {
    const bars = showAJob(true).split("\r\x1b[K").slice(1);
    expect(bars.map((bar) => bar.split("█").length - 1)).toEqual([0, 0, 8, 15, 30]);
    expect(bars.every((bar) => bar.trimEnd().length < 72)).toBe(true);
    expect(bars[3]).toContain("running: fal is rendering  frame 2/4");
  });
});
