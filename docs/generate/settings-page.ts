import { DEPLOY_SETTINGS, type SettingDescription } from "../../infra/settings.ts";
import { generatedFrom, table } from "./markdown.ts";

/** The page of settings. */
export function settingsPage(): string {
  return `${[
    generatedFrom("infra/settings.ts"),
    "# Settings",
    "## Settings of a deployment",
    INTRODUCTION,
    settingsTable("setting", DEPLOY_SETTINGS),
  ].join("\n\n")}\n`;
}

const INTRODUCTION = `Give a setting on the command line, or write it under \`context\` in \`cdk.json\`:

<!-- not run: needs an AWS account -->
\`\`\`sh
npx cdk deploy -c retentionDays=90 -c 'dailyBudgets={"studio": 50, "*": 5}'
\`\`\`

An unknown or malformed setting stops the deployment, and the message names it.`;

function settingsTable(kind: string, settings: readonly SettingDescription[]): string {
  return table(
    [kind, "default", "what it does"],
    settings.map(({ name, default: value, description }) => [
      `\`${name}\``,
      value === "off" ? value : `\`${value}\``,
      description,
    ]),
  );
}
