// The page's content security policy forbids eval; zod must not even try to compile its parsers.
import { config } from "zod";

config({ jitless: true });
