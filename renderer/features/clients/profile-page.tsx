import { SlidersHorizontal, Trash2 } from "lucide-react";
import { useEffect, useId, useMemo, useState } from "react";
import { nameSchema, type Profile, profileSchema } from "../../../shared/model/config.ts";
import { NEW_PROFILE } from "../../lib/router.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { useAsk } from "../../lib/use-ask.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Crumbs } from "../../ui/crumbs.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Failure } from "../../ui/failure.tsx";
import { Input } from "../../ui/field.tsx";
import { FormRow } from "../../ui/form-row.tsx";
import { Screen } from "../../ui/screen.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { draftOf, profileOf } from "./profile-draft.ts";
import { ProfileFields } from "./profile-fields.tsx";
import { ProfilePreview } from "./profile-preview.tsx";
import { useProfiles } from "./profiles.ts";

/** One profile, or a new one: what it shows, edited with a view of what that means now. */
export function ProfilePage({ name }: { readonly name: string }) {
  const { router } = useServices();
  const { value, failure, reload } = useProfiles();
  const isNew = name === NEW_PROFILE;
  const title = <Crumbs parent="Profiles" href="#/profiles" name={isNew ? "New profile" : name} />;
  const found = value?.find((profile) => profile.name === name);
  if (value === null)
    return (
      <Screen title={title}>
        {failure === null ? (
          <SkeletonRows label="Loading the profile" />
        ) : (
          <Failure what="The profiles could not be read." failure={failure} onRetry={reload} />
        )}
      </Screen>
    );
  if (found === undefined && !isNew)
    return (
      <Screen title={title}>
        <EmptyState
          icon={<SlidersHorizontal size={20} />}
          title="This profile is gone"
          actions={<Button onClick={() => router.go({ screen: "profiles" })}>Back to the profiles</Button>}
        >
          It has been removed from gatehouse.json.
        </EmptyState>
      </Screen>
    );
  const profile = found?.profile ?? profileSchema.parse({});
  return (
    <Editor
      key={JSON.stringify(profile)}
      title={title}
      name={isNew ? null : name}
      profile={profile}
      taken={value.map((other) => other.name)}
    />
  );
}

function Editor({
  title,
  name,
  profile,
  taken,
}: {
  readonly title: React.ReactNode;
  /** Null for a new one. */
  readonly name: string | null;
  readonly profile: Profile;
  readonly taken: readonly string[];
}) {
  const { router } = useServices();
  const { busy, ask } = useAsk();
  const [draft, setDraft] = useState(() => draftOf(profile));
  const [wish, setWish] = useState("");
  const everyClient = useHub((data) => data.clients);
  const users = everyClient.filter((client) => client.revokedAt === null && client.profile === name);
  const proposed = useMemo(() => profileOf(draft), [draft]);
  const changed = name === null || JSON.stringify(proposed) !== JSON.stringify(profileOf(draftOf(profile)));
  const id = useId();
  const wrongName =
    name !== null
      ? undefined
      : !nameSchema.safeParse(wish).success
        ? "Use letters, digits, dots, dashes and underscores, at most 63."
        : taken.includes(wish)
          ? "Another profile has this name."
          : undefined;
  const as = name ?? wish;
  const save = (): void => {
    if (wrongName !== undefined) return;
    void ask({ type: "profile.set", name: as, profile: proposed }, `The profile ${as} was saved.`).then(
      (saved) => saved && router.go({ screen: "profiles", profile: as }),
    );
  };
  return (
    <Screen
      title={title}
      actions={
        <>
          {name !== null && <Remove name={name} users={users.map((client) => client.name)} />}
          <Button variant="primary" busy={busy} disabled={!changed || wrongName !== undefined} onClick={save}>
            Save…
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1" data-testid="profile-page">
        <div className="min-w-0 flex-1 space-y-5 overflow-auto px-5 py-4">
          {users.length > 0 && changed && (
            <Banner
              tone="info"
              title={`Saving changes what ${users.map((user) => plainVisible(user.name, 30)).join(", ")} ${users.length === 1 ? "sees" : "see"} at once.`}
            />
          )}
          {name === null && (
            <FormRow
              label="Name"
              htmlFor={id}
              error={wish === "" ? undefined : wrongName}
              hint="Also its address: /mcp/p/NAME."
            >
              <Input
                id={id}
                value={wish}
                onChange={(event) => setWish(event.target.value)}
                aria-invalid={wish !== "" && wrongName !== undefined}
                className="w-52"
              />
            </FormRow>
          )}
          <ProfileFields draft={draft} onDraft={setDraft} />
        </div>
        <ProfilePreview profile={proposed} />
      </div>
    </Screen>
  );
}

/** A profile that clients have cannot go: they would see nothing, or everything. */
function Remove({ name, users }: { readonly name: string; readonly users: readonly string[] }) {
  const { router } = useServices();
  const { busy, ask } = useAsk();
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    if (users.length === 0) setRefused(false);
  }, [users.length]);
  return (
    <>
      {refused && (
        <span role="alert" className="min-w-0 truncate text-bad text-sm" data-testid="profile-in-use">
          In use by {users.map((user) => plainVisible(user, 30)).join(", ")}: give them another profile first.
        </span>
      )}
      <Button
        variant="danger"
        icon={<Trash2 size={13} />}
        busy={busy}
        onClick={() => {
          if (users.length > 0) setRefused(true);
          else
            void ask({ type: "profile.remove", name }, `The profile ${name} was removed.`).then(
              (removed) => removed && router.go({ screen: "profiles" }),
            );
        }}
      >
        Remove…
      </Button>
    </>
  );
}
