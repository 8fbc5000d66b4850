import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeUsage } from "../../local/help.ts";
import { readOptions } from "../../local/options.ts";
import { findMisspelled, LOCAL_SETTINGS } from "../../local/stack/settings-table.ts";

const none = { demo: false, realFal: false, help: false };

it("the flags are off unless they are given", () => {
  expect(readOptions([], {})).toEqual(none);
  expect(readOptions(["--demo", "--real-fal", "--help"], {})).toEqual({ demo: true, realFal: true, help: true });
});

it("flags that npm interpreted as its own still count", () => {
  expect(readOptions([], { npm_config_demo: "true" })).toEqual({ ...none, demo: true });
  expect(readOptions([], { npm_config_real_fal: "true" })).toEqual({ ...none, realFal: true });
});

it.each([["--dmeo"], ["--demo=1"], ["--no-demo"], ["-d"], ["demo"], ["--toString"]])(
  "the argument %s is rejected in one line that names it",
  (argument) => {
    expect(() => readOptions([argument], {})).toThrow(new RegExp(`^unknown argument ${argument}[^\n]*--help[^\n]*$`));
  },
);

it("a misspelled flag that npm interpreted as its own is rejected, and npm's own settings are not", () => {
  expect(() => readOptions([], { npm_config_dmeo: "true" })).toThrow(/--dmeo[^\n]*; did you mean "--demo"\?$/);
  expect(() => readOptions([], { npm_config_real_fall: "true" })).toThrow('"--real-fal"');
  expect(readOptions([], { npm_config_prefix: "/usr", npm_config_user_agent: "npm", npm_config_node_gyp: "" })).toEqual(
    none,
  );
});

it("--help states what the real fal costs, how its jobs settle, and which setting wins", () => {
  expect(describeUsage()).toMatch(/--real-fal .*COSTS MONEY: about \$0\.40[\s\S]*sweep[\s\S]*FAL_ENDPOINT_URL/);
});

it("--help lists every variable that the settings read, and no others", () => {
  const source = readFileSync("local/stack/settings.ts", "utf8");
  const read = new Set(Array.from(source.matchAll(/\(env, "([A-Z0-9_]+)"/g), ([, name]) => name));
  expect(LOCAL_SETTINGS.map(({ name }) => name).sort()).toEqual([...read].sort());
  for (const { name } of LOCAL_SETTINGS) expect(describeUsage()).toMatch(new RegExp(`^ {2}${name} `, "m"));
});

it("a misspelled flag or variable gets a suggestion, and other names do not", () => {
  expect(() => readOptions(["--dmeo"], {})).toThrow('; did you mean "--demo"?');
  expect(() => readOptions(["--verbose"], {})).toThrow(/lists all arguments$/);
  expect(findMisspelled({ API_KEY: "a" })).toEqual([
    'API_KEY is not a setting and has no effect; did you mean "API_KEYS"?',
  ]);
  expect(findMisspelled({ PROT: "1" })).toEqual(['PROT is not a setting and has no effect; did you mean "PORT"?']);
  expect(findMisspelled({ RENDER_SECS: "1", SWEEP_SECOND: "1", FAL_ENDPOINT_URI: "x", DATADIR: "x" })).toHaveLength(4);
  expect(
    findMisspelled({ PORT: "1", PATH: "", HOME: "", PWD: "", SHELL: "", FAL_KEY: "", AWS_PROFILE: "", PUBLIC_KEY: "" }),
  ).toEqual([]);
});
