import { parseErrorDocs } from "../../../shared/error-docs.ts";
import { GatehouseError } from "../../../shared/errors.ts";
import { didYouMean } from "../../hub/config/suggest.ts";
import type { Context } from "./context.ts";

/** `explain`: what a code means and what to do, as docs/errors.md has it; without a code, all codes. Throws `not_found`. */
export async function explain(
  context: Context,
  code: string | undefined,
  options: { json?: true },
): Promise<void> {
  const pages = parseErrorDocs((await import("../error-docs-text.ts")).errorDocsText);
  if (code === undefined) {
    const codes = [...pages.keys()];
    if (options.json) context.json({ codes });
    else context.io.out(`${codes.join("\n")}\n`);
    return;
  }
  const page = pages.get(code);
  if (page === undefined)
    throw new GatehouseError(
      "not_found",
      `there is no code ${code}${didYouMean(code, [...pages.keys()])}`,
      "See all of them: gatehouse explain",
    );
  if (options.json) context.json(page);
  else context.io.out(`${context.paint.bold(page.code)}\n\n${page.meaning}\n\nWhat to do: ${page.advice}\n`);
}
