import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type WebSocket, WebSocketServer } from "ws";
import type { Broadcast, BroadcastData } from "../../shared/contract.ts";
import { answerControl, broadcastText } from "../../shared/control-client.ts";
import { WEB_PAGE_POLICY } from "../../shared/page-policy.ts";

const root = fileURLToPath(new URL("../../dist/renderer", import.meta.url));

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".map": "application/json",
};

/** What the listener is for. */
export interface MockListener {
  readonly port: number;
  /** Answers a request of the control API. */
  readonly call: (method: string, params: unknown) => Promise<unknown>;
  /** Does what a POST to /mock/… asks for. */
  readonly mock: (path: string, query: URLSearchParams) => void;
}

/** Serves the built renderer at /ui/, as the hub does with the same CSP, and the control API beside it. */
export function startMockListener({ port, call, mock }: MockListener) {
  const sockets = new Set<WebSocket>();
  const http = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://mock");
    if (url.pathname.startsWith("/mock/")) {
      mock(url.pathname, url.searchParams);
      response.end("ok");
      return;
    }
    const path = url.pathname.replace(/^\/ui\//, "") || "index.html";
    const file = normalize(join(root, path));
    if (!url.pathname.startsWith("/ui/") || !file.startsWith(root)) {
      response.writeHead(404).end();
      return;
    }
    readFile(file).then(
      (body) =>
        response
          .writeHead(200, {
            "content-type": TYPES[extname(file)] ?? "application/octet-stream",
            "content-security-policy": WEB_PAGE_POLICY,
          })
          .end(body),
      () => response.writeHead(404).end(),
    );
  });
  new WebSocketServer({ server: http, path: "/control" }).on("connection", (socket) => {
    let step = 0;
    socket.on("message", (data) => {
      const text = String(data);
      if (step === 0) socket.send(JSON.stringify({ proof: "00" }));
      else if (step === 1) {
        socket.send(JSON.stringify({ role: "viewer", token: "mock-token" }));
        sockets.add(socket);
      } else void answerControl(text, call).then((reply) => reply !== undefined && socket.send(reply));
      step += 1;
    });
    socket.on("close", () => sockets.delete(socket));
  });
  http.listen(port, "127.0.0.1", () =>
    console.log(`mock hub: http://127.0.0.1:${(http.address() as AddressInfo).port}/ui/#code=dev`),
  );

  return {
    broadcast<B extends Broadcast>(name: B, data: BroadcastData<B>): void {
      const text = broadcastText(name, data);
      for (const socket of sockets) socket.send(text);
    },
    /** Cuts every control connection. */
    drop(): void {
      for (const socket of sockets) socket.terminate();
    },
  };
}
