import type { MenuItemConstructorOptions } from "electron";

/** The application's menu, as each platform expects it. `development` adds the developer tools. */
export function applicationMenu(
  platform: string,
  development: boolean,
  actions: { openDataFolder(): void },
): MenuItemConstructorOptions[] {
  const mac = platform === "darwin";
  const separator: MenuItemConstructorOptions = { type: "separator" };
  return [
    ...(mac ? [{ role: "appMenu" } as const] : []),
    {
      label: "&File",
      submenu: [
        { label: "Open Data Folder", click: () => actions.openDataFolder() },
        separator,
        mac ? { role: "close" } : { role: "quit" },
      ],
    },
    {
      label: "&Edit",
      submenu: [
        { role: "undo" },
        { role: "redo" },
        separator,
        { role: "cut" },
        { role: "copy" },
        { role: "paste" },
        { role: "delete" },
        separator,
        { role: "selectAll" },
      ],
    },
    {
      label: "&View",
      submenu: [
        { role: "reload" },
        ...(development ? [{ role: "toggleDevTools" } as const] : []),
        separator,
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        separator,
        { role: "togglefullscreen" },
      ],
    },
    mac ? { role: "windowMenu" } : { label: "&Window", submenu: [{ role: "minimize" }, { role: "close" }] },
  ];
}
