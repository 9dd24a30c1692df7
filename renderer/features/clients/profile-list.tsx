import { ChevronRight, Plus, SlidersHorizontal } from "lucide-react";
import { profileInWords } from "../../../shared/change-words.ts";
import { plural } from "../../lib/format.ts";
import type { ResourceState } from "../../lib/resource.ts";
import { NEW_PROFILE, routeHref } from "../../lib/router.ts";
import { moveFocus } from "../../lib/roving.ts";
import { useServices } from "../../lib/services.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { ServerText } from "../../ui/server-text.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import type { ListedProfile } from "./profiles.ts";

const COLUMNS =
  "grid items-center gap-x-4 whitespace-nowrap px-5 grid-cols-[minmax(100px,1fr)_72px_64px_80px_16px] @2xl:grid-cols-[minmax(120px,0.8fr)_minmax(0,2fr)_64px_56px_72px_16px]";
const FROM_2XL = "hidden @2xl:block";

/** Every profile: what it says, what it shows now, and who has it. */
export function ProfileList({
  profiles: { value, failure, reload },
}: {
  readonly profiles: ResourceState<ListedProfile[]> & { reload(): void };
}) {
  const { router } = useServices();
  if (value === null && failure !== null)
    return <Failure what="The profiles could not be read." failure={failure} onRetry={reload} />;
  if (value === null) return <SkeletonRows rows={3} label="Loading profiles" />;
  if (value.length === 0)
    return (
      <EmptyState
        icon={<SlidersHorizontal size={22} />}
        title="No profiles yet"
        actions={
          <Button
            variant="primary"
            icon={<Plus size={14} strokeWidth={2.5} />}
            onClick={() => router.go({ screen: "profiles", profile: NEW_PROFILE })}
          >
            Add a profile
          </Button>
        }
      >
        A profile says which servers, tools, resources and prompts a client sees. What it does not see it
        cannot call. Clients without one see everything.
      </EmptyState>
    );
  return (
    <div className="@container min-h-0 flex-1 overflow-auto">
      <div aria-hidden className={cx(COLUMNS, "h-8 border-line border-b font-medium text-faint text-xs")}>
        <span>Name</span>
        <span className={FROM_2XL}>What it shows</span>
        <span className="text-right">Servers</span>
        <span className="text-right">Tools</span>
        <span className="text-right">Clients</span>
      </div>
      <ul aria-label="Profiles" data-testid="profiles" onKeyDown={moveFocus}>
        {value.map(({ name, profile, clients, seen }) => {
          const route = { screen: "profiles", profile: name } as const;
          return (
            <li key={name}>
              <a
                data-roving=""
                data-testid="profile-row"
                href={routeHref(route)}
                onClick={(event) => {
                  event.preventDefault();
                  router.go(route);
                }}
                className={cx(COLUMNS, "group h-11 border-line border-b hover:bg-hover")}
              >
                <ServerText text={name} limit={64} className="min-w-0 font-medium" />
                <span className={cx(FROM_2XL, "min-w-0 text-muted text-sm")}>
                  <ServerText text={profileInWords(profile).join(" ")} limit={240} className="block" />
                </span>
                <span className="tabular text-right text-sm">{seen.servers.length}</span>
                <span className="tabular text-right text-sm">{seen.tools}</span>
                <span className="tabular text-right text-sm">
                  {clients === 0 ? <span className="text-faint">unused</span> : plural(clients, "client")}
                </span>
                <ChevronRight
                  aria-hidden
                  size={14}
                  className="text-faint opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
                />
              </a>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
