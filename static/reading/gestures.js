// Mouse, pen and fingers on a film: window/level, zoom, pan, and marks while marks are set.

import { say } from "../words.js";
import { current, dispatch } from "./store.js";
import { toPicture, within } from "./view.js";

const GREY_LEVELS_PER_PIXEL = 0.5; // gentle: the whole range takes a drag across half a screen
const CLICK_SLACK = 3; // pixels a hand may tremble in a click
const DOUBLE_TAP_MS = 320;
const DOUBLE_TAP_PIXELS = 32;

export function listenToPointers(films, frame) {
  const box = frame.box;
  const hand = new Hand(films, frame);
  for (const name of ["contextmenu", "dragstart", "auxclick"]) {
    box.addEventListener(name, (event) => event.preventDefault());
  }
  // Middle button: without this the browser starts to scroll by itself.
  box.addEventListener("mousedown", (event) => {
    if (event.button === 1) event.preventDefault();
  });
  box.addEventListener("dblclick", () => {
    if (!current().marking) films.reset();
  });
  box.addEventListener("wheel", (event) => hand.wheel(event), { passive: false });
  box.addEventListener("pointerdown", (event) => hand.down(event));
  box.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") hand.magnify(event);
    hand.move(event);
  });
  box.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "touch") films.magnifier.leave();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    box.addEventListener(end, (event) => hand.up(event));
  }
}

class Hand {
  constructor(films, frame) {
    this.films = films;
    this.frame = frame;
    this.pointers = new Map();
    this.gesture = null;
    this.lastTap = null;
  }

  fractions(x, y) {
    const box = this.films.boxOf(this.frame);
    return [(x - box.left) / box.width - 0.5, (y - box.top) / box.height - 0.5];
  }

  onPicture(event) {
    const box = this.films.boxOf(this.frame);
    return toPicture(this.films.place(this.frame), event.clientX - box.left, event.clientY - box.top);
  }

  wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1);
    // A trackpad's pinch arrives as a wheel with ctrl held, in much smaller steps.
    const rate = event.ctrlKey ? 0.01 : 0.0016;
    const factor = Math.exp(-within(pixels, [-400, 400]) * rate);
    this.films.zoom(factor, this.frame, ...this.fractions(event.clientX, event.clientY));
  }

  down(event) {
    this.frame.box.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const canMark = this.frame !== this.films.reference;
    const first = current().marking && canMark ? "mark" : "window";
    if (event.pointerType === "touch") {
      // Once two fingers have been down, the one lifted last must not window the picture.
      const one = first === "window" && this.films.magnifier.isOn ? "magnify" : first;
      this.gesture = this.pointers.size === 1 ? one : "pinch";
      if (this.gesture === "magnify") this.magnify(event);
    } else {
      this.gesture = event.button === 0 && !event.shiftKey ? first : "pan";
    }
    this.start = { x: event.clientX, y: event.clientY, moved: false, at: this.onPicture(event) };
    this.films.rubber = null;
    this.frame.box.classList.toggle("panning", this.gesture === "pan");
  }

  move(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const dx = event.clientX - last.x;
    const dy = event.clientY - last.y;
    if (!this.start.moved) {
      const far = Math.hypot(event.clientX - this.start.x, event.clientY - this.start.y);
      if (far < CLICK_SLACK) return;
      this.start.moved = true;
    }
    const box = this.films.boxOf(this.frame);
    if (this.gesture === "pinch") this.pinch(event, last, box);
    else if (this.gesture === "pan") this.films.pan(dx / box.width, dy / box.height, this.frame);
    else if (this.gesture === "mark") this.stretch(event);
    else if (this.gesture === "magnify") this.magnify(event);
    else if (this.gesture === "window") {
      this.films.window(dx * GREY_LEVELS_PER_PIXEL, dy * GREY_LEVELS_PER_PIXEL);
    }
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  magnify(event) {
    this.films.magnifier.point(this.fractions(event.clientX, event.clientY), event.pointerType);
  }

  stretch(event) {
    this.films.rubber = { slot: this.frame.slot, from: this.start.at, to: this.onPicture(event) };
    this.films.draw();
  }

  pinch(event, last, box) {
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) return;
    const before = Math.hypot(last.x - other.x, last.y - other.y);
    const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    const middle = this.fractions((event.clientX + other.x) / 2, (event.clientY + other.y) / 2);
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    this.films.pan(dx / 2 / box.width, dy / 2 / box.height, this.frame);
    if (before > 0) this.films.zoom(after / before, this.frame, ...middle);
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.pointers.size > 0) {
      this.gesture = "done";
      this.films.rubber = null;
      return;
    }
    this.frame.box.classList.remove("panning");
    if (event.type === "pointerup" && this.gesture === "mark") this.mark(event);
    else if (event.type === "pointerup" && event.pointerType === "touch" && this.gesture === "window") {
      this.tap(event);
    }
    this.films.rubber = null;
    this.gesture = null;
    this.films.draw();
  }

  mark(event) {
    const from = this.start.at;
    const to = this.start.moved ? this.onPicture(event) : from;
    const isOn = ({ x, y }) => x >= 0 && y >= 0 && x <= this.films.size && y <= this.films.size;
    if (!isOn(from)) return dispatch({ type: "said", sentence: say("That is outside the picture.") });
    return dispatch({ type: "marked", from, to, picture: this.frame.slot });
  }

  tap(event) {
    if (this.start.moved) {
      this.lastTap = null;
      return;
    }
    const before = this.lastTap;
    const tap = { x: event.clientX, y: event.clientY, at: event.timeStamp };
    const isSecond =
      before &&
      tap.at - before.at < DOUBLE_TAP_MS &&
      Math.hypot(tap.x - before.x, tap.y - before.y) < DOUBLE_TAP_PIXELS;
    this.lastTap = isSecond ? null : tap;
    if (isSecond) this.films.reset();
  }
}
