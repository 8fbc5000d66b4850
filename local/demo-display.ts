import type { WriteStream } from "node:tty";
import type { Queue } from "./demo-queue.ts";

/** Shows a job's way on a terminal: a bar that moves, or plain lines where the output is no terminal. */
export type Display = {
  /** Writes a line. */
  say(line: string): void;
  /** Shows the job's state with what is known of the queue. */
  show(status: string, queue: Queue | undefined): void;
  /** Leaves the bar behind as it is. */
  end(): void;
};

const barWidth = 30;
const narrowestColumns = 80;

/** Makes a display on a stream. */
export function makeDisplay(output: Pick<WriteStream, "isTTY" | "write" | "columns">): Display {
  return output.isTTY ? makeBar(output) : makeLines(output);
}

function makeLines(output: Pick<WriteStream, "write">): Display {
  let shown = "";
  let logged = 0;
  const say = (line: string) => void output.write(`${line}\n`);
  return {
    say,
    show: (status, queue) => {
      const state = describe(status, queue);
      if (state !== shown) say(state);
      shown = state;
      const logs = queue?.logs ?? [];
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
    show: (status, queue) => {
      const logs = queue?.logs ?? [];
      const parts = [drawBar(status, logs), describe(status, queue), logs.at(-1) ?? ""];
      output.write(`\r\x1b[K${parts.join("  ").slice(0, width - 1)}`);
    },
    end: () => void output.write("\n"),
  };
}

// The job's own status is only as new as the last look at fal; what fal says itself is newer.
function describe(status: string, queue: Queue | undefined): string {
  return queue?.state ?? status;
}

// The log's last "12/30" says how far the work is.
function drawBar(status: string, logs: readonly string[]): string {
  const [, done = 0, all = 1] = /(\d+)\/(\d+)/.exec(logs.findLast((line) => /\d+\/\d+/.test(line)) ?? "") ?? [];
  const share = status === "succeeded" ? 1 : Math.min(1, Number(done) / Math.max(1, Number(all)));
  const filled = Math.round(share * barWidth);
  return `[${"█".repeat(filled)}${"░".repeat(barWidth - filled)}]`;
}
