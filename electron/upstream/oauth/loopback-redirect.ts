import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FinalPage, RedirectReceiver } from "../../hub/ports/upstream-auth.ts";
import { sendPage } from "../../web/pages.ts";

const REDIRECT_PATH = "/oauth/callback";

const STRANGER: FinalPage = {
  title: "This is no sign-in of yours",
  texts: ["Gatehouse is not waiting for this answer. You can close this page."],
};

/**
 * Listens on a free port of 127.0.0.1 for the end of one sign-in (RFC 8252 7.3). The port is closed by its owner; until
 * then whoever comes with other parameters than the answer gets a page that says so, and changes nothing.
 */
export const loopbackRedirect: RedirectReceiver = {
  async open(take) {
    const server = createServer((request, response) => {
      const { port } = server.address() as AddressInfo;
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      // Another name that leads here is a page of somebody else's (DNS rebinding).
      const ours = request.method === "GET" && request.headers.host === `127.0.0.1:${port}`;
      if (!ours || url.pathname !== REDIRECT_PATH) return show(response, 404, STRANGER);
      void take(url.searchParams).then(
        (page) => show(response, page === undefined ? 400 : 200, page ?? STRANGER),
        () => show(response, 500, { title: "The sign-in failed", texts: ["You can close this page."] }),
      );
    });
    server.maxConnections = 16;
    server.requestTimeout = 10_000;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    return {
      uri: `http://127.0.0.1:${port}${REDIRECT_PATH}`,
      close() {
        // What is being answered is answered; nobody new gets in.
        server.close();
        server.closeIdleConnections();
      },
    };
  },
};

function show(response: ServerResponse, status: number, page: FinalPage): void {
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("Connection", "close");
  sendPage(response, status, page);
}
