import type { Secret } from "../../../shared/model/secret.ts";
import { plural } from "../../lib/format.ts";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ServerText } from "../../ui/server-text.tsx";

/** Says what removing a secret does before it is asked for. */
export function RemoveDialog({ secret, onClose }: { readonly secret: Secret; readonly onClose: () => void }) {
  const { ask } = useAsk();
  const { name, servers } = secret;
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={`Remove ${plainVisible(name, 64)}?`}
      width="w-110"
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="danger"
            onClick={() => {
              onClose();
              void ask({ type: "secret.remove", name }, `${plainVisible(name, 60)} was removed.`);
            }}
          >
            Remove…
          </Button>
        </>
      }
    >
      <div className="space-y-3 text-sm">
        <p className="text-muted">Its value is deleted and cannot be brought back.</p>
        {servers.length > 0 && (
          <div data-testid="remove-warning">
            <Banner tone="warn" title={`${plural(servers.length, "server")} will not start without it`}>
              <ul>
                {servers.map((server) => (
                  <li key={server}>
                    <ServerText text={server} limit={64} />
                  </li>
                ))}
              </ul>
            </Banner>
          </div>
        )}
      </div>
    </Dialog>
  );
}
