import type { Message } from "./mcp-client.ts";

/** A reader of an SSE body: feed it text as it arrives, it gives each event's data as a JSON-RPC message. */
export function sseMessages(onMessage: (message: Message) => void): (chunk: string) => void {
  let line = "";
  let data: string[] = [];
  const take = (whole: string): void => {
    if (whole.startsWith("data:")) {
      data.push(whole.slice(whole[5] === " " ? 6 : 5));
    } else if (whole === "" && data.length > 0) {
      const text = data.join("\n");
      data = [];
      // An event may carry an empty data line to prime a reconnection: it is no message.
      if (text !== "") onMessage(JSON.parse(text) as Message);
    }
  };
  return (chunk) => {
    const lines = chunk.split("\n");
    lines[0] = line + (lines[0] ?? "");
    line = lines.pop() ?? "";
    for (const whole of lines) take(whole.endsWith("\r") ? whole.slice(0, -1) : whole);
  };
}
