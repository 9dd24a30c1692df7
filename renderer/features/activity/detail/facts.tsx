import type { ReactNode } from "react";
import type { CallDetail } from "../../../../shared/model/call.ts";
import { bytes, fullTime } from "../../../lib/format.ts";
import { type Route, routeHref } from "../../../lib/router.ts";
import { tokensOf } from "../../../lib/tokens.ts";
import { cx } from "../../../ui/cx.ts";
import { ServerText } from "../../../ui/server-text.tsx";

/** What is known of a call beside its payloads: whose it is, what let it through, how big it was. */
export function Facts({ detail }: { readonly detail: CallDetail }) {
  const { client, server, session, project, rule, status } = detail;
  return (
    <section aria-label="Facts" className="space-y-2">
      <dl className="tabular grid grid-cols-[128px_minmax(0,1fr)] gap-x-3 gap-y-1.5 text-sm">
        <Fact name="Client">
          {client === null ? "anonymous" : <Go to={{ screen: "clients", client }} text={client} />}
        </Fact>
        <Fact name="Session">
          {session === null ? "none: each request stands for itself" : <Text text={session} />}
        </Fact>
        <Fact name="Run">
          <Go to={{ screen: "runs", run: detail.id }} text="What the client did around it" />
        </Fact>
        {server !== null && (
          <Fact name="Server">
            <Go to={{ screen: "servers", server }} text={server} />
          </Fact>
        )}
        <Fact name="Method">
          <Text text={detail.method} />
        </Fact>
        {rule !== null && (
          <Fact name={status === "denied" ? "Denied by" : "Allowed by"}>
            <Decision rule={rule} />
          </Fact>
        )}
        {detail.profile !== null && (
          <Fact name="Profile">
            <Go to={{ screen: "profiles", profile: detail.profile }} text={detail.profile} />
          </Fact>
        )}
        {project !== null && (
          <Fact name="Project">
            <Text text={project} />
          </Fact>
        )}
        <Fact name="Started">{fullTime(detail.startedAt)}</Fact>
        <Fact name="Request">
          <Size of={detail.requestBytes} />
        </Fact>
        <Fact name={detail.error === null ? "Result" : "Error"}>
          <Size of={detail.resultBytes} />
        </Fact>
        <Fact name="Call">#{detail.id}</Fact>
      </dl>
      <p className="text-faint text-xs">
        Tokens are estimated at four bytes each; images and sound cost otherwise.
      </p>
    </section>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className="contents">
    <dt className="text-muted">{name}</dt>
    <dd className="min-w-0">{children}</dd>
  </div>
);

const Size = ({ of: size }: { readonly of: number }) => (
  <>
    {bytes(size)}
    <span className="text-muted"> · about {tokensOf(size)} tokens</span>
  </>
);

const Text = ({ text }: { readonly text: string }) => (
  <ServerText text={text} limit={200} className="min-w-0" />
);

const Go = ({
  to,
  text,
  within = false,
}: {
  readonly to: Route;
  readonly text: string;
  /** Other words stand beside it: told apart from them without colour. */
  readonly within?: boolean;
}) => (
  <a
    href={routeHref(to)}
    className={cx("rounded-sm text-accent underline-offset-2", within ? "underline" : "hover:underline")}
  >
    <ServerText text={text} limit={200} />
  </a>
);

/** What decided about the call, as the hub recorded it, and where it can be seen. */
function Decision({ rule }: { readonly rule: string }) {
  if (rule.startsWith("grant: "))
    return (
      <>
        <Go within to={{ screen: "rules", part: "grants" }} text="a grant" />
        <span className="text-muted"> for {rule.slice("grant: ".length)}</span>
      </>
    );
  if (rule.startsWith("person: "))
    return (
      <>
        a person<span className="text-muted"> ({rule.slice("person: ".length)})</span>
      </>
    );
  if (rule === "consent.default") return <>the default, as no rule matched</>;
  if (rule === "pins") return <>what was changed and is held back until somebody accepts it</>;
  if (rule.startsWith("built-in")) return <Text text={rule} />;
  return (
    <>
      <Go within to={{ screen: "rules" }} text={rule} />
      <span className="text-muted">, as the rules were then</span>
    </>
  );
}
