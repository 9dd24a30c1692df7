import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A way to the hub on which clients register instead of naming a metadata document of their maker's: a test must not
 * need the internet. Nothing else is changed; the Host stays the one that was used.
 */
export async function startRegisteringProxy(hubPort: number): Promise<{ port: number; stop(): void }> {
  const server = http.createServer((request, response) => {
    const { method, headers, url = "/" } = request;
    const onward = http.request(
      { host: "127.0.0.1", port: hubPort, method, path: url, headers },
      (answer) => {
        const { statusCode = 502, headers: given } = answer;
        if (!url.startsWith("/.well-known/oauth-authorization-server")) {
          response.writeHead(statusCode, given);
          answer.pipe(response);
          return;
        }
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => {
          const { client_id_metadata_document_supported: _, ...rest } = JSON.parse(text);
          response.writeHead(statusCode, { "content-type": "application/json" });
          response.end(JSON.stringify(rest));
        });
      },
    );
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
