// The magnifier: a round piece of the film at twice its size, or more where the film is drawn small.
//
// It follows the mouse, stands above a finger, and is moved by the arrow keys while the film has the
// focus. Films of one case share it, as they share their view.

import { isWindowed, toPicture, within } from "./view.js";
import { pixelRatio } from "./viewing.js";

const TIMES = 2;
const LEAST_SCREEN_PIXELS = 2; // a picture pixel is never smaller than this in it
const LARGEST = 260; // CSS pixels across
const PART = 0.45; // of the film, at most
const STEP = 0.03; // of the film a key press

export class Magnifier {
  constructor(films) {
    this.films = films;
    this.isOn = false;
    this.isAway = false; // the mouse has left the films
    this.at = [0, 0]; // fractions of the box, from its middle
    this.lift = 0; // of its own size, above the point that it shows
    this.used = false;
    this.wasPointed = false;
    this.glasses = new Map();
  }

  toggle() {
    if (this.films.isTimed) return;
    this.isOn = !this.isOn;
    this.isAway = false;
    this.lift = 0;
    this.used ||= this.isOn;
    this.films.draw();
  }

  point(fractions, pointerType) {
    this.wasPointed = true;
    this.isAway = false;
    this.lift = pointerType === "touch" ? 0.75 : 0;
    this.moveTo(...fractions);
  }

  leave() {
    this.isAway = true;
    if (this.isOn) this.films.draw();
  }

  step(x, y) {
    this.isAway = false;
    this.lift = 0;
    this.moveTo(this.at[0] + x * STEP, this.at[1] + y * STEP);
  }

  moveTo(x, y) {
    this.at = [within(x, [-0.5, 0.5]), within(y, [-0.5, 0.5])];
    if (this.isOn) this.films.draw();
  }

  glassOf(frame) {
    if (!this.glasses.has(frame)) {
      const glass = document.createElement("canvas");
      glass.className = "magnifier";
      glass.setAttribute("aria-hidden", "true");
      frame.box.append(glass);
      this.glasses.set(frame, glass);
    }
    return this.glasses.get(frame);
  }

  draw(frame) {
    const image = this.films.imageOf(frame);
    const shows = this.isOn && !this.isAway && image?.complete && image.naturalWidth > 0;
    if (!shows) {
      if (this.glasses.has(frame)) this.glassOf(frame).hidden = true;
      return;
    }
    const glass = this.glassOf(frame);
    const box = this.films.boxOf(frame);
    const across = Math.min(LARGEST, PART * Math.min(box.width, box.height));
    const [x, y] = [(this.at[0] + 0.5) * box.width, (this.at[1] + 0.5) * box.height];
    glass.hidden = false;
    glass.style.width = glass.style.height = `${across}px`;
    glass.style.left = `${x - across / 2}px`;
    glass.style.top = `${Math.max(-across / 4, y - across / 2 - this.lift * across)}px`;
    glass.style.filter = isWindowed(this.films.view) ? "url(#window-level)" : "";
    this.paint(glass, image, this.films.place(frame), { x, y, across });
  }

  paint(glass, image, place, { x, y, across }) {
    const ratio = pixelRatio();
    glass.width = glass.height = Math.round(across * ratio);
    const scale = Math.max(place.scale * TIMES, LEAST_SCREEN_PIXELS / ratio);
    const middle = toPicture(place, x, y);
    const half = across / 2 / scale;
    const context = glass.getContext("2d");
    context.fillRect(0, 0, glass.width, glass.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(image, middle.x - half, middle.y - half, 2 * half, 2 * half, 0, 0, glass.width, glass.height);
  }
}
