import { LOCAL_SETTINGS } from "./stack/settings-table.ts";

const head = `npm start [-- --demo] [-- --real-fal] [-- --help]

Runs all of fal-jobs on this machine: the API at http://localhost:4000, its functions, its table, its bucket and an
emulator of fal. It costs nothing and needs no account, even when FAL_KEY is set.

  --demo       submit the sample job, show its progress, save its video and stop
  --real-fal   use the real fal with FAL_KEY. It COSTS MONEY: about $0.40 for each video of Lucy 14B. fal's webhooks
               cannot reach this machine, so the sweep checks jobs after FIRST_CHECK_SECONDS and settles them
  --help       show this text

npm start --demo and npm start --real-fal, without the two dashes in the middle, do the same. If FAL_ENDPOINT_URL is
set, that server is used instead of fal or its emulator, with or without --real-fal.

Settings are environment variables. Their defaults are in brackets:
`;

const nameColumn = Math.max(...LOCAL_SETTINGS.map(({ name }) => name.length)) + 4;
const widestLine = 110;

/** The text of `--help`. */
export function describeUsage(): string {
  const settings = LOCAL_SETTINGS.flatMap(({ name, default: value, description }) =>
    wrap(`${description} [${value}]`, widestLine - nameColumn).map((line, index) =>
      `  ${index === 0 ? name : ""}`.padEnd(nameColumn).concat(line),
    ),
  );
  return [head.trimEnd(), ...settings].join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
