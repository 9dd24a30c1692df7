import { nativeImage } from "electron";
import { drawIcon, type IconStyle } from "./icon.ts";
import type { TrayLook } from "./tray-model.ts";

const DOTS: Record<TrayLook, number | undefined> = {
  running: undefined,
  asking: 0x646aee,
  paused: 0xe0a100,
  busy: 0x8a8f98,
  down: 0xe5484d,
};

/** The app's own icon, for windows. */
export function appImage(): Electron.NativeImage {
  return image(128, [1], { color: 0xffffff, tile: [0x646aee, 0x4449c8] });
}

/** The tray's icon; `dark` says that it stands on a dark bar. */
export function trayImage(look: TrayLook, dark: boolean, platform: string): Electron.NativeImage {
  const dot = DOTS[look];
  const style: IconStyle = { color: dark ? 0xf2f3f5 : 0x23262d, ...(dot === undefined ? {} : { dot }) };
  const picture = image(platform === "darwin" ? 18 : 22, [1, 2], style);
  // macOS tints a template by itself; one with a coloured dot must keep its colours.
  if (platform === "darwin" && dot === undefined) picture.setTemplateImage(true);
  return picture;
}

function image(size: number, scales: readonly number[], style: IconStyle): Electron.NativeImage {
  const picture = nativeImage.createEmpty();
  for (const scaleFactor of scales) {
    const pixels = size * scaleFactor;
    const bitmap = nativeImage.createFromBitmap(Buffer.from(drawIcon(pixels, style)), {
      width: pixels,
      height: pixels,
    });
    picture.addRepresentation({ scaleFactor, width: pixels, height: pixels, buffer: bitmap.toPNG() });
  }
  return picture;
}
