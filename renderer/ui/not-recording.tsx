import { CircleX } from "lucide-react";
import { recordingStop } from "../lib/hub-problems.ts";
import { useHub } from "../lib/services.tsx";

/** Whether calls are recorded, as far as is known. */
export const useRecording = (): boolean =>
  useHub((data) => data.hub === null || recordingStop(data.hub.problems) === undefined);

/** Where calls are listed or counted: that those made now are missing. Nothing while they are recorded. */
export function NotRecording() {
  if (useRecording()) return null;
  return (
    <p
      data-testid="not-recording"
      className="flex shrink-0 items-center gap-2 border-line border-b px-5 py-1.5 text-bad text-sm"
    >
      <CircleX aria-hidden size={14} className="shrink-0" />
      Not recording: calls that are made now do not appear here.
    </p>
  );
}
