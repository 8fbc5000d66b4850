/** A problem with the data folder or its disk. The message is one line that says what to do. */
export class DataProblem extends Error {
  override readonly name = "DataProblem";
}

const blocked = "choose a folder that you can write to and set DATA_DIR to it";
const remedies: Readonly<Record<string, string>> = {
  EACCES: `it is not writable; ${blocked}`,
  EPERM: `it is not writable; ${blocked}`,
  EROFS: `it is on a read-only disk; ${blocked}`,
  ENOENT: `it cannot be created; ${blocked}`,
  ENOTDIR: "there is a file where a folder should be; remove that file or set another DATA_DIR",
  EEXIST: "there is a file where a folder should be; remove that file or set another DATA_DIR",
  EISDIR: "there is a folder where a file should be; remove that folder or set another DATA_DIR",
  ENOSPC: "the disk is full; free some space and start again",
  EDQUOT: "the disk quota is used up; free some space and start again",
};

/**
 * Turns an error of the file system or of LevelDB into one line that says what to do. LevelDB's message contains the
 * system's, such as `IO error: …: No space left on device`. Any other error is returned unchanged.
 */
export function explainDataProblem(error: unknown, dataDir: string): unknown {
  const causes = listCauses(error);
  const remedy = causes.flatMap((cause) => remedies[readCode(cause)] ?? [])[0];
  const text = causes.map(({ message }) => message).join(": ");
  const path = causes.map((cause) => ("path" in cause ? String(cause.path) : "")).find((each) => each !== "");
  if (/ENOSPC|No space left/i.test(text)) return new DataProblem(`DATA_DIR ${dataDir}: ${remedies.ENOSPC}`);
  if (/Not a directory|File exists/i.test(text)) return new DataProblem(`DATA_DIR ${dataDir}: ${remedies.ENOTDIR}`);
  if (/Permission denied|Operation not permitted/i.test(text))
    return new DataProblem(`DATA_DIR ${dataDir}: ${remedies.EACCES}`);
  if (causes.some((cause) => readCode(cause).startsWith("LEVEL_"))) {
    return makeDamaged(dataDir);
  }
  if (remedy === undefined || !isOfData(path, dataDir, causes)) return error;
  return new DataProblem(`DATA_DIR ${path ?? dataDir}: ${remedy}`);
}

/**
 * Like {@link explainDataProblem}, for an embedded engine that fails every request because it cannot read its files.
 */
export function explainTableProblem(error: unknown, dataDir: string): unknown {
  const explained = explainDataProblem(error, dataDir);
  const isInternal = error instanceof Error && ["InternalFailure", "InternalServerError"].includes(error.name);
  return explained === error && isInternal ? makeDamaged(dataDir) : explained;
}

function makeDamaged(dataDir: string): DataProblem {
  const remedy = "move this folder away (with its jobs), or set another DATA_DIR";
  return new DataProblem(`DATA_DIR ${dataDir}: its files are damaged; ${remedy}`);
}

// A missing file of the repository is not a problem of the data folder. A full disk always is.
function isOfData(path: string | undefined, dataDir: string, causes: readonly Error[]): boolean {
  const isFull = causes.some((cause) => ["ENOSPC", "EDQUOT"].includes(readCode(cause)));
  return isFull || (path !== undefined && (path.startsWith(dataDir) || dataDir.startsWith(path)));
}

function listCauses(error: unknown): Error[] {
  return error instanceof Error ? [error, ...listCauses(error.cause)] : [];
}

function readCode(error: Error): string {
  return "code" in error ? String(error.code) : "";
}
