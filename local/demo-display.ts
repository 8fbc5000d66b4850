import type { WriteStream } from "node:tty";

/** Shows a job's progress on a terminal: a moving bar, or plain lines if the output is not a terminal. */
export type Display = {
  /** Writes a line. */
  say(line: string): void;
  /** Shows the job's state, and fal's log lines so far. */
  show(state: string, logs: readonly string[]): void;
  /** Ends the bar and leaves it on the screen. */
  end(): void;
};

const barWidth = 30;
const narrowestColumns = 80;

/** Creates a display that writes to a stream. */
export function makeDisplay(output: Pick<WriteStream, "isTTY" | "write" | "columns">): Display {
  return output.isTTY ? makeBar(output) : makeLines(output);
}

function makeLines(output: Pick<WriteStream, "write">): Display {
  let shown = "";
  let logged = 0;
  const say = (line: string) => void output.write(`${line}\n`);
  return {
    say,
    show: (state, logs) => {
      if (state !== shown) say(state);
      shown = state;
      for (const line of logs.slice(logged)) say(`  ${line}`);
      logged = Math.max(logged, logs.length);
    },
    end: () => {},
  };
}

function makeBar(output: Pick<WriteStream, "write" | "columns">): Display {
  const width = output.columns || narrowestColumns;
  return {
    say: (line) => void output.write(`${line}\n`),
    show: (state, logs) => {
      const parts = [drawBar(state, logs), state, logs.at(-1) ?? ""];
      output.write(`\r\x1b[K${parts.join("  ").slice(0, width - 1)}`);
    },
    end: () => void output.write("\n"),
  };
}

// The last "12/30" in the log shows the progress.
function drawBar(state: string, logs: readonly string[]): string {
  const [, done = 0, all = 1] = /(\d+)\/(\d+)/.exec(logs.findLast((line) => /\d+\/\d+/.test(line)) ?? "") ?? [];
  const share = state === "succeeded" ? 1 : Math.min(1, Number(done) / Math.max(1, Number(all)));
  const filled = Math.round(share * barWidth);
  return `[${"█".repeat(filled)}${"░".repeat(barWidth - filled)}]`;
}
