import { RotateCw } from "lucide-react";
import type { Failure as Reason } from "../lib/hub-store.ts";
import { Banner } from "./banner.tsx";
import { Button } from "./button.tsx";
import { ServerText } from "./server-text.tsx";

/** What failed, why, and the button that tries again. */
export function Failure({
  what,
  failure,
  onRetry,
}: {
  readonly what: string;
  readonly failure: Reason;
  readonly onRetry: () => void;
}) {
  return (
    <div className="p-5">
      <Banner
        tone="bad"
        title={what}
        actions={
          <Button size="sm" icon={<RotateCw size={13} />} onClick={onRetry}>
            Try again
          </Button>
        }
      >
        <ServerText text={failure.message} multiline />
        {failure.advice !== null && (
          <div>
            <ServerText text={failure.advice} multiline />
          </div>
        )}
      </Banner>
    </div>
  );
}
