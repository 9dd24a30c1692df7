/**
 * A connection to the hub, which has proved on this very connection that it holds the home's key before anything else is
 * said on it: another process on that port gets no token.
 */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { GatehouseError } from "../../../shared/errors.ts";
import { httpChallenge, isHubProof } from "../../hub/home/key.ts";

const PROOF_MS = 5_000;
/** The whole answer is far smaller. */
const LONGEST_ANSWER = 16 * 1024;

export interface HubPlace {
  readonly host: string;
  readonly port: number;
  readonly key: Uint8Array;
}

/** Nothing was sent: nobody listens there, or whoever did is gone. */
export class HubAway extends Error {}

/** Opens a proven connection. Rejects with HubAway, or with GatehouseError `hub_untrusted`. */
export function openProven({ host, port, key }: HubPlace): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const challenge = randomBytes(32).toString("hex");
    const socket = connect({ host, port, noDelay: true });
    let answer = "";
    const fail = (error: Error): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const away = (): void => fail(new HubAway("nobody answers on the hub's port"));
    const onData = (chunk: Buffer): void => {
      answer += chunk.toString("latin1");
      const proof = proofIn(answer);
      if (proof === undefined && answer.length < LONGEST_ANSWER) return;
      if (proof === undefined || !isHubProof(key, httpChallenge(port, challenge), proof))
        return fail(untrusted(port, "it does not hold this home's key"));
      settle();
      resolve(socket);
    };
    const timer = setTimeout(() => fail(untrusted(port, "it does not answer")), PROOF_MS);
    const settle = (): void => {
      clearTimeout(timer);
      // It goes on flowing: a paused one would stay so under its next owner. The hub says nothing unasked.
      socket.off("data", onData).off("error", away).off("close", away);
    };
    socket.on("data", onData).on("error", away).on("close", away);
    socket.write(
      `GET /healthz HTTP/1.1\r\nHost: ${host.includes(":") ? `[${host}]` : host}:${port}\r\nGatehouse-Challenge: ${challenge}\r\n\r\n`,
    );
  });
}

/** The proof in a whole answer; undefined while the answer is not whole, "" when there is none in it. */
function proofIn(answer: string): string | undefined {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = answer.slice(0, end);
  const length = Number(/^content-length: *(\d+)\r?$/im.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(length)) return "";
  const rest = answer.length - end - 4;
  if (rest < length) return undefined;
  // More than was asked for would be taken as the answer to the next request.
  if (rest > length || !head.startsWith("HTTP/1.1 200 ")) return "";
  return /^gatehouse-proof: *([0-9a-f]+)\r?$/im.exec(head)?.[1] ?? "";
}

const untrusted = (port: number, why: string): GatehouseError =>
  new GatehouseError(
    "hub_untrusted",
    `what listens on port ${port} is not this home's hub: ${why}`,
    "Nothing was told to it. Find out what it is; if the hub is gone, remove run.json in the home folder.",
  );
