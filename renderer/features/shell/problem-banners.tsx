import { ChevronRight, X } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { STABLE_CODES } from "../../../shared/codes.ts";
import { percent, withLocalTimes } from "../../lib/format.ts";
import { type Notice, noticeKey, noticesOf, spokenChange } from "../../lib/hub-problems.ts";
import { asSentence } from "../../lib/sentence.ts";
import { useHub } from "../../lib/services.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { ErrorPage, WithCode } from "../../ui/error-page.tsx";
import { Progress } from "../../ui/progress.tsx";
import { ServerText } from "../../ui/server-text.tsx";

const NONE = [] as const;

/** What is wrong with the hub itself, above every screen for as long as it lasts. */
export function ProblemBanners() {
  const online = useHub((data) => data.connection.phase === "online");
  const problems = useHub((data) => data.hub?.problems ?? NONE);
  const indexing = useHub((data) => data.indexing);
  // What an unreachable hub said last may be over.
  const notices = useMemo(
    () => (online ? noticesOf(problems, indexing) : NONE),
    [online, problems, indexing],
  );
  const [putAway, setPutAway] = useState<ReadonlySet<string>>(new Set());
  const spoken = useSpoken(notices, online);
  const shown = notices.filter((notice) => !putAway.has(noticeKey(notice)));
  return (
    <>
      <p role="status" className="sr-only" data-testid="problems-spoken">
        {spoken}
      </p>
      {shown.length > 0 && (
        <section aria-label="Problems of the hub" className="max-h-[45vh] shrink-0 overflow-y-auto">
          {shown.map((notice) => (
            <ProblemBanner
              key={notice.code}
              notice={notice}
              onPutAway={() => setPutAway(new Set([...putAway, noticeKey(notice)]))}
            />
          ))}
        </section>
      )}
    </>
  );
}

/** What has changed last among the notices, in words. What a hub that was away has to say is no change. */
function useSpoken(notices: readonly Notice[], online: boolean): string {
  const before = useRef<readonly Notice[]>(NONE);
  const [spoken, setSpoken] = useState("");
  useEffect(() => {
    if (!online) return;
    const words = spokenChange(before.current, notices);
    before.current = notices;
    if (words !== "") setSpoken(words);
  }, [notices, online]);
  return spoken;
}

function ProblemBanner({ notice, onPutAway }: { readonly notice: Notice; readonly onPutAway: () => void }) {
  const { code, tone, title, texts, advice, dismissible, done } = notice;
  const [open, setOpen] = useState(false);
  const id = useId();
  const hasPage = STABLE_CODES.includes(code);
  return (
    <div data-testid="problem-banner" data-code={code}>
      <Banner
        flush
        tone={tone}
        // Where its words change while it lasts, only its coming and going is read out.
        quiet={tone !== "bad"}
        title={<ServerText text={title} multiline limit={400} />}
        actions={
          <>
            {hasPage && (
              <Button
                size="sm"
                aria-expanded={open}
                aria-controls={id}
                onClick={() => setOpen(!open)}
                icon={
                  <ChevronRight
                    size={13}
                    className={cx("transition-transform duration-100", open && "rotate-90")}
                  />
                }
              >
                About this
              </Button>
            )}
            {dismissible && (
              <IconButton size="sm" label={`Put away: ${title}`} onClick={onPutAway}>
                <X size={13} />
              </IconButton>
            )}
          </>
        }
      >
        {/* Alerts are read out once, not again with every call that goes unrecorded. */}
        <div aria-live="off" className="space-y-0.5">
          {texts.length > 0 && (
            <div className="wrap-anywhere">
              <WithCode text={texts.map((text) => withLocalTimes(asSentence(text))).join(" ")} />
            </div>
          )}
          {advice !== null && (
            <div className="wrap-anywhere">
              <WithCode text={advice} />
            </div>
          )}
          {done !== undefined && (
            <div className="tabular flex items-center gap-3 pt-1">
              <Progress label="Calls indexed" done={done} className="w-60" />
              {percent(Math.floor(done * 100))}
            </div>
          )}
          {hasPage && (
            <div id={id} hidden={!open}>
              {open && <ErrorPage code={code} />}
            </div>
          )}
        </div>
      </Banner>
    </div>
  );
}
