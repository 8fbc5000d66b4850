/** What a report for others may show of a text: no ids, secrets, owners, accounts, or hosts but fal's. */
export function mask(text: string): string {
  return text
    .replaceAll(/https?:\/\/[^\s/"']+/g, (url) => (/\/\/([\w-]+\.)*fal\.(ai|run|media)$/.test(url) ? url : "https://…"))
    .replaceAll(/\barn:[^\s"']+/g, "arn:…")
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, "…")
    .replaceAll(/\b(?=\w*\d)[\w-]{16,}\b/g, "…")
    .replaceAll(/\b\d{12}\b/g, "…");
}
