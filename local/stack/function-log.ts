import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LogLine } from "./function-instance.ts";

/** The functions' log file. `close` writes the remaining lines. */
export type FunctionLog = { readonly write: LogLine; close(): Promise<void> };

const largestLogBytes = 10_000_000;
const shownCharacters = 400;

/**
 * Opens `functions.log` in the data folder. Each line that a function writes gets the time and the function's name. A
 * large log from earlier starts is kept once, as `functions.log.old`.
 * @param onError also receives the lines about errors, shortened.
 * @throws the file system's error if the file cannot be opened.
 */
export async function openFunctionLog(dataDir: string, onError: (line: string) => void): Promise<FunctionLog> {
  const path = join(dataDir, "functions.log");
  const size = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > largestLogBytes) await rename(path, `${path}.old`);
  const file = createWriteStream(path, { flags: "a" });
  await once(file, "open");
  file.on("error", (error) => onError(`functions.log cannot be written: ${error.message}`));
  return {
    write: (functionId, line, isError) => {
      const oneLine = line.replaceAll("\n", "\\n");
      file.write(`${new Date().toISOString()} ${functionId} ${oneLine}\n`);
      if (isError || isErrorRecord(line)) onError(`${functionId}: ${oneLine.slice(0, shownCharacters)}`);
    },
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}

function isErrorRecord(line: string): boolean {
  return /"level"\s*:\s*"(?:ERROR|FATAL|error|fatal)"/.test(line);
}
