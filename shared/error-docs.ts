/** One section of docs/errors.md: what a code means, and what to do. Plain text; `code` stands in backticks. */
export interface ErrorPage {
  readonly code: string;
  readonly meaning: string;
  readonly advice: string;
}

const WHAT_TO_DO = "**What to do:** ";

/** Reads docs/errors.md. Throws when a section is not as it should be. */
export function parseErrorDocs(text: string): Map<string, ErrorPage> {
  const pages = new Map<string, ErrorPage>();
  for (const section of text.split(/^### /m).slice(1)) {
    const [heading = "", ...paragraphs] = (section.split(/^## /m)[0] ?? "").trim().split(/\n\n+/);
    const code = /^`([a-z_]+)`$/.exec(heading)?.[1];
    const advice = paragraphs.pop();
    if (code === undefined || advice?.startsWith(WHAT_TO_DO) !== true || paragraphs.length === 0)
      throw new Error(`the section ${JSON.stringify(heading)} of the error codes is not as it should be`);
    if (pages.has(code)) throw new Error(`the error code ${code} has two sections`);
    pages.set(code, { code, meaning: paragraphs.join("\n\n"), advice: advice.slice(WHAT_TO_DO.length) });
  }
  return pages;
}
