// Pictures shown for a set time, once: drawn only when they are decoded, counted in frames, then a
// mask. The server sends each picture once and answers 410 from then on, so that a reload shows
// nothing twice.

import { say } from "../words.js";
import { current, dispatch } from "./store.js";

const CROSS_MS = 500; // at least so long the cross stands where the pictures will be
const MASK_MS = 500;
const FRAME_MS = 1000 / 60;

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Exposure {
  constructor(films, onShown) {
    this.films = films;
    this.onShown = onShown; // told the time of the first paint
    this.panel = films.section.querySelector("[data-show-once]");
    this.pictures = new Map(); // decoded, by place; what has come is not asked for again
    this.forMs = Number(films.section.dataset.exposure);
    this.hasMask = "mask" in films.section.dataset;
    this.panel.addEventListener("click", (event) => {
      if (event.target.closest("button")) this.run();
    });
  }

  draw(state) {
    for (const part of this.panel.querySelectorAll("[data-stage]")) {
      part.hidden = !part.dataset.stage.split(" ").includes(state.exposure);
    }
    this.panel.hidden = state.exposure === "showing";
    this.films.section.classList.toggle("exposing", state.exposure !== null);
  }

  // Each group of pictures is on the screen together: all of them, or one after the other.
  groups() {
    const { frames, layout } = this.films;
    return layout === "one_after_other" ? frames.map((each) => [each]) : [frames];
  }

  async run() {
    if (!["due", "failed"].includes(current().exposure)) return;
    dispatch({ type: "exposed", stage: "loading" });
    try {
      await Promise.all([this.load(), wait(CROSS_MS)]);
      for (const group of this.groups()) await this.show(group);
    } catch {
      if (this.films.section.isConnected) dispatch({ type: "exposed", stage: "failed" });
      return;
    }
    if (this.films.section.isConnected) dispatch({ type: "exposed", stage: "over" });
  }

  async load() {
    const missing = this.films.frames.filter((each) => !this.pictures.has(each.slot));
    const load = async (each) => this.pictures.set(each.slot, await fetched(each));
    // All are waited for: one that is still under way would be asked for twice, and is sent once.
    const ends = await Promise.allSettled(missing.map(load));
    const failed = ends.find((end) => end.status === "rejected");
    if (failed) throw failed.reason;
  }

  async show(group) {
    if (group.length === 1) dispatch({ type: "turned", slot: group[0].slot });
    const masks = this.hasMask ? group.map((each) => noise(each.box)) : [];
    await frame();
    group.forEach((each) => each.box.prepend(this.pictures.get(each.slot)));
    if (current().exposure !== "showing") dispatch({ type: "exposed", stage: "showing" });
    await this.time();
    group.forEach((each) => this.pictures.get(each.slot).remove());
    for (const each of group) dispatch({ type: "looked", slot: each.slot });
    group.forEach((each, at) => masks[at] && each.box.prepend(masks[at]));
    if (masks.length) await wait(MASK_MS);
    masks.forEach((mask) => mask.remove());
  }

  // Whole frames of the display, as near to the exposure as they come. A page that is put out of
  // sight draws no frames: its picture is taken away at once, for it must not wait there.
  async time() {
    const from = await frame();
    this.onShown(from);
    const isOver = (now) => now - from >= this.forMs - FRAME_MS / 2;
    await new Promise((resolve) => {
      const step = (now) => (isOver(now) || document.hidden ? resolve() : requestAnimationFrame(step));
      document.addEventListener("visibilitychange", resolve, { once: true });
      requestAnimationFrame(step);
    });
  }
}

async function fetched({ box, name }) {
  const response = await fetch(box.dataset.src, { cache: "no-store" });
  // Sent before, perhaps to another window: the page that the server has now says so.
  if (response.status === 410) location.reload();
  if (!response.ok) throw new Error(`the picture was answered by ${response.status}`);
  const bitmap = await createImageBitmap(await response.blob());
  const canvas = document.createElement("canvas");
  canvas.className = "picture";
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name ? say("{name}: chest radiograph", { name }) : say("Chest radiograph"));
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return canvas;
}

// Noise of the film's size, in blocks of 4 screen pixels: it covers edges and texture alike.
function noise(box) {
  const { width, height } = box.getBoundingClientRect();
  const block = 4;
  const canvas = document.createElement("canvas");
  canvas.className = "noise";
  canvas.width = Math.max(1, Math.ceil(width / block));
  canvas.height = Math.max(1, Math.ceil(height / block));
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(canvas.width, canvas.height);
  const random = new Uint8Array(canvas.width * canvas.height);
  for (let at = 0; at < random.length; at += 65536) crypto.getRandomValues(random.subarray(at, at + 65536));
  random.forEach((grey, at) => pixels.data.set([grey, grey, grey, 255], at * 4));
  context.putImageData(pixels, 0, 0);
  return canvas;
}
