import { X } from "lucide-react";

/** A filter in force, as a word that takes it away. */
export const Chip = ({
  label,
  text,
  onClear,
}: {
  readonly label: string;
  readonly text: string;
  readonly onClear: () => void;
}) => (
  <button
    type="button"
    title={`${label}: ${text}`}
    onClick={onClear}
    className="tabular inline-flex h-7.5 min-w-0 max-w-64 shrink items-center gap-1.5 rounded-md bg-accent-soft px-2 text-accent text-sm hover:bg-press"
  >
    <span className="sr-only">Clear the filter {label}: </span>
    <span className="truncate">{text}</span>
    <X aria-hidden size={13} className="shrink-0" />
  </button>
);
