import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ensureHomeKey, httpChallenge, proveHub } from "../../../hub/home/key.ts";
import { homeFiles } from "../../../hub/home/paths.ts";
import { writeRunFile } from "../../../hub/home/run-file.ts";

/** One request to /mcp as the fake hub got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly res: ServerResponse;
  /** Answers with JSON text. */
  json(text: string, status?: number, headers?: Record<string, string>): void;
  /** Starts an event stream; returns what writes on it. */
  events(): (text: string, id?: string) => void;
}

export interface FakeHub {
  readonly port: number;
  readonly received: Received[];
  /** Connections that were opened, proofs included. */
  readonly connections: () => number;
  /** Resolves with the next request that fits, one that came already included; each is given out once. */
  next(fits?: (request: Received) => boolean): Promise<Received>;
  /** Ends as if killed: every connection breaks. run.json stays as it is when `leaveFile`. */
  kill(): Promise<void>;
}

export interface FakeHubOptions {
  /** Answers the challenge with another key's proof. */
  readonly impostor?: boolean;
  /** Handles a request instead of leaving it to `next`; false: not this one. */
  readonly handle?: (request: Received) => boolean;
  readonly startedAt?: string;
}

/** Listens like a hub on a home: proves itself, tells run.json, and leaves every answer to the test. */
export async function startFakeHub(home: string, options: FakeHubOptions = {}): Promise<FakeHub> {
  const files = homeFiles(home);
  const key = ensureHomeKey(files.keyFile);
  const received: Received[] = [];
  const unclaimed: Received[] = [];
  const waiting: { fits: (request: Received) => boolean; resolve: (request: Received) => void }[] = [];
  let connections = 0;

  const offer = (request: Received): void => {
    received.push(request);
    if (options.handle?.(request) === true) return;
    const at = waiting.findIndex(({ fits }) => fits(request));
    if (at === -1) unclaimed.push(request);
    else waiting.splice(at, 1)[0]?.resolve(request);
  };
  const server = createServer((req, res) => {
    const challenge = req.headers["gatehouse-challenge"];
    if (req.url === "/healthz") {
      const proof = proveHub(
        options.impostor ? Buffer.alloc(32) : key,
        httpChallenge(portOf(), String(challenge)),
      );
      res.setHeader("Gatehouse-Proof", proof).end("ok");
      return;
    }
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () =>
      offer({
        method: req.method ?? "",
        path: req.url ?? "",
        headers: req.headers,
        body: Buffer.concat(chunks).toString("utf8"),
        res,
        json: (text, status = 200, headers = {}) => {
          res.writeHead(status, { "Content-Type": "application/json", ...headers }).end(text);
        },
        events: () => {
          res.writeHead(200, { "Content-Type": "text/event-stream" });
          res.flushHeaders();
          return (text, id) => void res.write(`${id === undefined ? "" : `id: ${id}\n`}data: ${text}\n\n`);
        },
      }),
    );
  });
  let killed = false;
  server.on("connection", (socket) => {
    connections += 1;
    if (killed) socket.destroy();
  });
  const portOf = (): number => (server.address() as AddressInfo).port;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf();
  writeRunFile(files.runFile, {
    pid: process.pid,
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    token: "ctl",
    version: "0",
    startedAt: options.startedAt ?? `${Date.now()} ${port}`,
  });
  return {
    port,
    received,
    connections: () => connections,
    next: (fits = () => true) => {
      const at = unclaimed.findIndex(fits);
      const found = at === -1 ? undefined : unclaimed.splice(at, 1)[0];
      return found === undefined
        ? new Promise((resolve) => waiting.push({ fits, resolve }))
        : Promise.resolve(found);
    },
    kill: () =>
      new Promise((resolve) => {
        killed = true;
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
