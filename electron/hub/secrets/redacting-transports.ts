import type { LiveSecrets } from "../../core/redact/live-secrets.ts";
import type { TransportEnd, TransportFactory } from "../ports/upstream.ts";

/** How long what a server was given is still looked for after its end, in milliseconds: its last words are on their way. */
const AFTERWARDS_MS = 30_000;

/**
 * Transports whose servers' secrets are live while they run, and from which no live secret comes: messages, lines and
 * the words of their end are clean before anything else of the hub sees them. What is sent to a server stays as it is.
 */
export function redactingTransports(inner: TransportFactory, live: LiveSecrets): TransportFactory {
  return {
    open(launch, events) {
      const owner = {};
      live.set(owner, launch.secrets ?? []);
      return inner.open(launch, {
        ...events,
        opened: (info) => events.opened(info),
        message(bytes, envelope) {
          const clean = live.bytes(bytes);
          if (clean === bytes) events.message(bytes, envelope);
          else events.message(Buffer.from(clean.buffer, clean.byteOffset, clean.byteLength));
        },
        noise: (text) => events.noise(live.text(text)),
        stderr: (text) => events.stderr(live.text(text)),
        drained: () => events.drained(),
        closed(end) {
          setTimeout(() => live.remove(owner), AFTERWARDS_MS).unref();
          events.closed(cleanEnd(end, live));
        },
      });
    },
  };
}

function cleanEnd(end: TransportEnd, live: LiveSecrets): TransportEnd {
  if (!live.active) return end;
  return {
    ...end,
    message: live.text(end.message),
    stderrTail: end.stderrTail.map((line) => live.text(line)),
  };
}
