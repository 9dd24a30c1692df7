// A bare node:http server that answers every POST with the same small JSON: the load client's own ceiling.
import http from "node:http";
import type { AddressInfo } from "node:net";

const body = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"bare"}]}}';
const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
const server = http.createServer((request, response) => {
  request.on("data", () => {});
  request.on("end", () => response.writeHead(200, headers).end(body));
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
