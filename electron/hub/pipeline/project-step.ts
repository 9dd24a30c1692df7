import { INVALID_PARAMS } from "../../core/jsonrpc/errors.ts";
import type { Call, Step } from "./call.ts";
import { cancelledOutcome, errorOutcome } from "./outcomes.ts";

/** Longest wait for a client to say which project it works in, once it was asked, in milliseconds. */
const ANSWER_MS = 3_000;

/** What the step needs of the rest of the hub. */
export interface ProjectLookup {
  /** Whether the server runs once per project folder. */
  isPerProject(server: string): boolean;
  /** Resolves when the call's client has told its project, or will not; undefined when it is not being asked. */
  asked(call: Call): Promise<void> | undefined;
  /** Sets the call's server anew, now that its project may be known. */
  find(call: Call): void;
}

/** A server that runs once per project folder needs to know the client's: it is waited for shortly, or asked for in words. */
export function projectStep(lookup: ProjectLookup): Step {
  return (call, next) => {
    const { route } = call;
    if (route === undefined || call.server !== undefined || !lookup.isPerProject(route.server)) return next();
    const asked = lookup.asked(call);
    if (asked === undefined) return unknownProject(call, route.server);
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (run: () => void): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        call.canceller = undefined;
        run();
      };
      const goOn = (): void =>
        end(() => {
          lookup.find(call);
          resolve(call.server === undefined ? unknownProject(call, route.server) : next());
        });
      const timer = setTimeout(goOn, ANSWER_MS);
      call.canceller = { cancel: () => end(() => resolve(cancelledOutcome)) };
      asked.then(goOn, reject);
    });
  };
}

function unknownProject(call: Call, server: string) {
  const message =
    `the server ${server} runs once per project folder, and this client has not said which folder it works in. ` +
    "It can say so by its roots (MCP roots/list), or by the header X-Gatehouse-Project: an absolute path; " +
    `or set isolation: "shared" for ${server} in gatehouse.json.`;
  return errorOutcome(call, INVALID_PARAMS, message, { code: "project_unknown", server });
}
