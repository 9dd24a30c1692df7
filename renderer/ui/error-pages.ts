import text from "../../docs/errors.md?raw";
import { parseErrorDocs } from "../../shared/error-docs.ts";

/** What docs/errors.md says of each code. */
export const errorPages = parseErrorDocs(text);
