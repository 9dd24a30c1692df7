import { useServices } from "../lib/services.tsx";
import { Segmented } from "./field.tsx";

/** The two ways to look at what happened: call by call, or run by run. */
export function ActivityParts({ part }: { readonly part: "calls" | "runs" }) {
  const { router } = useServices();
  return (
    <Segmented
      label="Calls or runs"
      value={part}
      onValue={(value) => value !== part && router.go({ screen: value === "runs" ? "runs" : "activity" })}
      options={[
        { value: "calls", label: "Calls" },
        { value: "runs", label: "Runs" },
      ]}
    />
  );
}
