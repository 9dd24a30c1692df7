import type { Confirm } from "../owner/confirm.ts";
import { visible } from "../owner/visible.ts";
import { externalLink } from "./navigation.ts";

/**
 * Opens an http(s) address in the person's browser after they have seen where it leads; everything else, and
 * every further address while one is being shown, is ignored.
 */
export function createLinkOpener(
  confirm: Confirm,
  openExternal: (url: string) => Promise<void>,
): (url: string) => Promise<void> {
  let showing = false;
  return async (url) => {
    const link = externalLink(url);
    if (link === undefined || showing) return;
    showing = true;
    try {
      const { verdict } = await confirm({
        message: `Open ${visible(link.host)} in your browser?`,
        detail: visible(link.url),
        approve: "Open",
        alarming: false,
      });
      if (verdict === "approved") await openExternal(link.url);
    } finally {
      showing = false;
    }
  };
}
