import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { Button, IconButton } from "./button.tsx";

/** Puts text on the clipboard and says so on itself. With `children` it shows words, else only the icon. */
export function CopyButton({
  text,
  label,
  children,
  size = "sm",
}: {
  /** The text, or how to make it. */
  readonly text: string | (() => string);
  /** The accessible name: "Copy the request". */
  readonly label: string;
  readonly children?: string;
  readonly size?: "sm" | "md";
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    const value = typeof text === "function" ? text() : text;
    navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => toast.error("The clipboard cannot be used here. Select the text and copy it by hand."),
    );
  };
  const icon = copied ? <Check size={13} className="text-ok" /> : <Copy size={13} />;
  return children === undefined ? (
    <IconButton label={copied ? "Copied" : label} size={size} onClick={copy}>
      {icon}
    </IconButton>
  ) : (
    <Button size={size} icon={icon} aria-label={label} onClick={copy}>
      {copied ? "Copied" : children}
    </Button>
  );
}
