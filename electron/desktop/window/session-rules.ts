import type { Session } from "electron";
import type { createAppFiles } from "./app-files.ts";
import { APP_SCHEME, isOwnFile, isOwnPage, mayRequest } from "./navigation.ts";

/** The one permission a page of ours has: putting text on the clipboard when a copy button is pressed. */
const GRANTED = "clipboard-sanitized-write";

/**
 * What a session of ours may do: load our files over our scheme, connect to this machine, and save what it has made
 * where the person says; nothing else is requested, granted or downloaded.
 */
export function applySessionRules(session: Session, files: ReturnType<typeof createAppFiles>): void {
  session.protocol.handle(APP_SCHEME, async ({ method, url }) => {
    const { status, headers, body } = await files(method, url);
    return new Response(method === "HEAD" ? null : body, { status, headers: { ...headers } });
  });
  session.webRequest.onBeforeRequest(({ url }, decide) => decide({ cancel: !mayRequest(url) }));
  session.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) =>
    decide(permission === GRANTED && isOwnPage(requestingUrl)),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => (permission as string) === GRANTED && isOwnPage(origin),
  );
  session.setDevicePermissionHandler(() => false);
  // What our page has made itself (an export), which the system asks the person where to put; nothing else.
  session.on("will-download", (event, item) => {
    if (!isOwnFile(item.getURL())) event.preventDefault();
  });
  void session.setProxy({ mode: "direct" });
}
