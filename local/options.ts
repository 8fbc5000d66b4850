import { parseArgs } from "node:util";
import { findNearestName } from "../infra/nearest-name.ts";

/** What the command line of `npm start` asks for. */
export type Options = { readonly demo: boolean; readonly realFal: boolean; readonly help: boolean };

const flags = { demo: { type: "boolean" }, "real-fal": { type: "boolean" }, help: { type: "boolean" } } as const;

/**
 * Reads the flags. npm keeps those that are given without `--` for itself and passes them on as variables.
 * @throws Error in one line for an argument that is not known.
 */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Options {
  const { values, tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true });
  for (const token of tokens) {
    const known = token.kind === "option" && Object.hasOwn(flags, token.name) && token.value === undefined;
    if (!known) throw new Error(describeUnknown(args[token.index] ?? ""));
  }
  return {
    demo: values.demo === true || env.npm_config_demo === "true",
    realFal: values["real-fal"] === true || env.npm_config_real_fal === "true",
    help: values.help === true,
  };
}

function describeUnknown(argument: string): string {
  const names = Object.keys(flags).map((name) => `--${name}`);
  const nearest = findNearestName(argument, names);
  const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  return `unknown argument ${argument}; npm start -- --help lists the known ones${hint}`;
}
