import { createServer } from "node:net";

/**
 * Below the ports that operating systems hand out by themselves (from 32,768 on Linux, from 49,152 elsewhere): no
 * connection of another test, and no server on "any port", can come upon one before it is used, or while what listens
 * there starts anew.
 */
const [FROM, TO] = [20_000, 32_000];

/** A port on which nothing listens, on either loopback. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM));
    if ((await canListen(port, "127.0.0.1")) && (await canListen(port, "::1"))) return port;
  }
}

/** False when somebody listens there; a loopback that the machine does not have is nobody's. */
function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "EADDRINUSE"))
      .listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
