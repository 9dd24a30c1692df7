import { Copy, ExternalLink, KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { useStore } from "zustand";
import type { ServerDetail } from "../../../shared/model/server.ts";
import { failureOf } from "../../lib/hub-store.ts";
import { asSentence } from "../../lib/sentence.ts";
import { useServices } from "../../lib/services.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import type { SignIns } from "./sign-ins.ts";

/** The account that is meant where none is named. */
export const DEFAULT_ACCOUNT = "default";

/** " as work", in the middle of a sentence. */
const as = (account: string): ReactNode =>
  account === DEFAULT_ACCOUNT ? null : (
    <>
      {" "}
      as <ServerText text={account} limit={64} />
    </>
  );

/** Whether a sign-in helps: not where the configuration brings a key of its own, which is not taken. */
export const wantsSignIn = ({ state, enabled, launch }: ServerDetail): boolean =>
  enabled &&
  state === "needs-auth" &&
  !launch.headerNames.some((header) => header.toLowerCase() === "authorization");

/** What a server's sign-ins need of the person: to begin one, to go on in the browser, or to read why one failed. */
export function SignInNotices({
  detail,
  signIns,
}: {
  readonly detail: ServerDetail;
  readonly signIns: SignIns;
}) {
  const states = useStore(signIns.store);
  const wanting = new Map<string, string | null>();
  for (const { name, state, problem } of detail.accounts)
    if (state === "ended" || state === "wants-more") wanting.set(name, problem);
  if (wantsSignIn(detail) && !wanting.has(DEFAULT_ACCOUNT)) wanting.set(DEFAULT_ACCOUNT, null);
  const accounts = [...new Set([...Object.keys(states), ...wanting.keys()])].sort();
  return (
    <>
      {accounts.map((account) => {
        const state = states[account];
        if (state?.phase === "open")
          return <Waiting key={account} account={account} id={state.id} url={state.url} signIns={signIns} />;
        if (state?.phase === "failed")
          return (
            <div key={account} data-testid="sign-in-failed">
              <Banner
                tone="bad"
                title={<>The sign-in{as(account)} failed</>}
                actions={
                  <>
                    <Button size="sm" variant="ghost" onClick={() => signIns.forget(account)}>
                      Dismiss
                    </Button>
                    <Button size="sm" onClick={() => void signIns.begin(account)}>
                      Try again
                    </Button>
                  </>
                }
              >
                <ServerText text={asSentence(state.failure.message)} multiline limit={400} />{" "}
                {state.failure.advice !== null && (
                  <ServerText text={state.failure.advice} multiline limit={400} />
                )}{" "}
                <code className="whitespace-nowrap font-mono text-xs">{state.code}</code>
              </Banner>
            </div>
          );
        return (
          <div key={account} data-testid="sign-in-needed">
            <Banner
              tone="warn"
              title={
                wanting.get(account) == null ? (
                  <>This server needs you to sign in{as(account)}</>
                ) : (
                  <>This server needs you to sign in{as(account)} again</>
                )
              }
              actions={
                <Button
                  size="sm"
                  variant="primary"
                  icon={<KeyRound size={13} />}
                  busy={state?.phase === "beginning"}
                  onClick={() => void signIns.begin(account)}
                >
                  Authenticate
                </Button>
              }
            >
              <Why problem={wanting.get(account) ?? null} />
            </Banner>
          </div>
        );
      })}
    </>
  );
}

/** Why it is over, where that is known, and what the button does. */
function Why({ problem }: { readonly problem: string | null }) {
  const { bridge } = useServices();
  return (
    <>
      {problem !== null && (
        <>
          <ServerText text={asSentence(problem)} multiline limit={400} />{" "}
        </>
      )}
      {bridge === undefined
        ? "You sign in on its own page; Gatehouse keeps the tokens with its secrets."
        : "Your browser opens its page; Gatehouse keeps the tokens with its secrets."}
    </>
  );
}

function Waiting({
  account,
  id,
  url,
  signIns,
}: {
  readonly account: string;
  readonly id: string;
  readonly url: string | null;
  readonly signIns: SignIns;
}) {
  const { bridge } = useServices();
  return (
    <div data-testid="sign-in-waiting">
      <Banner
        title={<>Waiting for you to sign in{as(account)} in the browser</>}
        actions={
          <>
            {bridge !== undefined && (
              <Button
                size="sm"
                icon={<Copy size={13} />}
                onClick={() =>
                  void bridge.copySignInLink(id).then(
                    () => toast.success("The link is on the clipboard."),
                    (error: unknown) => toast.error(failureOf(error).message),
                  )
                }
              >
                Copy link
              </Button>
            )}
            {bridge === undefined && url !== null && (
              <>
                <CopyButton label="Copy the sign-in link" text={url}>
                  Copy link
                </CopyButton>
                <Button size="sm" variant="primary" asChild>
                  <a href={url} target="_blank" rel="noopener noreferrer">
                    <ExternalLink aria-hidden size={13} />
                    Open the page
                  </a>
                </Button>
              </>
            )}
            <Button size="sm" variant="ghost" onClick={() => void signIns.cancel(account)}>
              Cancel
            </Button>
          </>
        }
      >
        {bridge !== undefined
          ? "Its page has opened there. If it has not, copy the link and open it in a browser of this computer."
          : url !== null
            ? "Open the page in a browser of the computer on which the hub runs."
            : "It was begun elsewhere, or the desktop has opened the page."}
      </Banner>
    </div>
  );
}
