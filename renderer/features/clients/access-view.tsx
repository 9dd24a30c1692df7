import { Plus } from "lucide-react";
import { useState } from "react";
import { ANY_LABELS } from "../../lib/labels.ts";
import { NEW_PROFILE } from "../../lib/router.ts";
import { useHub, useServices } from "../../lib/services.tsx";
import { Button } from "../../ui/button.tsx";
import { SearchInput } from "../../ui/field.tsx";
import { LabelFilters } from "../../ui/labels.tsx";
import { Screen } from "../../ui/screen.tsx";
import { TabPanel, Tabs } from "../../ui/tabs.tsx";
import { ClientList } from "./client-list.tsx";
import { ProfileList } from "./profile-list.tsx";
import { useProfiles } from "./profiles.ts";

/** The Clients screen: who may use the hub, and the profiles that say what each of them sees. */
export function AccessView({ part }: { readonly part: "clients" | "profiles" }) {
  const { router } = useServices();
  const clients = useHub((data) => data.clients);
  const profiles = useProfiles();
  const [filter, setFilter] = useState("");
  const [labels, setLabels] = useState(ANY_LABELS);
  return (
    <Screen
      title="Clients"
      actions={
        part === "profiles"
          ? (profiles.value?.length ?? 0) > 0 && (
              <Button
                variant="primary"
                icon={<Plus size={14} strokeWidth={2.5} />}
                onClick={() => router.go({ screen: "profiles", profile: NEW_PROFILE })}
              >
                Add a profile
              </Button>
            )
          : clients.length > 0 && (
              <>
                <SearchInput
                  primary
                  label="Filter clients"
                  value={filter}
                  onValue={setFilter}
                  className="w-52 min-w-24 shrink"
                />
                <LabelFilters all={clients} chosen={labels} onChosen={setLabels} />
              </>
            )
      }
    >
      <Tabs
        label="Clients and profiles"
        value={part}
        onValue={(id) => router.go({ screen: id === "profiles" ? "profiles" : "clients" })}
        tabs={[
          { id: "clients", label: "Clients", count: clients.filter((c) => c.revokedAt === null).length },
          { id: "profiles", label: "Profiles", count: profiles.value?.length ?? null },
        ]}
      >
        <TabPanel id="clients" className="flex flex-col">
          <ClientList
            filter={filter}
            labels={labels}
            onClear={() => {
              setFilter("");
              setLabels(ANY_LABELS);
            }}
          />
        </TabPanel>
        <TabPanel id="profiles" className="flex flex-col">
          <ProfileList profiles={profiles} />
        </TabPanel>
      </Tabs>
    </Screen>
  );
}
