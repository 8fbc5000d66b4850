import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeUsage } from "../../local/help.ts";
import { readOptions } from "../../local/options.ts";
import { LOCAL_SETTINGS } from "../../local/stack/settings-table.ts";

const none = { demo: false, realFal: false, help: false };

it("the flags are off unless they are given", () => {
  expect(readOptions([], {})).toEqual(none);
  expect(readOptions(["--demo", "--real-fal", "--help"], {})).toEqual({ demo: true, realFal: true, help: true });
});

it("flags that npm took for its own count, too", () => {
  expect(readOptions([], { npm_config_demo: "true" })).toEqual({ ...none, demo: true });
  expect(readOptions([], { npm_config_real_fal: "true" })).toEqual({ ...none, realFal: true });
});

it.each([["--dmeo"], ["--demo=1"], ["--no-demo"], ["-d"], ["demo"], ["--toString"]])(
  "the argument %s is refused in one line that names it",
  (argument) => {
    expect(() => readOptions([argument], {})).toThrow(new RegExp(`^unknown argument ${argument}[^\n]*--help[^\n]*$`));
  },
);

it("--help lists every variable that the settings read, and no other", () => {
  const source = readFileSync("local/stack/settings.ts", "utf8");
  const read = new Set(Array.from(source.matchAll(/\(env, "([A-Z0-9_]+)"/g), ([, name]) => name));
  expect(LOCAL_SETTINGS.map(({ name }) => name).sort()).toEqual([...read].sort());
  for (const { name } of LOCAL_SETTINGS) expect(describeUsage()).toMatch(new RegExp(`^ {2}${name} `, "m"));
});
