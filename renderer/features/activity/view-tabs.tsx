import { BookmarkPlus, ChevronDown } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { useStore } from "zustand";
import { isFocusLost } from "../../lib/focus-back.ts";
import { plainVisible } from "../../lib/visible-text.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/field.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import type { CallsStore } from "./calls-store.ts";
import { BUILT_IN, type Preferences, type SavedView } from "./preferences.ts";

/** Views beyond these stand in the menu. */
const MOST_TABS = 4;

/** The saved views side by side, and what can be done with those that are the person's own. */
export function ViewTabs({
  calls,
  preferences,
}: {
  readonly calls: CallsStore;
  readonly preferences: Preferences;
}) {
  const views = useStore(preferences.store, (state) => state.views);
  const text = useStore(calls.store, (state) => state.text.trim());
  const isWrong = useStore(calls.store, (state) => state.problems.length > 0);
  /** The view whose name is asked for; "" a new one. */
  const [naming, setNaming] = useState<string | null>(null);
  const [last, setLast] = useState<string | null>(null);
  const tabs = useRef<HTMLFieldSetElement>(null);
  const all = [...BUILT_IN, ...views];
  const current = all.find((view) => view.text === text);
  const own = views.find((view) => view === current);
  // The view that was chosen last can be given the filter as it is now.
  const changed = current === undefined ? views.find((view) => view.name === last) : undefined;
  const choose = (view: SavedView): void => {
    setLast(view.name);
    calls.setText(view.text);
  };
  const remove = (name: string): void => {
    const undo = preferences.remove(name);
    // The menu that this was chosen in may be gone with it.
    requestAnimationFrame(() => {
      if (isFocusLost()) tabs.current?.querySelector("button")?.focus();
    });
    toast(`The view “${plainVisible(name, 40)}” is deleted`, { action: { label: "Undo", onClick: undo } });
  };
  const inMenu = views.slice(MOST_TABS);
  return (
    <>
      <fieldset
        ref={tabs}
        aria-label="Views"
        className="m-0 inline-flex min-w-0 rounded-md border-0 bg-press p-0.5"
      >
        {[...BUILT_IN, ...views.slice(0, MOST_TABS)].map((view) => (
          <button
            key={view.name}
            type="button"
            aria-pressed={view === current}
            title={view.text === "" ? "Every call" : plainVisible(view.text, 200)}
            onClick={() => choose(view)}
            className={cx(
              "h-6 max-w-36 truncate rounded-[5px] px-2.5 font-medium text-xs transition-colors duration-100",
              view === current
                ? "bg-raised text-fg shadow-[0_1px_2px_rgb(0_0_0/14%)]"
                : "text-muted hover:text-fg",
            )}
          >
            {plainVisible(view.name, 40)}
          </button>
        ))}
      </fieldset>
      {(inMenu.length > 0 || own !== undefined || changed !== undefined) && (
        <Menu
          trigger={
            <Button size="sm" variant="ghost" aria-label="More about views" className="-ml-1">
              <ChevronDown size={13} />
            </Button>
          }
        >
          {inMenu.map((view) => (
            <MenuItem key={view.name} onSelect={() => choose(view)}>
              {plainVisible(view.name, 40)}
            </MenuItem>
          ))}
          {inMenu.length > 0 && (own !== undefined || changed !== undefined) && <MenuSeparator />}
          {own !== undefined && (
            <>
              <MenuItem onSelect={() => setNaming(own.name)}>Rename “{plainVisible(own.name, 40)}”…</MenuItem>
              <MenuItem danger onSelect={() => remove(own.name)}>
                Delete “{plainVisible(own.name, 40)}”
              </MenuItem>
            </>
          )}
          {changed !== undefined && (
            <MenuItem disabled={isWrong} onSelect={() => preferences.save({ name: changed.name, text })}>
              Save this filter as “{plainVisible(changed.name, 40)}”
            </MenuItem>
          )}
        </Menu>
      )}
      {current === undefined && !isWrong && (
        <Button size="sm" icon={<BookmarkPlus size={13} />} onClick={() => setNaming("")}>
          Save view…
        </Button>
      )}
      {naming !== null && (
        <NameDialog
          current={naming}
          preferences={preferences}
          onName={(name) => {
            if (naming === "") preferences.save({ name: name.trim(), text });
            else preferences.rename(naming, name);
            setLast(name.trim());
            setNaming(null);
          }}
          onClose={() => setNaming(null)}
        />
      )}
    </>
  );
}

function NameDialog({
  current,
  preferences,
  onName,
  onClose,
}: {
  readonly current: string;
  readonly preferences: Preferences;
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState(current);
  const problem = preferences.nameProblem(name, current === "" ? undefined : current);
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title={current === "" ? "Save this filter as a view" : "Rename the view"}
      width="w-100"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={problem !== undefined} onClick={() => onName(name)}>
            {current === "" ? "Save" : "Rename"}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === undefined) onName(name);
        }}
      >
        <label htmlFor="view-name" className="block text-sm">
          <span className="mb-1 block text-muted">Name</span>
          <Input
            id="view-name"
            autoFocus
            value={name}
            maxLength={60}
            aria-invalid={name !== "" && problem !== undefined}
            onChange={(event) => setName(event.target.value)}
            className="w-full"
          />
        </label>
        <p role="status" className="mt-1.5 min-h-5 text-bad text-xs">
          {name === "" ? "" : problem}
        </p>
      </form>
    </Dialog>
  );
}
