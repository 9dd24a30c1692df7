import type { IncomingMessage, ServerResponse } from "node:http";
import type { ControlEndpoint } from "../hub/ports/endpoint.ts";
import { respond, respondFailure } from "./headers.ts";

/** Answers GET /metrics: Prometheus' text for a control token as bearer, 401 without one. */
export function answerMetrics(
  req: IncomingMessage,
  res: ServerResponse,
  control: Pick<ControlEndpoint, "metrics">,
): void {
  const [, token] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? "") ?? [];
  const found = token === undefined ? undefined : control.metrics(token);
  if (found !== undefined) respond(res, 200, found.type, found.text);
  else
    respondFailure(
      res,
      401,
      "unauthorized",
      "this path needs a control token",
      "Send the token of run.json in the home folder as Authorization: Bearer TOKEN.",
      ["WWW-Authenticate", 'Bearer realm="gatehouse control"'],
    );
}
