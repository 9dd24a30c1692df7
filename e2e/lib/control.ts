import { randomBytes } from "node:crypto";
import WebSocket from "ws";
import { type ControlClient, createControlClient } from "../../shared/control-client.ts";
import { GatehouseError } from "../../shared/errors.ts";

/** A control connection over a raw WebSocket, in the role of its token. */
export interface OpenControl {
  readonly client: ControlClient;
  readonly role: string;
  close(): void;
}

/** Logs in at ws://127.0.0.1:PORT/control; rejects with what the hub refused. The hub's own proof is not checked. */
export function openControl(url: string, token: string): Promise<OpenControl> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const client = createControlClient((text) => socket.send(text));
    let step = 0;
    socket.on("error", reject);
    socket.on("close", () => {
      const lost = new GatehouseError("hub_not_running", "the connection was closed");
      client.close(lost);
      reject(lost);
    });
    socket.on("open", () =>
      socket.send(
        JSON.stringify({ hello: "gatehouse-control/1", challenge: randomBytes(32).toString("hex") }),
      ),
    );
    socket.on("message", (data) => {
      const text = String(data);
      step += 1;
      if (step === 1) socket.send(JSON.stringify({ token }));
      else if (step === 2) {
        const { role, refused } = JSON.parse(text) as { role?: string; refused?: string };
        if (role === undefined) reject(new Error(`refused: ${refused}`));
        else resolve({ client, role, close: () => socket.close() });
      } else client.receive(text);
    });
  });
}
