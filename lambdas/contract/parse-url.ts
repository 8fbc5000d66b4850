/**
 * A text as a URL; undefined if it is none. `URL.canParse` of Node 20 must not be used: after some thousand calls it
 * refuses hosts such as bücher.example, for the rest of the process.
 */
export function parseUrl(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
