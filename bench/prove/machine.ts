/** What breaks in one process or in its network. */
export interface Breaks {
  /** Dies when fal has answered its first POST, before it sees the answer. */
  readonly diesAfterPost?: boolean;
  /** Dies at its first GET. */
  readonly diesAtRead?: boolean;
  /** The answer to its first POST is lost. */
  readonly losesAnswer?: boolean;
}

/** A process with its own network. When it is dead, none of its calls ever returns. */
export interface Machine {
  readonly fetch: typeof fetch;
  /** Resolves when the process dies. */
  readonly died: Promise<void>;
  kill(): void;
}

/**
 * Starts a process. `https://HOST/path` of fal's is at `{falUrl}/HOST/path`, as the emulator serves it; other URLs are
 * called as they are.
 */
export function startMachine(falUrl: string, breaks: Breaks = {}): Machine {
  let die = () => {};
  let isDead = false;
  let posts = 0;
  const died = new Promise<void>((resolve) => {
    die = () => {
      isDead = true;
      resolve();
    };
  });
  const send: typeof fetch = async (input, init) => {
    if (isDead) return never();
    const method = init?.method?.toUpperCase() ?? "GET";
    if (method === "GET" && breaks.diesAtRead) die();
    const isFirstPost = method === "POST" && ++posts === 1;
    const answer = isDead ? undefined : await fetch(atEmulator(String(input), falUrl), init);
    if (isFirstPost && breaks.diesAfterPost) die();
    if (answer === undefined || isDead) return never();
    if (!isFirstPost || !breaks.losesAnswer) return answer;
    await answer.arrayBuffer();
    throw connectionReset();
  };
  return { fetch: send, died, kill: () => die() };
}

function atEmulator(url: string, falUrl: string): string {
  return url.replace(/^https:\/(?=\/)/, falUrl);
}

/** The error of Node's fetch for a connection that breaks. */
function connectionReset(): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) });
}

function never(): Promise<never> {
  return new Promise(() => {});
}
