import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Workplace } from "../workplace.ts";

/**
 * Runs a program of this folder in a process of its own, with exactly this environment and an input, and returns what it
 * sends back. The program's own output is dropped: it is the log of the functions that it runs.
 */
export async function runProgram<T>(
  { root, node, nodeOptions }: Workplace,
  name: string,
  environment: Readonly<Record<string, string>>,
  input: unknown,
): Promise<T> {
  const child = fork(join(root, "bench", "programs", `${name}.ts`), {
    execPath: node,
    execArgv: ["--import", "tsx", "--import", join(root, "local", "stack", "awslambda.mjs"), ...nodeOptions],
    env: { ...environment },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.send({ input });
  const exited = once(child, "exit");
  const [answer] = (await Promise.race([once(child, "message"), exited.then(() => [undefined])])) as [
    { readonly output: T } | undefined,
  ];
  await exited;
  if (answer === undefined) throw new Error(`the program ${name} failed:\n${errors.slice(-2_000)}`);
  return answer.output;
}
