import { ServerText } from "./server-text.tsx";

/** A page's title below the list that it came from: "Clients / cursor". */
export const Crumbs = ({
  parent,
  href,
  name,
}: {
  readonly parent: string;
  readonly href: string;
  readonly name: string;
}) => (
  <span className="flex min-w-0 items-center gap-1.5">
    <a href={href} className="no-drag rounded-sm text-muted hover:text-fg">
      {parent}
    </a>
    <span aria-hidden className="text-faint">
      /
    </span>
    <ServerText text={name} limit={64} className="min-w-0" />
  </span>
);
