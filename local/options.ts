import { parseArgs } from "node:util";
import { findNearestName } from "../infra/nearest-name.ts";

/** The options on the command line of `npm start`. */
export type Options = { readonly demo: boolean; readonly realFal: boolean; readonly help: boolean };

const flags = { demo: { type: "boolean" }, "real-fal": { type: "boolean" }, help: { type: "boolean" } } as const;
const flagNames = Object.keys(flags).map((name) => `--${name}`);

/**
 * Reads the flags. npm does not pass on flags that are given without `--`; it sets them as environment variables.
 * @throws Error with a one-line message for an unknown argument.
 */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Options {
  const { values, tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true });
  for (const token of tokens) {
    const known = token.kind === "option" && Object.hasOwn(flags, token.name) && token.value === undefined;
    if (!known) throw new Error(describeUnknown(args[token.index] ?? ""));
  }
  const misspelled = listNpmFlags(env).find((flag) => !flagNames.includes(flag) && findNearestName(flag, flagNames));
  if (misspelled !== undefined) throw new Error(describeUnknown(misspelled));
  return {
    demo: values.demo === true || env.npm_config_demo === "true",
    realFal: values["real-fal"] === true || env.npm_config_real_fal === "true",
    help: values.help === true,
  };
}

// `npm start --dmeo` gives us `npm_config_dmeo`. npm's own settings have the same form, so only near misses are errors.
function listNpmFlags(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env).flatMap((name) => {
    const [, flag] = /^npm_config_(\w+)$/.exec(name) ?? [];
    return flag === undefined ? [] : [`--${flag.replaceAll("_", "-")}`];
  });
}

function describeUnknown(argument: string): string {
  const nearest = findNearestName(argument, flagNames);
  const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  return `unknown argument ${argument}; npm start -- --help lists all arguments${hint}`;
}
